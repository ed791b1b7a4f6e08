"""One side stands still for a while: the call goes on, and nobody is heard late afterwards."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.events import CallStarted, KeyPressed
from pipelines.settings import Settings
from tests.pbx import lab
from tests.pbx.assistant import Waxtaan
from tests.pbx.conftest import closed
from tests.pbx.sip_phone import RATE, SipPhone
from tests.pbx.test_pbx_breaks import seconds

WEBSOCKET, AUDIOSOCKET = "8000", "2000"
_STALL = 3.0  # s


@contextmanager
def stopped(process: subprocess.Popen[bytes] | None) -> Iterator[None]:
    """It does nothing meanwhile."""
    assert process is not None
    os.killpg(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGCONT)


def called(waxtaan: Waxtaan, call: Path) -> str:
    """Who called."""
    return next(str(e.caller) for e in waxtaan.entries(call) if isinstance(e, CallStarted))


async def answers(phone: SipPhone, after: float) -> float:
    """How long, in seconds, the agent takes to say something."""
    return await phone.sound(after) - after


async def calls(
    number: str, sentence: bytes, stall: asyncio.Event, over: asyncio.Event
) -> tuple[float, float, float]:
    """Seconds to the answers to a key and to a sentence after the stall; how long the call was."""
    async with SipPhone(user=f"77000{number}") as phone:
        await phone.call(number)
        await phone.quiet(0.8)
        stall.set()
        await over.wait()
        await asyncio.sleep(0.1)
        asked = phone.now
        await phone.press("2")
        key = await answers(phone, asked)
        await asyncio.sleep(0.5)
        phone.say(sentence)
        spoken = phone.now + len(sentence) / 2 / RATE
        await asyncio.sleep(spoken - phone.now)  # our own question is hushed meanwhile
        speech = await answers(phone, spoken)
        assert not phone.over.is_set()
        return key, speech, phone.now


@pytest.mark.parametrize("who", ["pbx", "waxtaan"])
async def test_the_calls_go_on(
    who: str, waxtaan: Waxtaan, pbx: lab.Asterisk, speech: Mapping[str, bytes]
) -> None:
    over, ready = asyncio.Event(), [asyncio.Event(), asyncio.Event()]
    numbers = (WEBSOCKET, AUDIOSOCKET)
    talking = [
        asyncio.create_task(calls(n, speech["what is my balance"], r, over))
        for n, r in zip(numbers, ready, strict=True)
    ]
    async with asyncio.timeout(30):
        await asyncio.gather(*(each.wait() for each in ready))
    with stopped((pbx if who == "pbx" else waxtaan).process):
        await asyncio.sleep(_STALL)
    over.set()
    found = await asyncio.gather(*talking)
    await closed(waxtaan, pbx)
    for number, (key, sentence, lasted) in zip(numbers, found, strict=True):
        call = next(c for c in waxtaan.calls[-2:] if called(waxtaan, c) == f"77000{number}")
        recorded = seconds(call / "caller.wav")
        print(f"{who} stood, {number}: {key:.2f} s to a key, {sentence:.2f} s to a sentence")
        print(f"recorded {recorded:.2f} of {lasted:.2f} s")
        assert key < 1.5
        assert sentence < 4
        # Silence was put in for what the PBX held back, which then came and was heard all the same.
        most = Settings().max_ahead_seconds if who == "pbx" else 0.0
        assert -0.6 < recorded - lasted < most + 0.6
        keys = [e.key for e in waxtaan.entries(call) if isinstance(e, KeyPressed)]
        assert keys == ["2"]
