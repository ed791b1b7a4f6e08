"""What breaks, breaks into something that a caller can live with."""

import asyncio

import pytest

from agent.events import CallEnded
from tests.pbx import lab
from tests.pbx.assistant import Waxtaan
from tests.pbx.sip_phone import SipPhone
from tests.pbx.test_pbx_breaks import _SLIP, seconds

WEBSOCKET, AUDIOSOCKET = "8000", "2000"


@pytest.mark.parametrize("number", [WEBSOCKET, AUDIOSOCKET])
async def test_waxtaan_is_down_and_a_person_answers(
    number: str, pbx: lab.Asterisk, phone: SipPhone, desk: SipPhone
) -> None:
    await phone.call(number)
    async with asyncio.timeout(lab.HANG):
        await desk.connected.wait()


async def test_waxtaan_is_down_and_nobody_answers(pbx: lab.Asterisk, phone: SipPhone) -> None:
    async with SipPhone(lab.PERSON_ADDRESS, lab.PERSON_PORT, user="agent1") as desk:
        await phone.call(WEBSOCKET)
        async with asyncio.timeout(lab.HANG):
            await desk.ringing.wait()
        desk.decline()
        declined = phone.now
        async with asyncio.timeout(lab.HANG):
            await phone.over.wait()
    assert phone.ended == "bye"
    tone = [(began, ended) for began, ended in phone.sounds() if ended > declined]
    # five seconds of the tone of busy lines
    assert tone[-1][1] - max(tone[0][0], declined) > 4


@pytest.mark.parametrize("number", [WEBSOCKET, AUDIOSOCKET])
async def test_waxtaan_is_killed_and_a_person_answers(
    number: str, mortal: Waxtaan, phone: SipPhone, desk: SipPhone
) -> None:
    mortal.start()
    await phone.call(number)
    async with asyncio.timeout(lab.HANG):
        while not (kept := _recorded(mortal)) > 1.5:  # noqa: ASYNC110 - no events
            await asyncio.sleep(0.1)
    mortal.kill()
    async with asyncio.timeout(lab.HANG):
        await desk.connected.wait()
    await phone.hang_up()

    mortal.start()  # and what was recorded is there, and closed
    (call,) = mortal.calls
    ended = mortal.entries(call)[-1]
    assert isinstance(ended, CallEnded)
    assert ended.reason == "interrupted"
    assert ended.at >= kept - _SLIP
    assert seconds(call / "caller.wav") >= kept - _SLIP


def _recorded(waxtaan: Waxtaan) -> float:
    """How many seconds of a call are on disk."""
    sizes = (call / "caller.wav" for call in waxtaan.calls)
    return max((path.stat().st_size / 32_000 for path in sizes if path.exists()), default=0.0)
