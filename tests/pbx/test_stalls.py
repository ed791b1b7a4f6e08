"""One side stands still for a while: the call goes on, and nobody is heard late afterwards."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from agent.events import CallEnded, KeyPressed
from pipelines.settings import Settings
from tests.pbx import lab
from tests.pbx.assistant import Waxtaan
from tests.pbx.call_log import dial
from tests.pbx.conftest import closed
from tests.pbx.sip_phone import RATE, SipPhone
from tests.pbx.test_pbx_breaks import seconds

WEBSOCKET, AUDIOSOCKET = "8000", "2000"
BILL = "2"  # in the menu: its topic
_STALL = 3.0  # s
_LATE = _STALL / 2


@contextmanager
def stopped(process: subprocess.Popen[bytes] | None) -> Iterator[None]:
    """It does nothing meanwhile."""
    assert process is not None
    os.killpg(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGCONT)


async def answers(phone: SipPhone, after: float) -> float:
    """How long, in seconds, the agent takes to say something."""
    return await phone.sound(after) - after


@dataclass(frozen=True, slots=True)
class Made:
    """A call: seconds to the answers to a key and to a sentence, before and after the stall; how
    many more seconds of the caller are recorded than their telephone sent.
    """

    key: tuple[float, float]
    sentence: tuple[float, float]
    ahead: float
    keys: list[str]


async def calls(
    waxtaan: Waxtaan, number: str, sentence: bytes, stall: asyncio.Event, over: asyncio.Event
) -> Made:
    """The same is asked twice."""
    async with SipPhone(user=f"77000{number}") as phone:
        call = await dial(waxtaan, phone, number)
        await call.asked("open")
        took = []
        for again in (False, True):
            if again:
                stall.set()
                await over.wait()
            asked = phone.now
            await phone.press(BILL)
            took.append(await answers(phone, asked))
            await call.opened("")
            phone.say(sentence)
            spoken = phone.now + len(sentence) / 2 / RATE
            await asyncio.sleep(spoken - phone.now)  # our own question is hushed meanwhile
            took.append(await answers(phone, spoken))
            await call.asked("")
        assert not phone.over.is_set()
    sent = len(phone.said) / 2 / RATE
    await call.next(CallEnded)
    keys = [e.key for e in call.entries() if isinstance(e, KeyPressed)]
    ahead = seconds(call.folder / "caller.wav") - sent
    return Made((took[0], took[2]), (took[1], took[3]), ahead, keys)


@pytest.mark.parametrize("who", ["pbx", "waxtaan"])
async def test_the_calls_go_on(
    who: str, waxtaan: Waxtaan, pbx: lab.Asterisk, speech: Mapping[str, bytes]
) -> None:
    over, ready = asyncio.Event(), [asyncio.Event(), asyncio.Event()]
    numbers = (WEBSOCKET, AUDIOSOCKET)
    talking = [
        asyncio.create_task(calls(waxtaan, n, speech["what is my balance"], r, over))
        for n, r in zip(numbers, ready, strict=True)
    ]
    async with asyncio.timeout(lab.HANG):
        await asyncio.gather(*(each.wait() for each in ready))
    with stopped((pbx if who == "pbx" else waxtaan).process):
        await asyncio.sleep(_STALL)
    over.set()
    found = await asyncio.gather(*talking)
    await closed(waxtaan, pbx)
    for number, made in zip(numbers, found, strict=True):
        print(f"{who} stood, {number}: {made}")
        # What waited while one side stood would come by all of that time later. Asterisk, having
        # stood, sometimes plays what it was sent before: then one answer is as late, and no other.
        once = _STALL if who == "pbx" else 0.0
        assert made.key[1] - made.key[0] < once + _LATE
        assert made.sentence[1] - made.sentence[0] < _LATE
        # Silence was put in for what the PBX held back, which then came and was heard all the same.
        most = Settings().max_ahead_seconds if who == "pbx" else 0.0
        assert -_LATE < made.ahead < most + _LATE
        assert made.keys == [BILL, BILL]
