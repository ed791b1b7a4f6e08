"""Keys while somebody speaks: each counts once and in order, and what is said beside them is safe.

A turn during which keys are pressed is the keys': they are surer than words. What the caller says
before and after is heard as ever.
"""

import asyncio
from collections.abc import Mapping

import pytest

from agent.actions import Speak
from agent.events import Hypothesis, KeyPressed, SpeechEnded, TurnStarted
from tests.telephone import lab
from tests.telephone.conftest import closed
from tests.telephone.house import Waxtaan
from tests.telephone.sip_phone import SipPhone
from tests.telephone.test_transfers import of

WEBSOCKET, AUDIOSOCKET = "8000", "2000"
LINE, PIN = "770005678", "3140"  # whose sim card is blocked
CHOICES = "1"  # the balance

both = pytest.mark.parametrize("number", [WEBSOCKET, AUDIOSOCKET])


class InfoPhone(SipPhone):
    """A telephone that knows no RFC 4733: its keys go by SIP INFO."""

    def _sdp(self) -> str:
        lines = super()._sdp().replace("RTP/AVP 8 101", "RTP/AVP 8").split("\r\n")
        return "\r\n".join(line for line in lines if ":101 " not in line)

    async def press(self, keys: str, pause: float = 0.12) -> None:
        for key in keys:
            self._request("INFO", f"Signal={key}\r\nDuration=160\r\n", kind="dtmf-relay")
            await asyncio.sleep(0.08 + pause)


def keys(waxtaan: Waxtaan) -> str:
    return "".join(pressed.key for pressed in of(KeyPressed, waxtaan))


def acts(waxtaan: Waxtaan) -> list[str]:
    return [spoken.act for spoken in of(Speak, waxtaan)]


@both
async def test_keys_over_the_agent(
    number: str, waxtaan: Waxtaan, phone: SipPhone, pbx: lab.Asterisk
) -> None:
    await phone.call(number)
    began = await phone.sound(0.0)
    await asyncio.sleep(began + 0.5 - phone.now)
    await phone.press(CHOICES)  # into what has to be said whole, and counts all the same
    await phone.quiet(0.8, after=phone.now + 1)
    await phone.press("2")  # not the number of the call
    asked = await phone.sound(phone.now + 0.3)
    await asyncio.sleep(max(0.0, asked + 0.6 - phone.now))
    pressed = phone.now
    await phone.press(LINE[0])
    await asyncio.sleep(1.2)
    assert not any(end > pressed + 1.0 for _, end in phone.sounds()), "the agent went on talking"
    await phone.press(LINE[1:])
    await phone.sound(phone.now)
    await phone.press(PIN)  # over the question for it
    await phone.quiet(0.8, after=phone.now + 1)
    await phone.hang_up()
    await closed(waxtaan, pbx)
    assert keys(waxtaan) == f"12{LINE}" + "•" * len(PIN)
    cut = [ended for ended in of(SpeechEnded, waxtaan) if ended.interrupted]
    acts_by = {spoken.utterance: spoken.act for spoken in of(Speak, waxtaan)}
    assert {acts_by[each.utterance] for each in cut} >= {"ask line", "ask pin"}
    assert "inform balance" in {act.rpartition(" ")[0] or act for act in acts(waxtaan)} or any(
        act.startswith("inform balance") for act in acts(waxtaan)
    )
