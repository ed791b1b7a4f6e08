"""The PBX dies or is restarted while calls go on; who calls next does not notice that it was."""

import asyncio
import subprocess
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.events import CallEnded, PersonJoined, PersonLeft
from tests.pbx import lab
from tests.pbx.assistant import Waxtaan
from tests.pbx.call_log import dial
from tests.pbx.conftest import closed
from tests.pbx.sip_phone import RATE, SipPhone
from tests.pbx.test_transfers import accepts, asks, happens, of, talks

WEBSOCKET, AUDIOSOCKET = "8000", "2000"
OTHER = "770005678"  # who calls too
TOKEN = "only-for-this-desk-in-this-lab-and-long"
_SLIP = 0.1  # s by which the two sides of a recording may differ at its end


@pytest.fixture(scope="module")
def waxtaan(
    pbx: lab.Asterisk, cache: Path, prompts: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Waxtaan]:
    """With a desk; it is never started again, whatever becomes of the PBX."""
    given = {"PROMPTS": str(prompts), "DESK_TOKEN": TOKEN}
    assistant = Waxtaan(tmp_path_factory.mktemp("waxtaan"), cache, given)
    assistant.start()
    yield assistant
    assistant.stop()


@pytest.fixture
def mended(pbx: lab.Asterisk) -> Iterator[lab.Asterisk]:
    """The PBX; it runs again afterwards, for the tests of others."""
    yield pbx
    if pbx.process is None or pbx.process.poll() is not None:
        pbx.start()


def seconds(path: Path) -> float:
    """Of a recording."""
    with wave.open(str(path)) as file:
        return float(file.getnframes() / file.getframerate())


def open_files(waxtaan: Waxtaan) -> int:
    """How many the process holds, connections among them."""
    assert waxtaan.process is not None
    return len(list(Path(f"/proc/{waxtaan.process.pid}/fd").iterdir()))


def cut(port: int) -> None:
    """Break the connections that the PBX's machine has with itself at this port."""
    command = f"ip netns exec {lab.PBX} ss -K dst 127.0.0.1 dport = {port}"
    subprocess.run(command.split(), check=True, capture_output=True)


def desk_calls(waxtaan: Waxtaan) -> list[bool]:
    """Whether they are over: the calls that the desk shows."""
    shown = waxtaan.get("/desk/api/calls", Authorization=f"Bearer {TOKEN}")
    return [call["state"] == "ended" for call in shown["calls"]]


async def ended(waxtaan: Waxtaan) -> float:
    """Wait until no call is left; how long that took, in seconds."""
    began = time.monotonic()
    async with asyncio.timeout(lab.HANG):
        while waxtaan.get("/healthz")["calls"]:  # noqa: ASYNC110 - no events
            await asyncio.sleep(0.05)
    return time.monotonic() - began


async def reaches_people(pbx: lab.Asterisk) -> None:
    """Wait until Waxtaan listens to the PBX's REST interface (again)."""
    async with asyncio.timeout(lab.HANG):
        while "waxtaan" not in pbx.says("ari show apps"):  # noqa: ASYNC110 - no events
            await asyncio.sleep(0.1)


async def its_rest_interface_is_lost(waxtaan: Waxtaan, pbx: lab.Asterisk) -> None:
    """And found again."""
    before = waxtaan.log().count("connected to Asterisk")
    await asyncio.to_thread(cut, 8088)
    async with asyncio.timeout(lab.HANG):
        while waxtaan.log().count("connected to Asterisk") == before:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    await reaches_people(pbx)


def person() -> SipPhone:
    """Who is rung, and answers."""
    return SipPhone(lab.PERSON_ADDRESS, lab.PERSON_PORT, user="agent1", answers=True)


async def accepted(waxtaan: Waxtaan, number: str, phone: SipPhone, desk: SipPhone) -> None:
    """A call in which a person and the caller talk."""
    await accepts(desk, await asks(waxtaan, phone, number))
    await talks(phone, desk)


async def test_it_is_killed_in_mid_call_and_while_a_person_talks(
    waxtaan: Waxtaan, mended: lab.Asterisk
) -> None:
    before = open_files(waxtaan)
    async with SipPhone() as first, SipPhone(user=OTHER) as second:
        phones = (first, second)
        numbers = (WEBSOCKET, AUDIOSOCKET)
        logs = [await dial(waxtaan, *each) for each in zip(phones, numbers, strict=True)]
        for log in logs:
            await log.asked("open")
        sent = [len(phone.said) / 2 / RATE for phone in phones]
        mended.kill()
        took = await ended(waxtaan)
        first.vanish()
        second.vanish()
    print(f"ended after {took:.2f} s")
    for log, lasted in zip(logs, sent, strict=True):
        call, last = log.folder, log.entries()[-1]
        assert isinstance(last, CallEnded)
        assert last.reason == "line closed"
        recorded = seconds(call / "caller.wav")
        print(f"recorded {recorded:.2f} of {lasted:.2f} s, the last entry at {last.at:.2f}")
        assert recorded == pytest.approx(lasted, rel=0.2)  # to its end, and nothing is made up
        assert last.at == pytest.approx(recorded, abs=_SLIP)
        assert seconds(call / "agent.wav") == pytest.approx(recorded, abs=_SLIP)
    assert not list((waxtaan.folder / "calls" / ".open").iterdir())

    mended.start()
    await reaches_people(mended)
    async with SipPhone() as phone, person() as desk:
        await accepted(waxtaan, WEBSOCKET, phone, desk)
        mended.kill()
        mended.start()
        took = await ended(waxtaan)
        phone.vanish()
        desk.vanish()
    print(f"while they talked: ended after {took:.2f} s")
    assert [last.reason for last in of(CallEnded, waxtaan)] == ["line closed"]
    assert len(of(PersonJoined, waxtaan)) == 1
    assert all(desk_calls(waxtaan))
    await reaches_people(mended)
    print(f"open files {before}, {open_files(waxtaan)}")
    assert open_files(waxtaan) <= before + 3  # what is kept open for the next call


async def test_it_is_restarted_and_its_rest_interface_is_lost_while_a_person_talks(
    waxtaan: Waxtaan, mended: lab.Asterisk
) -> None:
    async with SipPhone() as first, SipPhone() as second:
        await first.call(WEBSOCKET)
        await second.call(AUDIOSOCKET)
        await first.sound(0.0)
        await second.sound(0.0)
        mended.says("core stop now")
        took = await ended(waxtaan)
        await asyncio.gather(happens(first.over), happens(second.over))
        assert (first.ended, second.ended) == ("bye", "bye")
    print(f"ended after {took:.2f} s")
    for call in waxtaan.calls[-2:]:
        last = waxtaan.entries(call)[-1]
        assert isinstance(last, CallEnded)
        assert last.reason == "line closed"
    assert mended.process is not None
    mended.process.wait(lab.HANG)
    mended.start()
    await reaches_people(mended)
    async with SipPhone() as phone, person() as desk:
        await accepted(waxtaan, AUDIOSOCKET, phone, desk)
        await its_rest_interface_is_lost(waxtaan, mended)
        await talks(phone, desk)
        assert waxtaan.get("/healthz")["calls"] == 1
        await desk.hang_up()
        await happens(phone.over)
        await closed(waxtaan, mended)
    assert [left.back for left in of(PersonLeft, waxtaan)] == [False]
