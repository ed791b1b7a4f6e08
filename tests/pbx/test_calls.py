"""Whole calls: a SIP telephone, a real Asterisk, Waxtaan on its embedded engines."""

import asyncio
from collections.abc import Mapping

import pytest

from agent.actions import Speak
from agent.events import CallStarted, KeyPressed, SpeechEnded
from tests.pbx import lab
from tests.pbx.assistant import Waxtaan
from tests.pbx.conftest import Recognise, closed
from tests.pbx.sip_phone import LINE, RATE, SipPhone

WEBSOCKET, AUDIOSOCKET = "8000", "2000"
PIN = "4821"
GREETING = "hello you are talking to an automated assistant"
OTHERS = (
    "please type the nine digits of your telephone number",
    "you have twelve euros fifty left",
    "is there anything else",
    "what can i do for you",
)

pytestmark = pytest.mark.parametrize("number", [WEBSOCKET, AUDIOSOCKET])


def cut(heard: bytes, began: float, ended: float) -> bytes:
    return heard[round(began * RATE) * 2 : round(ended * RATE) * 2]


async def test_the_agent_answers_and_says_what_it_is(
    number: str, waxtaan: Waxtaan, phone: SipPhone, recognise: Recognise
) -> None:
    await phone.call(number)
    await phone.quiet(1.0)
    began, _ = phone.sounds()[0]
    first = cut(phone.heard(), began, began + 2.9)  # the sentence, not its like
    assert await recognise(first, (GREETING, *OTHERS)) == GREETING
    await phone.hang_up()


async def test_a_balance_by_keys(
    number: str, waxtaan: Waxtaan, phone: SipPhone, speech: Mapping[str, bytes], pbx: lab.Asterisk
) -> None:
    await phone.call(number)
    await phone.quiet(0.8)
    phone.say(speech["what is my balance"])
    await phone.quiet(0.8, after=phone.now + 1.5)
    await phone.press("1")  # narrow-band hearing is asked back
    await phone.quiet(0.8, after=phone.now)
    await phone.press("1")  # the number that the network claims is asked back too
    await phone.quiet(0.8, after=phone.now)
    await phone.press(PIN)
    await phone.quiet(0.8, after=phone.now)
    await phone.hang_up()
    call = waxtaan.calls[-1]
    await closed(waxtaan, pbx)
    entries = waxtaan.entries(call)
    said = [entry.text for entry in entries if isinstance(entry, Speak)]
    assert "You have 12 euros 50 left." in said
    heard = [entry.heard for entry in entries if isinstance(entry, SpeechEnded)]
    assert "You have 12 euros 50 left." in heard
    keys = "".join(entry.key for entry in entries if isinstance(entry, KeyPressed))
    assert keys == "11••••"
    start = next(entry for entry in entries if isinstance(entry, CallStarted))
    assert (start.channel, start.caller, start.people) == ("telephone", LINE, True)
    assert PIN not in (call / "log.jsonl").read_text()
    assert PIN not in waxtaan.log()


async def test_the_caller_interrupts(
    number: str, waxtaan: Waxtaan, phone: SipPhone, speech: Mapping[str, bytes], pbx: lab.Asterisk
) -> None:
    await phone.call(number)
    await phone.quiet(0.8)
    phone.say(speech["what is my balance"])
    began = await phone.sound(phone.now + 1.0)
    await _at(phone, began + 0.6)  # into the question whether that was meant
    phone.say(speech["i want to speak to an agent"])
    spoke = phone.now
    await phone.quiet(0.3, after=spoke)
    silent = next(end for start, end in phone.sounds() if end > spoke)
    assert silent - spoke < 1.0, "the agent went on talking"
    await phone.hang_up()
    await closed(waxtaan, pbx)
    ends = [e for e in waxtaan.entries(waxtaan.calls[-1]) if isinstance(e, SpeechEnded)]
    cut_short = [e for e in ends if e.interrupted]
    assert cut_short, ends
    asked = {
        e.utterance: e.text for e in waxtaan.entries(waxtaan.calls[-1]) if isinstance(e, Speak)
    }
    whole = asked[cut_short[0].utterance]
    assert whole.startswith(cut_short[0].heard)
    assert 0 < len(cut_short[0].heard) < len(whole)


async def _at(phone: SipPhone, when: float) -> None:
    await asyncio.sleep(max(0.0, when - phone.now))
