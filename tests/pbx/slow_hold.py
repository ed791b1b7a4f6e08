"""A caller waits for a person for ten minutes, in real time: `make phone-hold`.

The name keeps it out of `make phone`. WAXTAAN_HOLD_MINUTES makes it shorter, to try it.
"""

import asyncio
import os
import re
import shutil
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from numpy import arange

from agent.events import CallEnded, PersonJoined
from pipelines.packs.reader import PROMPTS
from tests.pbx import lab
from tests.pbx.assistant import Waxtaan
from tests.pbx.bench.loss import offset
from tests.pbx.call_log import dial
from tests.pbx.conftest import closed
from tests.pbx.sip_phone import RATE, SipPhone
from tests.pbx.test_pbx_breaks import seconds
from tests.pbx.test_transfers import ACCEPT, PERSON, happens, of, talks, tone

WEBSOCKET, AUDIOSOCKET = "8000", "2000"
WAIT = 60 * float(os.environ.get("WAXTAAN_HOLD_MINUTES", "10"))  # s
_BETWEEN = 25.0  # s, at most, between two words to the caller
_SETTLED = 15.0  # s after which memory is that of a call that goes on
_GROWTH = 8.0  # MB
_AROUND = 28.0  # s of a call that are laid over what was recorded of them
# What two recordings may move against each other, and no more however long it takes: what the line
# may be behind (0.3 s), the queue left to a PBX (0.12 s), the slip that a recording allows (0.1 s).
_STEP = 0.5  # s


@pytest.fixture(scope="module")
def waxtaan(
    pbx: lab.Asterisk, cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Waxtaan]:
    """Whose people are rung for as long as it takes."""
    folder = tmp_path_factory.mktemp("patient")
    shutil.copytree(PROMPTS, folder / "prompts")
    policy = folder / "prompts" / "escalation.toml"
    text = lab.queues(policy.read_text())
    text = re.sub(r"ring_seconds = \d+", f"ring_seconds = {WAIT + 120:.0f}", text)
    policy.write_text(re.sub(r"ring_give_up = [\d.]+", f"ring_give_up = {WAIT + 60}", text))
    assistant = Waxtaan(folder / "waxtaan", cache, {"PROMPTS": str(folder / "prompts")})
    assistant.start()
    yield assistant
    assistant.stop()


def memory(process: int) -> float:
    """What it holds of it, in MB."""
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024


def recorded(path: Path, start: float, end: float) -> bytes:
    """A part of a recording."""
    with wave.open(str(path)) as file:
        file.setpos(max(0, round(start * file.getframerate())))
        return bytes(file.readframes(round((end - start) * file.getframerate())))


def shift(telephone: bytes, recording: Path, start: float) -> float:
    """How much later, in s, what the telephone had at `start` stands in a recording."""
    piece = telephone[round(start * RATE) * 2 :][: round(_AROUND * RATE) * 2]
    from_ = max(0.0, start - 3)
    found = offset(piece, recorded(recording, from_, start + _AROUND + 3))
    return from_ + found - start


@pytest.mark.parametrize("number", [WEBSOCKET, AUDIOSOCKET])
async def test_ten_minutes_and_then_a_person(
    number: str, waxtaan: Waxtaan, phone: SipPhone, pbx: lab.Asterisk
) -> None:
    assert waxtaan.process is not None
    assert pbx.process is not None
    async with SipPhone(lab.PERSON_ADDRESS, lab.PERSON_PORT, user="agent1") as desk:
        call = await dial(waxtaan, phone, number)
        await call.opened("open")
        await phone.sound(0.0)
        phone.say(tone(600, 0.2))
        await phone.press(PERSON)
        await happens(desk.ringing)
        rang = phone.now
        await asyncio.sleep(_SETTLED)
        before = memory(waxtaan.process.pid), memory(pbx.process.pid)
        while phone.now < rang + WAIT:
            await asyncio.sleep(5)
            assert not phone.over.is_set(), f"{phone.ended!r} after {phone.now:.0f} s"
            assert not desk.over.is_set(), f"{desk.ended!r} after {phone.now:.0f} s"
            assert any(name.startswith("PJSIP/trunk") for name in pbx.channels)
        after = memory(waxtaan.process.pid), memory(pbx.process.pid)
        phone.say(tone(600, 0.2))
        await asyncio.sleep(_AROUND / 2)
        waited = phone.now

        desk.answer()
        await desk.sound(0.0)
        await desk.press(ACCEPT)
        await call.next(PersonJoined)
        await talks(phone, desk)
        await phone.hang_up()
        await happens(desk.over)
        await closed(waxtaan, pbx)

    words = [began for began, _ in phone.sounds() if rang < began < waited]
    gaps = [b - a for a, b in zip([rang, *words], words, strict=False)]
    print(f"{number}: waited {waited - rang:.0f} s, {len(words)} sounds, {max(gaps):.1f} s apart")
    grown = [b - a for a, b in zip(before, after, strict=True)]
    print(
        f"memory: Waxtaan {before[0]:.1f} MB {grown[0]:+.1f}, PBX {before[1]:.1f} {grown[1]:+.1f}"
    )
    ways = {"caller.wav": bytes(phone.said), "agent.wav": phone.heard()}
    last = waited - _AROUND - 1
    for name, pcm in ways.items():
        places = [0.0, last] if name == "caller.wav" else [rang, *arange(rang + 30, last, 60), last]
        shifts = [shift(pcm, call.folder / name, at) for at in places]
        print(
            name,
            *(f"{1000 * s:+.0f} ms at {at:.0f} s" for s, at in zip(shifts, places, strict=True)),
        )
        assert max(shifts) - min(shifts) <= _STEP
    print("recorded", *(f"{seconds(call.folder / name):.2f} s" for name in ways))
    assert max(gaps) < _BETWEEN
    assert max(grown) < _GROWTH
    assert len(of(PersonJoined, waxtaan)) == 1
    assert [ended.reason for ended in of(CallEnded, waxtaan)] == ["line closed"]
