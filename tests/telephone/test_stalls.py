"""One side stands still for a while: the call goes on, and nobody is heard seconds late afterwards."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from agent.events import KeyPressed
from tests.telephone import lab
from tests.telephone.conftest import closed
from tests.telephone.house import Waxtaan
from tests.telephone.sip_phone import SipPhone
from tests.telephone.test_pbx_breaks import ended

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


async def answers(phone: SipPhone, key: str) -> float:
    """How long, in seconds, the agent takes to say something once a key is pressed."""
    asked = phone.now
    await phone.press(key)
    return await phone.sound(asked) - asked


async def calls(number: str, stall: asyncio.Event, over: asyncio.Event) -> tuple[float, float]:
    """A caller, and a key before and after the stall; how long its answers took, in seconds."""
    async with SipPhone(user=f"77000{number}") as phone:
        await phone.call(number)
        await phone.sound(0.0)
        first = await answers(phone, "2")
        await phone.quiet(1.0, after=phone.now)
        stall.set()
        await over.wait()
        await asyncio.sleep(0.1)
        last = await answers(phone, "2")
        assert not phone.over.is_set()
        return first, last


@pytest.mark.parametrize("who", ["pbx", "waxtaan"])
async def test_the_calls_go_on(who: str, waxtaan: Waxtaan, pbx: lab.Asterisk) -> None:
    over, ready = asyncio.Event(), [asyncio.Event(), asyncio.Event()]
    numbers = (WEBSOCKET, AUDIOSOCKET)
    talking = [asyncio.create_task(calls(n, r, over)) for n, r in zip(numbers, ready, strict=True)]
    async with asyncio.timeout(30):
        await asyncio.gather(*(each.wait() for each in ready))
    with stopped((pbx if who == "pbx" else waxtaan).process):
        await asyncio.sleep(_STALL)
    over.set()
    for number, (first, last) in zip(numbers, await asyncio.gather(*talking), strict=True):
        print(f"{who} stood, {number}: {first:.2f} s before, {last:.2f} s after")
        assert last < 1.5
    await closed(waxtaan, pbx)
    for call in waxtaan.calls[-2:]:
        keys = [entry.key for entry in waxtaan.entries(call) if isinstance(entry, KeyPressed)]
        assert keys == ["2", "2"]
