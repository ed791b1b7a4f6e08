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
from tests.telephone.test_transfers import of

WEBSOCKET, AUDIOSOCKET = "8000", "2000"
_STALL = 3.0  # s

both = pytest.mark.parametrize("number", [WEBSOCKET, AUDIOSOCKET])


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


@both
@pytest.mark.parametrize("who", ["pbx", "waxtaan"])
async def test_the_call_goes_on(
    number: str, who: str, waxtaan: Waxtaan, pbx: lab.Asterisk, phone: SipPhone
) -> None:
    await phone.call(number)
    await phone.quiet(1.0)
    first = await answers(phone, "2")
    await phone.quiet(1.0, after=phone.now)
    with stopped((pbx if who == "pbx" else waxtaan).process):
        await asyncio.sleep(_STALL)
    await asyncio.sleep(0.3)
    last = await answers(phone, "2")
    print(f"{who} {number}: {first:.2f} s before, {last:.2f} s after")
    await phone.quiet(1.0, after=phone.now)
    assert not phone.over.is_set()
    assert last < 1.5
    keys = "".join(entry.key for entry in of(KeyPressed, waxtaan))
    await phone.hang_up()
    await closed(waxtaan, pbx)
    keys = "".join(entry.key for entry in of(KeyPressed, waxtaan))
    assert keys == "22"
