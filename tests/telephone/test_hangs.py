"""One side stands still for good: the call ends by itself, and where that can be, with a person."""

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.events import CallEnded
from tests.telephone import lab
from tests.telephone.house import Waxtaan
from tests.telephone.sip_phone import SipPhone

WEBSOCKET, AUDIOSOCKET = "8000", "2000"
_HUNG = 2.0  # s

both = pytest.mark.parametrize("number", [WEBSOCKET, AUDIOSOCKET])


@pytest.fixture
def hanging(pbx: lab.Asterisk, cache: Path, prompts: Path, tmp_path: Path) -> Iterator[Waxtaan]:
    """A Waxtaan that hangs when it is told to."""
    given = {"PROMPTS": str(prompts), "HUNG_SECONDS": str(_HUNG)}
    house = Waxtaan(tmp_path, cache, given, "tests.telephone.hanging")
    house.start()
    yield house
    house.stop()


@both
async def test_waxtaan_hangs_and_a_person_answers(
    number: str, hanging: Waxtaan, phone: SipPhone, desk: SipPhone
) -> None:
    await phone.call(number)
    await phone.sound(0.0)
    assert hanging.process is not None
    os.kill(hanging.process.pid, signal.SIGUSR1)
    hung = phone.now
    async with asyncio.timeout(_HUNG + 8):
        await desk.connected.wait()
    print(f"{number}: a person {phone.now - hung:.2f} s after it hung")
    assert hanging.process.wait(1) == 1
    assert "Timeout" in hanging.log()
    hanging.start()
    ended = hanging.entries(hanging.calls[-1])[-1]
    assert isinstance(ended, CallEnded)
    assert ended.reason == "interrupted"
