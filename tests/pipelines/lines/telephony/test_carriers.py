"""Whole calls over Telnyx and Plivo, against simulators of them."""

import random
from typing import Any

import numpy as np
import pytest

from agent.actions import Hush, Speak
from agent.events import CallStarted, KeyPressed, SpeechEnded, SpeechStarted
from pipelines.lines.telephony.leg import Key, Stop
from tests.pipelines.conftest import Open
from tests.pipelines.lines.telephony.carrier_phone import FALLBACK, CarrierPhone
from tests.pipelines.lines.telephony.mutations import spoilt
from tests.pipelines.lines.telephony.plivo_phone import PlivoPhone
from tests.pipelines.lines.telephony.samples import PROTOCOLS, STREAM_ID
from tests.pipelines.lines.telephony.telnyx_phone import TelnyxPhone
from tests.pipelines.lines.telephony.test_twilio_calls import LINE, PIN, ends, narrow, says, spoken
from tests.pipelines.server import config, eventually

MANY = 10_000  # spoilt messages
BOTH = pytest.mark.parametrize("carrier", [TelnyxPhone, PlivoPhone])
Kind = type[TelnyxPhone] | type[PlivoPhone]


async def ask_balance(phone: CarrierPhone, speech: dict[str, bytes]) -> None:
    """Said, typed and answered; the agent hangs up."""
    await eventually(lambda: sum(phone.playout.bursts) > 4_000)  # half a second of the greeting
    phone.say(narrow(speech["what is my balance"]))
    await phone.until(lambda e: isinstance(e, Speak) and e.act == "ask line")
    await phone.press(LINE)
    await phone.until(lambda e: isinstance(e, Speak) and e.act == "ask pin")
    await phone.press(PIN)
    await phone.until(says("You have 12 euros 50 left."))
    await phone.until(lambda e: isinstance(e, SpeechStarted) and e.utterance > 6)
    phone.say(narrow(speech["yes"]))  # the recogniser is told that it is "no"
    await phone.until(ends)


@BOTH
async def test_a_whole_call(open_assistant: Open, speech: dict[str, bytes], carrier: Kind) -> None:
    server = await open_assistant(texts=("what is my balance", "no"), **carrier.settings)
    async with carrier(server).calling() as phone:
        await ask_balance(phone, speech)
        assert (await phone.after()).find("Hangup") is not None
    await server.idle()
    entries = phone.log()
    began = next(e for e in entries if isinstance(e, CallStarted))
    assert (began.channel, began.caller) == ("telephone", None)
    assert "".join(e.key for e in entries if isinstance(e, KeyPressed)).startswith(LINE)
    assert phone.errors == []
    assert np.abs(np.frombuffer(phone.playout.heard, "<i2")).max() > 2_000
    assert len(phone.returned) > 3
    assert phone.returned == sorted(phone.returned, key=lambda name: int(name[1:]))
    assert server.counters["bad_messages"] == 0
    assert server.counters["calls"] == 1
    assert server.complaints == []


@pytest.mark.parametrize(("asked", "comes"), [("PCMU", "PCMA"), ("PCMA", "PCMA")])
async def test_telnyx_in_a_law(
    open_assistant: Open, speech: dict[str, bytes], asked: str, comes: str
) -> None:
    """The caller is heard in the codec that `start` names, and hears what was asked for."""
    settings: dict[str, Any] = {**TelnyxPhone.settings, "telnyx_codec": asked}
    server = await open_assistant(texts=("what is my balance", "no"), **settings)
    async with TelnyxPhone(server, law=comes).calling() as phone:
        await ask_balance(phone, speech)
    await server.idle()
    loud = np.abs(np.frombuffer(phone.playout.heard, "<i2").astype(int))
    assert 300 < loud.mean() < 8_000  # of the wrong law it would be noise
    assert phone.errors == []
    assert server.counters["bad_messages"] == 0
    assert server.complaints == []


@BOTH
@pytest.mark.parametrize("late", [0.0, 0.6])
async def test_what_was_heard_before_a_barge_in(
    open_assistant: Open, speech: dict[str, bytes], carrier: Kind, late: float
) -> None:
    """A network that plays late has played less than it was sent; the marks tell."""
    server = await open_assistant(
        texts=("what can you do", "yes"), offering=config(pace=110), **carrier.settings
    )
    async with carrier(server, late).calling() as phone:
        await phone.until(lambda e: isinstance(e, SpeechEnded) and e.utterance == 2)
        await eventually(lambda: not phone.playout.waiting)
        phone.say(narrow(speech["what is my balance"]))
        asked = await phone.until(says("I can tell you your balance"))
        assert isinstance(asked, Speak)
        before = [
            e for e in phone.log() if isinstance(e, Speak) and 2 < e.utterance < asked.utterance
        ]
        await phone.until(lambda e: isinstance(e, SpeechStarted) and e.utterance == asked.utterance)
        phone.say(bytes(24_000) + narrow(speech["yes"]))  # 1.5 s into it
        cut = await phone.until(
            lambda e: isinstance(e, SpeechEnded) and e.utterance == asked.utterance
        )
        await eventually(lambda: bool(phone.playout.dropped))
        played = phone.playout.cut - sum([await spoken(server, e.text) for e in before])
        length = await spoken(server, asked.text)
        await phone.hang_up()
    await server.idle()
    assert isinstance(cut, SpeechEnded)
    assert cut.interrupted
    assert asked.text.startswith(cut.heard)
    assert sum(isinstance(e, Hush) for e in phone.log()) == 1
    said = len(cut.heard) / len(asked.text) * length
    assert said == pytest.approx(played, abs=0.7)  # a word, what was under way, a busy machine
    assert phone.errors == []
    assert server.counters["bad_messages"] == 0


@BOTH
async def test_the_caller_hangs_up(open_assistant: Open, carrier: Kind) -> None:
    server = await open_assistant(**carrier.settings)
    phone = carrier(server)
    phone.form["From"] = "+221770001234"
    async with phone.calling():
        await eventually(lambda: sum(phone.playout.bursts) > 1_000)
        await phone.hang_up()
    await server.idle()
    began = next(e for e in phone.log() if isinstance(e, CallStarted))
    assert began.caller == "221770001234"  # as the webhook says, whatever the stream claims
    assert server.counters["ended.line closed"] == 1
    assert server.complaints == []


@BOTH
async def test_a_call_that_breaks_off_goes_to_a_person(open_assistant: Open, carrier: Kind) -> None:
    server = await open_assistant(max_call_seconds=1.0, **carrier.settings)
    async with carrier(server).calling() as phone:
        after = await phone.after()
    assert after.findtext("Dial/Number") == FALLBACK


@pytest.mark.parametrize(
    ("carrier", "noun", "told"),
    [
        (TelnyxPhone, "Sip", None),  # TeXML has no way to tell a SIP address anything
        (
            PlivoPhone,
            "User",
            "WaxtaanReason=askedforperson,WaxtaanQueue=general,WaxtaanLanguage=en",
        ),
    ],
)
async def test_a_caller_who_asks_for_a_person_gets_one(
    open_assistant: Open, carrier: Kind, noun: str, told: str | None
) -> None:
    desk = "sip:desk@pbx.example.org"
    settings = {**carrier.settings, f"{carrier.name}_fallback": desk}
    server = await open_assistant(**settings)
    async with carrier(server).calling() as phone:
        await phone.until(lambda e: isinstance(e, SpeechEnded) and e.utterance == 2)
        await phone.press("0")
        await phone.until(ends)
        after = await phone.after()
    person = after.find(f"Dial/{noun}")
    assert person is not None
    assert person.text == desk
    call = phone.sid.replace("-", "")
    assert person.get("sipHeaders") == (told and f"WaxtaanCall={call},{told}")


@BOTH
async def test_no_room(open_assistant: Open, carrier: Kind) -> None:
    server = await open_assistant(max_calls=1, **carrier.settings)
    async with carrier(server).calling() as phone:
        await eventually(lambda: sum(phone.playout.bursts) > 1_000)
        second = await carrier(server).ring()
        assert second.findtext("Dial/Number") == FALLBACK
        await phone.hang_up()
    assert server.counters["refused.busy"] == 1


@pytest.mark.parametrize(("carrier", "verb"), [(TelnyxPhone, "Reject"), (PlivoPhone, "Hangup")])
async def test_no_room_and_no_person(open_assistant: Open, carrier: Kind, verb: str) -> None:
    settings = {**carrier.settings, f"{carrier.name}_fallback": ""}
    server = await open_assistant(max_calls=1, **settings)
    async with carrier(server).calling() as phone:
        await eventually(lambda: sum(phone.playout.bursts) > 1_000)
        busy = (await carrier(server).ring()).find(verb)
        assert busy is not None
        assert busy.get("reason") == "busy"
        await phone.hang_up()


@BOTH
async def test_spoilt_messages_in_a_call(open_assistant: Open, carrier: Kind) -> None:
    """It goes on, is counted, and answers afterwards."""
    server = await open_assistant(
        max_bad_messages=100_000, max_flood_seconds=10_000, **carrier.settings
    )
    chance, protocol = random.Random(7), PROTOCOLS[carrier.name]
    async with carrier(server).calling() as phone:
        await eventually(lambda: sum(phone.playout.bursts) > 1_000)
        begun = [str(m).replace(STREAM_ID, phone.stream) for m in protocol.start]
        others = [str(m).replace(STREAM_ID, phone.stream) for m in protocol.others]
        sent = 0
        while sent < MANY:
            message, codec = spoilt(chance, chance.choice(others)), protocol.make()
            for each in begun:
                codec.decode(each)
            if len(message) > 250_000 or any(
                isinstance(e, Key | Stop) for e in codec.decode(message)
            ):
                continue  # the WebSocket's own limit; a caller's own key, and the end
            await phone.send(message)
            sent += 1
        await eventually(lambda: server.counters["bad_messages"] > MANY / 3)
        await phone.press("11")  # the balance
        await phone.until(says("nine digits"))
        await phone.press(LINE)
        await phone.until(says("secret code"))
        await phone.hang_up()
    await server.idle()
    assert server.counters["failed"] == 0
    assert server.complaints == []
