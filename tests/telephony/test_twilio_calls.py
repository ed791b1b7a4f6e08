"""Whole calls over Twilio Media Streams, against a simulator of Twilio."""

import numpy as np
import pytest
import soxr

from agent.actions import HangUp, Speak
from agent.events import CallStarted, KeyPressed, SpeechEnded
from pipelines.audio import AGENT_RATE
from tests.pipelines.conftest import Open
from tests.pipelines.phone import catalog, eventually
from tests.telephony.twilio_phone import SETTINGS, Phone

LINE, PIN = "770001234", "4821"


def narrow(pcm: bytes) -> bytes:
    """A caller's 16 kHz sound as it goes over a telephone."""
    return bytes(soxr.resample(np.frombuffer(pcm, "<i2"), 16_000, 8_000).astype("<i2").tobytes())


def says(part: str) -> object:
    return lambda entry: isinstance(entry, Speak) and part in entry.text


async def test_a_whole_call_by_keys(open_house: Open, speech: dict[str, bytes]) -> None:
    server = await open_house(texts=("what is my balance", "no"), **SETTINGS)
    async with Phone(server).calling() as phone:
        await eventually(lambda: sum(phone.bursts) > 8_000)  # a second of the greeting
        phone.say(narrow(speech["what is my balance"]))
        await phone.until(says("phone number"))
        await phone.press(LINE)
        await phone.until(says("PIN"))
        await phone.press(PIN)
        await phone.until(says("You have 12 euros 50 left."))
        await phone.until(lambda e: isinstance(e, SpeechEnded) and len(phone.returned) > 3)
        phone.say(narrow(speech["yes"]))  # the ears are told that it is "no"
        await phone.until(lambda e: isinstance(e, HangUp))
        assert (await phone.after()).find("Hangup") is not None
    await server.idle()
    entries = phone.log()
    assert next(e for e in entries if isinstance(e, CallStarted)).caller == "221770001234"
    assert "".join(e.key for e in entries if isinstance(e, KeyPressed)).startswith(LINE)
    assert phone.errors == []
    assert np.abs(np.frombuffer(phone.heard, "<i2")).max() > 2_000
    assert phone.returned == sorted(phone.returned, key=lambda name: int(name[1:]))
    assert server.counters["bad_messages"] == 0
    assert server.counters["calls"] == 1
    assert server.complaints == []
