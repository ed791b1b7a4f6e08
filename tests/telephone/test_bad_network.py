"""A network that loses and delays packets: the caller gets what they called for all the same."""

import asyncio

import pytest

from agent.events import KeyPressed, SpeechEnded
from tests.telephone import lab
from tests.telephone.conftest import closed
from tests.telephone.house import Waxtaan
from tests.telephone.sip_phone import LINE, Network, SipPhone
from tests.telephone.test_pbx_breaks import seconds
from tests.telephone.test_stalls import called

WEBSOCKET, AUDIOSOCKET = "8000", "2000"
BALANCE, NO, PIN = "1", "2", "4821"
_BEHIND = 0.6  # s: the line waits 0.4 s for what is late, and 40 ms is the way long
ANSWER = "You have 12 euros 50 left."


async def asks_for_the_balance(number: str, user: str, network: Network) -> tuple[bool, float]:
    """By keys alone, of another line than their own; whether the call was kept, and its seconds."""
    async with SipPhone(user=user, network=network, seed=int(number)) as phone:
        await phone.call(number)
        await phone.quiet(0.8)
        for keys in (BALANCE, NO, LINE, PIN):
            asked = phone.now
            await phone.press(keys)
            await phone.sound(asked + 0.3)
            await asyncio.sleep(0.5)
        await asyncio.sleep(2.5)  # the answer, whole
        return not phone.over.is_set(), phone.now


@pytest.mark.parametrize("loss", [0.01, 0.03, 0.05])
async def test_a_balance_by_keys(loss: float, waxtaan: Waxtaan, pbx: lab.Asterisk) -> None:
    network = Network(loss, delay=0.04, jitter=0.03)
    users = {"770001111": WEBSOCKET, "770002222": AUDIOSOCKET}
    found = await asyncio.gather(
        *(asks_for_the_balance(number, user, network) for user, number in users.items())
    )
    await closed(waxtaan, pbx)
    calls = {called(waxtaan, call): call for call in waxtaan.calls[-2:]}
    for (user, number), (kept, lasted) in zip(users.items(), found, strict=True):
        assert kept
        entries = waxtaan.entries(calls[user])
        keys = "".join(e.key for e in entries if isinstance(e, KeyPressed))
        recorded = seconds(calls[user] / "caller.wav")
        print(f"{loss:.0%} {number}: keys {keys}, recorded {recorded:.2f} of {lasted:.2f} s")
        assert keys == BALANCE + NO + LINE + "••••"  # each once, whatever was lost
        assert ANSWER in [e.heard for e in entries if isinstance(e, SpeechEnded)]
        assert recorded == pytest.approx(lasted, abs=_BEHIND)
