"""Keys while somebody speaks: each counts once and in order, and what is said beside them is safe.

A turn during which keys are pressed is the keys': they are surer than words. What the caller says
before and after is heard as ever.
"""

import asyncio
from collections.abc import Mapping

from agent.actions import Speak
from agent.events import Hypothesis, KeyPressed, SpeechEnded, SpeechStarted, TurnEnded, TurnStarted
from tests.pbx import lab
from tests.pbx.assistant import Waxtaan
from tests.pbx.call_log import CallLog, dial
from tests.pbx.conftest import Say, closed
from tests.pbx.sip_phone import RATE, SipPhone
from tests.pbx.test_transfers import happens, of

WEBSOCKET, AUDIOSOCKET = "8000", "2000"
LINE, PIN = "770005678", "3140"  # whose sim card is blocked
BALANCE = "11"  # in the menu: the topic, then the use case


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


async def test_keys_over_the_agent(waxtaan: Waxtaan, pbx: lab.Asterisk, agents_voice: Say) -> None:
    async with SipPhone(user="anonymous") as phone:
        call = await dial(waxtaan, phone, WEBSOCKET)
        await call.asked("open")
        await phone.press(BALANCE)
        await call.opened("line")
        asked = await phone.sound(phone.now)
        await asyncio.sleep(max(0.0, asked + 0.6 - phone.now))
        pressed = phone.now
        await phone.press(LINE[0])  # into the question for nine digits
        (question,) = (spoken.text for spoken in of(Speak, waxtaan) if spoken.act == "ask line")
        whole = len(await agents_voice(question)) / 2 / RATE
        await call.next(SpeechEnded)
        await phone.quiet(0.3, after=asked)
        silent = phone.sounds()[-1][1]
        print(f"\nsilent {silent - pressed:.2f} s after a key over the agent", end="")
        print(f", {silent - asked:.2f} of {whole:.2f} s were heard", end="")
        assert silent - asked < whole * 3 / 4, "the agent went on talking"
        await phone.press(LINE[1:])
        await call.opened("pin")
        await phone.press(PIN)  # over the question for it
        await call.next(Speak, lambda spoken: spoken.act.startswith("inform balance"))
        await phone.hang_up()
        await closed(waxtaan, pbx)
    assert keys(waxtaan) == BALANCE + LINE + "•" * len(PIN)
    cut = {ended.utterance for ended in of(SpeechEnded, waxtaan) if ended.interrupted}
    assert {"ask line", "ask pin"} <= {s.act for s in of(Speak, waxtaan) if s.utterance in cut}
    assert "inform balance" in told(waxtaan)


async def _turn_is_over(call: CallLog) -> None:
    async with asyncio.timeout(lab.HANG):
        while True:
            turns = [e for e in call.entries() if isinstance(e, TurnStarted | TurnEnded)]
            if turns and isinstance(turns[-1], TurnEnded):
                return
            await asyncio.sleep(0.05)


async def test_keys_over_the_caller(
    waxtaan: Waxtaan, speech: Mapping[str, bytes], pbx: lab.Asterisk
) -> None:
    async with InfoPhone(user="anonymous") as phone:
        call = await dial(waxtaan, phone, AUDIOSOCKET)
        await call.next(SpeechStarted)
        await call.next(SpeechStarted)  # into the second sentence, which may be interrupted
        for words, typed, question in (
            ("what is my balance", BALANCE, "line"),
            ("my internet is down", LINE, "pin"),
            ("yes", PIN, "more"),
        ):
            begun = len(phone.said) + round(0.3 * RATE) * 2
            phone.say(speech[words])
            while len(phone.said) < begun:  # noqa: ASYNC110 - it is open, or about to be noticed
                await asyncio.sleep(0.01)
            await phone.press(typed)
            await call.opened(question)
            await _turn_is_over(call)
        phone.say(speech["no"])  # after the keys, over the answer to them: heard, and it goes on
        await call.next(Hypothesis, lambda heard: heard.final)
        await call.said("Is there anything else")
        phone.say(speech["no"])
        await happens(phone.over)
    await closed(waxtaan, pbx)
    assert keys(waxtaan) == BALANCE + LINE + "•" * len(PIN)
    assert len(of(TurnStarted, waxtaan)) >= 4
    balance = ["ask menu:credit", "ask line", "ask pin", "inform balance", "ask more", "goodbye"]
    assert list(dict.fromkeys(told(waxtaan)))[2:] == balance  # nothing asked back, nothing else
    finals = [heard.text for heard in of(Hypothesis, waxtaan) if heard.final]
    assert finals[-2:] == ["no", "no"]
