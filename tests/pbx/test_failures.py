"""What breaks, breaks into something that a caller can live with."""

import asyncio

import pytest

from agent.events import CallEnded
from tests.pbx import lab
from tests.pbx.assistant import Waxtaan
from tests.pbx.sip_phone import SipPhone

WEBSOCKET, AUDIOSOCKET = "8000", "2000"


@pytest.mark.parametrize("number", [WEBSOCKET, AUDIOSOCKET])
async def test_waxtaan_is_down_and_a_person_answers(
    number: str, pbx: lab.Asterisk, phone: SipPhone, desk: SipPhone
) -> None:
    await phone.call(number)
    async with asyncio.timeout(5):
        await desk.connected.wait()


async def test_waxtaan_is_down_and_nobody_answers(pbx: lab.Asterisk, phone: SipPhone) -> None:
    async with SipPhone(lab.PERSON_ADDRESS, lab.PERSON_PORT, user="agent1") as desk:
        await phone.call(WEBSOCKET)
        async with asyncio.timeout(5):
            await desk.ringing.wait()
        desk.decline()
        declined = phone.now
        async with asyncio.timeout(10):
            await phone.over.wait()
    assert phone.ended == "bye"
    began, ended = phone.sounds()[-1]
    assert ended - max(began, declined) > 4  # five seconds of the tone of busy lines


@pytest.mark.parametrize("number", [WEBSOCKET, AUDIOSOCKET])
async def test_waxtaan_is_killed_and_a_person_answers(
    number: str, mortal: Waxtaan, phone: SipPhone, desk: SipPhone
) -> None:
    mortal.start()
    await phone.call(number)
    await phone.sound(0.0)
    await asyncio.sleep(2)
    mortal.kill()
    async with asyncio.timeout(5):
        await desk.connected.wait()
    await phone.hang_up()

    mortal.start()  # and what was recorded is there, and closed
    (call,) = mortal.calls
    ended = mortal.entries(call)[-1]
    assert isinstance(ended, CallEnded)
    assert ended.reason == "interrupted"
    assert ended.at > 1.4
    assert (call / "caller.wav").stat().st_size > 1.4 * 32_000
