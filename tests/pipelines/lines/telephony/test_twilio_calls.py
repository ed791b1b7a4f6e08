"""Whole calls over Twilio Media Streams, against a simulator of Twilio."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import soxr

from agent.actions import HangUp, Hush, Speak
from agent.events import CallStarted, KeyPressed, SpeechEnded, SpeechStarted
from pipelines.audio import AGENT_RATE, seconds
from tests.pipelines.conftest import Open
from tests.pipelines.lines.telephony.twilio_phone import SETTINGS, Phone
from tests.pipelines.server import Server, config, eventually

LINE, PIN = "770001234", "4821"


def narrow(pcm: bytes) -> bytes:
    """A caller's 16 kHz sound as it goes over a telephone."""
    return bytes(soxr.resample(np.frombuffer(pcm, "<i2"), 16_000, 8_000).astype("<i2").tobytes())


def says(part: str) -> Callable[[Any], bool]:
    return lambda entry: isinstance(entry, Speak) and part in entry.text


def ends(entry: Any) -> bool:
    return isinstance(entry, HangUp)


async def test_a_whole_call(open_assistant: Open, speech: dict[str, bytes]) -> None:
    server = await open_assistant(texts=("what is my balance", "no"), **SETTINGS)
    async with Phone(server).calling() as phone:
        await eventually(lambda: sum(phone.bursts) > 4_000)  # half a second of the greeting
        phone.say(narrow(speech["what is my balance"]))
        asked = await phone.until(lambda e: isinstance(e, Speak) and e.act == "ask line")
        await phone.press(LINE)
        await phone.until(lambda e: isinstance(e, Speak) and e.act == "ask pin")
        await phone.press(PIN)
        await phone.until(says("You have 12 euros 50 left."))
        await phone.until(lambda e: isinstance(e, SpeechStarted) and e.utterance > 6)
        phone.say(narrow(speech["yes"]))  # the recogniser is told that it is "no"
        await phone.until(ends)
        assert (await phone.after()).find("Hangup") is not None
    await server.idle()
    entries = phone.log()
    assert isinstance(asked, Speak)
    assert next(e for e in entries if isinstance(e, CallStarted)).channel == "telephone"
    assert "".join(e.key for e in entries if isinstance(e, KeyPressed)).startswith(LINE)
    assert phone.errors == []
    assert np.abs(np.frombuffer(phone.heard, "<i2")).max() > 2_000
    assert phone.returned == sorted(phone.returned, key=lambda name: int(name[1:]))
    assert server.counters["bad_messages"] == 0
    assert server.counters["calls"] == 1
    assert server.complaints == []


async def spoken(server: Server, text: str) -> float:
    """How long a sentence is, in seconds."""
    pieces = server.assistant.voice_router.audio(text, "en", fixed=True)
    return seconds(b"".join([pcm async for pcm in pieces]), AGENT_RATE)


@pytest.mark.parametrize("late", [0.0, 0.6])
async def test_what_was_heard_before_a_barge_in(
    open_assistant: Open, speech: dict[str, bytes], late: float
) -> None:
    """A network that plays late has played less than it was sent; the marks tell."""
    server = await open_assistant(
        texts=("what can you do", "yes"), offering=config(pace=110), **SETTINGS
    )
    async with Phone(server, late).calling() as phone:
        await phone.until(lambda e: isinstance(e, SpeechEnded) and e.utterance == 2)
        await eventually(lambda: not phone.waiting)
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
        await eventually(lambda: bool(phone.dropped))
        waiting = phone.waiting  # now: the answer to "yes" is soon under way
        played = phone.cut - sum([await spoken(server, e.text) for e in before])
        length = await spoken(server, asked.text)
        await phone.hang_up()
    await server.idle()
    assert isinstance(cut, SpeechEnded)
    assert cut.interrupted
    assert asked.text.startswith(cut.heard)
    assert waiting == 0
    assert sum(isinstance(e, Hush) for e in phone.log()) == 1
    said = len(cut.heard) / len(asked.text) * length
    assert said == pytest.approx(played, abs=0.7)  # a word, what was under way, a busy machine
    assert phone.errors == []


async def test_the_caller_hangs_up(open_assistant: Open) -> None:
    server = await open_assistant(**SETTINGS)
    async with Phone(server).calling() as phone:
        await eventually(lambda: sum(phone.bursts) > 1_000)
        await phone.hang_up()
    await server.idle()
    assert server.counters["ended.line closed"] == 1
    assert server.complaints == []


async def test_a_call_that_breaks_off_goes_to_a_person(open_assistant: Open) -> None:
    server = await open_assistant(max_call_seconds=1.0, **SETTINGS)
    async with Phone(server).calling() as phone:
        after = await phone.after()
    assert after.findtext("Dial/Number") == SETTINGS["twilio_fallback"]


async def test_a_caller_who_asks_for_a_person_gets_one(open_assistant: Open) -> None:
    server = await open_assistant(**SETTINGS)
    async with Phone(server).calling() as phone:
        await phone.until(lambda e: isinstance(e, SpeechEnded) and e.utterance == 2)
        await phone.press("0")
        await phone.until(ends)
        after = await phone.after()
    assert after.findtext("Dial/Number") == SETTINGS["twilio_fallback"]


async def test_no_room(open_assistant: Open) -> None:
    server = await open_assistant(max_calls=1, **SETTINGS)
    async with Phone(server).calling() as phone:
        await eventually(lambda: sum(phone.bursts) > 1_000)
        second = await Phone(server).ring()
        assert second.findtext("Dial/Number") == SETTINGS["twilio_fallback"]
        await phone.hang_up()
    assert server.counters["refused.busy"] == 1


async def test_no_room_and_no_person(open_assistant: Open) -> None:
    server = await open_assistant(max_calls=1, **{**SETTINGS, "twilio_fallback": ""})
    async with Phone(server).calling() as phone:
        await eventually(lambda: sum(phone.bursts) > 1_000)
        reject = (await Phone(server).ring()).find("Reject")
        assert reject is not None
        assert reject.get("reason") == "busy"
        await phone.hang_up()


async def test_a_call_that_fails_at_once_goes_to_a_person(
    open_assistant: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = await open_assistant(record=False, **SETTINGS)

    async def no_recogniser(*_: object) -> None:
        raise RuntimeError("no recogniser")

    monkeypatch.setattr(server.assistant, "recogniser_stream", no_recogniser)
    async with Phone(server).calling() as phone:
        after = await phone.after()
    assert after.findtext("Dial/Number") == SETTINGS["twilio_fallback"]
    assert server.counters["failed"] == 1
