"""One side stands still for good: the call ends by itself, and where that can be, with a person."""

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.events import CallEnded
from tests.pbx import lab
from tests.pbx.assistant import Waxtaan
from tests.pbx.sip_phone import SipPhone
from tests.pbx.test_pbx_breaks import ended
from tests.pbx.test_stalls import stopped

WEBSOCKET, AUDIOSOCKET = "8000", "2000"
_HUNG = 2.0  # s

both = pytest.mark.parametrize("number", [WEBSOCKET, AUDIOSOCKET])


@pytest.fixture
def hanging(pbx: lab.Asterisk, cache: Path, prompts: Path, tmp_path: Path) -> Iterator[Waxtaan]:
    """A Waxtaan that hangs when it is told to."""
    given = {"PROMPTS": str(prompts), "HUNG_SECONDS": str(_HUNG), "STALLED_WRITE_SECONDS": "1"}
    assistant = Waxtaan(tmp_path, cache, given, "tests.pbx.hanging")
    assistant.start()
    yield assistant
    assistant.stop()


@both
async def test_waxtaan_hangs_and_a_person_answers(
    number: str, hanging: Waxtaan, phone: SipPhone, desk: SipPhone
) -> None:
    await phone.call(number)
    await phone.sound(0.0)
    assert hanging.process is not None
    os.kill(hanging.process.pid, signal.SIGUSR1)
    hung = phone.now
    async with asyncio.timeout(lab.HANG):
        await desk.connected.wait()
    print(f"{number}: a person {phone.now - hung:.2f} s after it hung")
    assert hanging.process.wait(lab.HANG) == 1
    assert "Timeout" in hanging.log()
    hanging.start()
    last = hanging.entries(hanging.calls[-1])[-1]
    assert isinstance(last, CallEnded)
    assert last.reason == "interrupted"


async def test_the_pbx_hangs_and_later_its_callers_get_to_people(
    hanging: Waxtaan, pbx: lab.Asterisk, phone: SipPhone, desk: SipPhone
) -> None:
    async with SipPhone(user="770005678") as second:
        await phone.call(WEBSOCKET)
        await second.call(AUDIOSOCKET)
        await second.sound(0.0)
        with stopped(pbx.process):
            took = await ended(hanging)  # not by what we say to a caller whom we do not hear
        print(f"no call left {took:.1f} s after the PBX hung")
        for call in hanging.calls:
            last = hanging.entries(call)[-1]
            assert isinstance(last, CallEnded)
            assert last.reason == "line closed"
        async with asyncio.timeout(lab.HANG):
            await desk.connected.wait()
