"""A person takes over, and knows; nobody does, and the caller is not lost."""

import asyncio
import io
import json
import wave
from typing import TypeVar

import pytest

from agent.actions import Speak, Transfer
from agent.events import CallEnded, PersonJoined, PersonLeft, TransferFailed
from tests.pbx import lab
from tests.pbx.assistant import Waxtaan
from tests.pbx.call_log import CallLog, dial
from tests.pbx.conftest import Say, closed
from tests.pbx.sip_phone import RATE, SipPhone

WEBSOCKET, AUDIOSOCKET = "8000", "2000"
PERSON = "0"  # the key that asks for one
ACCEPT, DECLINE, GIVE_BACK = "1", "2", "*"
Entry = TypeVar("Entry")

both = pytest.mark.parametrize("number", [WEBSOCKET, AUDIOSOCKET])


def tone(hertz: float, seconds: float) -> bytes:
    import numpy as np

    at = np.arange(int(seconds * RATE)) / RATE
    return bytes((np.sin(2 * np.pi * hertz * at) * 9000).astype("<i2").tobytes())


def loudest(pcm: bytes) -> float:
    """The frequency that dominates, in Hz."""
    import numpy as np

    spectrum = np.abs(np.fft.rfft(np.frombuffer(pcm, "<i2").astype(float)))
    return float(np.argmax(spectrum) * RATE / (len(pcm) / 2))


def likeness(heard: bytes, said: bytes) -> float:
    """How much of what was said is in what was heard, wave by wave: 0, not at all, to 1."""
    import numpy as np

    theirs, ours = (np.frombuffer(pcm, "<i2").astype(float) for pcm in (heard, said))
    if len(theirs) <= len(ours):
        return 0.0
    size = 1 << (len(theirs) + len(ours)).bit_length()
    alike = np.fft.irfft(np.fft.rfft(theirs, size) * np.conj(np.fft.rfft(ours, size)), size)
    energy = np.concatenate([[0.0], np.cumsum(theirs**2)])
    around = energy[len(ours) :] - energy[: -len(ours)]
    there = np.sqrt(around * (ours**2).sum()) + 1e-9
    return float((alike[: len(around)] / there).max())


def of(kind: type[Entry], waxtaan: Waxtaan) -> list[Entry]:
    """The last call's entries of a kind."""
    return [e for e in waxtaan.entries(waxtaan.calls[-1]) if isinstance(e, kind)]


async def happens(event: asyncio.Event) -> None:
    async with asyncio.timeout(lab.HANG):
        await event.wait()


async def rings(phone: SipPhone) -> None:
    await happens(phone.connected)


async def asks(waxtaan: Waxtaan, phone: SipPhone, number: str) -> CallLog:
    """A caller wants a person."""
    call = await dial(waxtaan, phone, number)
    await call.opened("open")
    await phone.press(PERSON)
    return call


async def accepts(desk: SipPhone, call: CallLog) -> None:
    """The person answers, and takes the call while the whisper is still said."""
    await rings(desk)
    await desk.sound(0.0)
    await desk.press(ACCEPT)
    await call.next(PersonJoined)


async def talks(caller: SipPhone, person: SipPhone) -> None:
    """They hear each other; until they do, they go on talking.

    Then both are silent, and what was still on its way has come: nobody takes it for an answer to
    what happens next.
    """
    ways = [(caller, person, 600), (person, caller, 1000)]
    began = {phone: phone.now for phone in (caller, person)}
    async with asyncio.timeout(lab.HANG):
        while ways:
            for speaker, _, hertz in ways:
                if not speaker.speaking:
                    speaker.say(tone(hertz, 0.4))
            await asyncio.sleep(0.05)
            ways = [way for way in ways if not _heard(way[1], began[way[1]], way[2])]
    for phone in (caller, person):
        phone.hush()
    for phone in (caller, person):
        await phone.quiet(0.5)


def _heard(phone: SipPhone, after: float, hertz: float) -> bool:
    """Whether the last quarter of a second that came is this tone."""
    last = phone.came(after)[-RATE // 4 * 2 :]
    return len(last) == RATE // 4 * 2 and abs(loudest(last) - hertz) < 20


@both
async def test_a_person_hears_the_whisper_accepts_and_talks(
    number: str,
    waxtaan: Waxtaan,
    phone: SipPhone,
    desk: SipPhone,
    pbx: lab.Asterisk,
    agents_voice: Say,
) -> None:
    call = await asks(waxtaan, phone, number)
    await rings(desk)

    # the telephone that rings tells who calls and why, before anything is said
    invitation = desk.invitation
    assert invitation is not None
    assert invitation.headers["x-waxtaan-reason"] == "asked_for_person"
    encoded = invitation.headers["user-to-user"].partition(";")[0]
    told = json.loads(bytes.fromhex(encoded))
    assert told["r"] == "asked_for_person"
    assert "770001234" in invitation.headers["from"]

    whispered = (await call.next(Transfer)).whisper
    assert any("Press one to take the call" in sentence for sentence in whispered)
    other = await agents_voice("Nobody has said this sentence today.")
    for sentence in whispered:  # 0.37 to 0.81 here, and 0.12 for what was not said
        spoken = await agents_voice(sentence)
        async with asyncio.timeout(lab.HANG):
            while likeness(desk.came(), spoken) <= 2 * likeness(desk.came(), other):  # noqa: ASYNC110
                await asyncio.sleep(0.3)

    await desk.press(ACCEPT)
    await call.next(PersonJoined)
    met = desk.now
    await talks(phone, desk)
    talked = desk.now - met
    await desk.hang_up()
    await happens(phone.over)
    await closed(waxtaan, pbx)
    (joined,) = of(PersonJoined, waxtaan)
    assert joined.person == "PJSIP/agent1"
    assert [left.back for left in of(PersonLeft, waxtaan)] == [False]
    recorded = waxtaan.fetch(f"/calls/{waxtaan.calls[-1].name}/person-1.wav")
    with wave.open(io.BytesIO(recorded)) as sound:
        assert sound.getnframes() / sound.getframerate() > talked / 2


@both
async def test_a_person_gives_the_call_back(
    number: str, waxtaan: Waxtaan, phone: SipPhone, desk: SipPhone, pbx: lab.Asterisk
) -> None:
    call = await asks(waxtaan, phone, number)
    await accepts(desk, call)
    await talks(phone, desk)
    await desk.press(GIVE_BACK)
    await happens(desk.over)
    given_back = phone.now
    await call.asked("more")  # the agent is back
    await phone.sound(given_back)
    pressed = phone.now
    await phone.press("1")  # and does what it is asked
    await call.asked("open")
    await phone.sound(pressed)
    await phone.hang_up()
    await closed(waxtaan, pbx)
    assert [left.back for left in of(PersonLeft, waxtaan)] == [True]
    assert [ended.reason for ended in of(CallEnded, waxtaan)] == ["line closed"]


async def test_a_person_puts_the_caller_on_hold_with_music(
    waxtaan: Waxtaan, phone: SipPhone, desk: SipPhone, pbx: lab.Asterisk
) -> None:
    call = await asks(waxtaan, phone, WEBSOCKET)
    await accepts(desk, call)
    await desk.hold()
    held = phone.now
    async with asyncio.timeout(lab.HANG):  # nobody speaks: what is to be heard is the music
        while sum(b - max(a, held) for a, b in phone.sounds() if b > held) < 1.5:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await desk.hold(held=False)
    await talks(phone, desk)
    await phone.hang_up()
    await closed(waxtaan, pbx)


async def test_nobody_takes_it_and_alternatives_are_offered(
    waxtaan: Waxtaan, phone: SipPhone, pbx: lab.Asterisk
) -> None:
    async with SipPhone(lab.PERSON_ADDRESS, lab.PERSON_PORT, user="agent1", answers=True) as desk:
        call = await asks(waxtaan, phone, WEBSOCKET)
        await rings(desk)
        await desk.sound(0.0)
        await desk.press(DECLINE)
        await happens(desk.over)
        assert (await call.next(TransferFailed)).reason == "declined"
        await call.opened("alternative")
        await phone.press("3")  # go on with the machine
        await call.asked("more")
        await phone.hang_up()
    await closed(waxtaan, pbx)
    assert [failed.reason for failed in of(TransferFailed, waxtaan)] == ["declined"]
    assert of(Speak, waxtaan)[-1].act.startswith("ask")


async def test_the_caller_hangs_up_while_it_rings(
    waxtaan: Waxtaan, phone: SipPhone, pbx: lab.Asterisk
) -> None:
    async with SipPhone(lab.PERSON_ADDRESS, lab.PERSON_PORT, user="agent1") as desk:
        await asks(waxtaan, phone, WEBSOCKET)
        await happens(desk.ringing)
        await phone.hang_up()
        await happens(desk.over)
    await closed(waxtaan, pbx)


async def test_the_caller_hangs_up_on_the_person(
    waxtaan: Waxtaan, phone: SipPhone, desk: SipPhone, pbx: lab.Asterisk
) -> None:
    call = await asks(waxtaan, phone, AUDIOSOCKET)
    await accepts(desk, call)
    await talks(phone, desk)
    await phone.hang_up()
    await happens(desk.over)
    await closed(waxtaan, pbx)
    assert len(of(PersonJoined, waxtaan)) == 1


async def test_waxtaan_dies_and_they_go_on_talking(
    waxtaan: Waxtaan, pbx: lab.Asterisk, phone: SipPhone, desk: SipPhone
) -> None:
    call = await asks(waxtaan, phone, WEBSOCKET)
    await accepts(desk, call)
    waxtaan.kill()
    await talks(phone, desk)
    waxtaan.start()
    await talks(phone, desk)
    await phone.hang_up()
    await happens(desk.over)  # nobody is left in a dead line
