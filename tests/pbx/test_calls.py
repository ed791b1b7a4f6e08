"""Whole calls: a SIP telephone, a real Asterisk, Waxtaan on its embedded engines."""

import asyncio
from collections.abc import Mapping

import pytest

from agent.actions import Speak
from agent.events import CallStarted, KeyPressed, SpeechEnded
from tests.pbx import lab
from tests.pbx.assistant import Waxtaan
from tests.pbx.call_log import dial
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


async def test_the_agent_answers_and_says_what_it_is(
    number: str, waxtaan: Waxtaan, phone: SipPhone, recognise: Recognise
) -> None:
    call = await dial(waxtaan, phone, number)
    await call.asked("open")
    began, _ = phone.sounds()[0]
    first = phone.came(began - 0.01)[: round(2.9 * RATE) * 2]  # the sentence, not its like
    assert await recognise(first, (GREETING, *OTHERS)) == GREETING
    await phone.hang_up()


async def test_a_balance_by_keys(
    number: str, waxtaan: Waxtaan, phone: SipPhone, speech: Mapping[str, bytes], pbx: lab.Asterisk
) -> None:
    call = await dial(waxtaan, phone, number)
    await call.asked("open")
    phone.say(speech["what is my balance"])
    await call.asked("confirm:flow:balance")
    await phone.press("1")  # narrow-band hearing is asked back
    await call.asked("confirm:line")
    await phone.press("1")  # the number that the network claims is asked back too
    await call.asked("pin")
    await phone.press(PIN)
    await call.asked("more")
    await phone.hang_up()
    await closed(waxtaan, pbx)
    entries = call.entries()
    said = [entry.text for entry in entries if isinstance(entry, Speak)]
    assert "You have 12 euros 50 left." in said
    heard = [entry.heard for entry in entries if isinstance(entry, SpeechEnded)]
    assert "You have 12 euros 50 left." in heard
    keys = "".join(entry.key for entry in entries if isinstance(entry, KeyPressed))
    assert keys == "11••••"
    start = next(entry for entry in entries if isinstance(entry, CallStarted))
    assert (start.channel, start.caller, start.people) == ("telephone", LINE, True)
    assert PIN not in (call.folder / "log.jsonl").read_text()
    assert PIN not in waxtaan.log()


async def test_the_caller_interrupts(
    number: str, waxtaan: Waxtaan, phone: SipPhone, speech: Mapping[str, bytes], pbx: lab.Asterisk
) -> None:
    call = await dial(waxtaan, phone, number)
    await call.asked("open")
    question = speech["what is my balance"]
    phone.say(question)
    asked = phone.now + len(question) / 2 / RATE
    began = await phone.sound(asked)
    await _at(phone, began + 0.6)  # into the question whether that was meant
    phone.say(speech["i want to speak to an agent"])
    spoke = phone.now
    await call.next(SpeechEnded, lambda ended: ended.interrupted)
    await phone.quiet(0.3, after=spoke)
    silent = next(end for start, end in phone.sounds() if end > spoke)
    print(f"{number}: answered in {began - asked:.2f} s, silent in {silent - spoke:.2f} s", end="")
    # Half of an answer's time is what it takes on an idle machine.
    assert silent - spoke < 3 * (began - asked), "the agent went on talking"
    await phone.hang_up()
    await closed(waxtaan, pbx)
    ends = [e for e in call.entries() if isinstance(e, SpeechEnded)]
    cut_short = [e for e in ends if e.interrupted]
    assert cut_short, ends
    texts = {e.utterance: e.text for e in call.entries() if isinstance(e, Speak)}
    whole = texts[cut_short[0].utterance]
    assert whole.startswith(cut_short[0].heard)
    assert 0 < len(cut_short[0].heard) < len(whole)


async def _at(phone: SipPhone, when: float) -> None:
    await asyncio.sleep(max(0.0, when - phone.now))
