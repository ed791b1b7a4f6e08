"""Keys while somebody speaks: each counts once and in order, and what is said beside them is safe.

A turn during which keys are pressed is the keys': they are surer than words. What the caller says
before and after is heard as ever.
"""

import asyncio
from collections.abc import Mapping

from agent.actions import Speak
from agent.events import Hypothesis, KeyPressed, SpeechEnded, TurnStarted
from tests.pbx import lab
from tests.pbx.assistant import Waxtaan
from tests.pbx.conftest import closed
from tests.pbx.sip_phone import SipPhone
from tests.pbx.test_transfers import of

WEBSOCKET, AUDIOSOCKET = "8000", "2000"
LINE, PIN = "770005678", "3140"  # whose sim card is blocked
BALANCE = "1"  # in the menu


class InfoPhone(SipPhone):
    """A telephone that knows no RFC 4733: its keys go by SIP INFO."""

    def _sdp(self, direction: str = "sendrecv") -> str:
        lines = super()._sdp(direction).replace("RTP/AVP 8 101", "RTP/AVP 8").split("\r\n")
        return "\r\n".join(line for line in lines if ":101 " not in line)

    async def press(self, keys: str, pause: float = 0.12) -> None:
        for key in keys:
            self._request("INFO", f"Signal={key}\r\nDuration=160\r\n", kind="dtmf-relay")
            await asyncio.sleep(0.08 + pause)


def keys(waxtaan: Waxtaan) -> str:
    return "".join(pressed.key for pressed in of(KeyPressed, waxtaan))


def told(waxtaan: Waxtaan) -> list[str]:
    """What the last call's caller was told or asked, without the values."""
    return [" ".join(spoken.act.split()[:2]) for spoken in of(Speak, waxtaan)]


async def test_keys_over_the_agent(waxtaan: Waxtaan, pbx: lab.Asterisk) -> None:
    async with SipPhone(user="anonymous") as phone:
        await phone.call(WEBSOCKET)
        await phone.quiet(0.8)
        await phone.press(BALANCE)
        asked = await phone.sound(phone.now)
        await asyncio.sleep(max(0.0, asked + 0.6 - phone.now))
        pressed = phone.now
        await phone.press(LINE[0])  # into the question for nine digits
        await asyncio.sleep(1.2)
        late = [ended - pressed for _, ended in phone.sounds() if ended > pressed]
        print(f"\nsilent {max(late, default=0):.2f} s after a key over the agent", end="")
        assert max(late, default=0) < 1.0, "the agent went on talking"
        await phone.press(LINE[1:])
        await phone.sound(phone.now - 0.2)
        await phone.press(PIN)  # over the question for it
        await phone.sound(phone.now + 0.5)
        await asyncio.sleep(1.0)  # the log is written twice a second
        await phone.hang_up()
        await closed(waxtaan, pbx)
    assert keys(waxtaan) == BALANCE + LINE + "•" * len(PIN)
    cut = {ended.utterance for ended in of(SpeechEnded, waxtaan) if ended.interrupted}
    assert {"ask line", "ask pin"} <= {s.act for s in of(Speak, waxtaan) if s.utterance in cut}
    assert "inform balance" in told(waxtaan)


async def test_keys_over_the_caller(
    waxtaan: Waxtaan, speech: Mapping[str, bytes], pbx: lab.Asterisk
) -> None:
    async with InfoPhone(user="anonymous") as phone:
        await phone.call(AUDIOSOCKET)
        await phone.sound(0.0)
        await asyncio.sleep(3.5)  # into the second sentence, which may be interrupted
        for words, typed in (
            ("what is my balance", BALANCE),
            ("my internet is down", LINE),
            ("yes", PIN),
        ):
            phone.say(speech[words])
            await asyncio.sleep(0.3)  # the turn is open, or about to be noticed
            await phone.press(typed)
            await asyncio.sleep(2.0)  # the turn is over
        phone.say(speech["no"])  # after the keys, over the answer to them: heard
        async with asyncio.timeout(15):
            await phone.over.wait()
    await closed(waxtaan, pbx)
    assert keys(waxtaan) == BALANCE + LINE + "•" * len(PIN)
    assert len(of(TurnStarted, waxtaan)) >= 4
    balance = ["ask line", "ask pin", "inform balance", "ask more", "goodbye"]
    assert list(dict.fromkeys(told(waxtaan)))[2:] == balance  # nothing asked back, nothing else
    finals = [heard.text for heard in of(Hypothesis, waxtaan) if heard.final]
    assert finals[-1] == "no"
