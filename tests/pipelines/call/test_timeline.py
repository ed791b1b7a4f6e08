"""Calls on a time axis, through the pipeline as it is, on virtual time: who speaks when.

The recogniser of these tests knows what each stretch of sound says; the voice detector, the turn
strategy, the dialogue, the voices and the paced output are those of every call.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from agent.actions import Listen, Speak
from agent.events import Hypothesis, SpeechEnded, TurnEnded, TurnStarted
from pipelines.assistant import Assistant
from pipelines.engines.asr.engine import ANYTHING, SAMPLE_RATE, Band, Expected, Recognised
from pipelines.engines.tts.espeak import EspeakSynthesiser
from pipelines.engines.worker import Worker
from pipelines.packs.reader import load
from pipelines.replay.room import Room
from pipelines.replay.timeline import Timeline, Tracks, play, soundings
from pipelines.replay.virtual_time import VirtualTimeLoop
from pipelines.settings import Settings
from pipelines.synthetic_caller.voice import CallerVoice

WORDS = (
    *("seven seven zero", "zero zero one", "two three four"),
    *("yes", "okay", "what is my balance", "cancel"),
)


class KnowingRecogniser:
    """Hears in each stretch of a caller's sound the next of `texts`."""

    name, capacity, version = "knowing", 0, "1"

    def __init__(self) -> None:
        self.texts: Sequence[str] = ()

    def dictates(self, language: str) -> bool:
        return False

    async def start(self) -> None: ...

    async def open(
        self, language: str, band: Band, on_partial: Callable[[Recognised], None]
    ) -> "KnowingStream":
        return KnowingStream(self, language)

    def serves(self, language: str) -> str | None:
        return "whatever the test says"

    async def close(self) -> None: ...


class KnowingStream:
    def __init__(self, engine: KnowingRecogniser, language: str) -> None:
        self._texts = list(engine.texts)
        self._language = language
        self._heard = bytearray()
        self._count = 0

    def expect(self, language: str, phrases: Sequence[str], expected: Expected = ANYTHING) -> None:
        self._language = language
        del self._texts[: self._count]
        self._count = 0

    def begin(self) -> None:
        self._heard.clear()

    def hear(self, pcm: bytes) -> None:
        self._heard += pcm

    async def finish(self) -> Recognised:
        self._count = len(soundings(bytes(self._heard), SAMPLE_RATE, below=25.0))
        text = " ".join(self._texts[: self._count])
        return Recognised(text, self._language, 0.7, 1.0, final=True)

    async def close(self) -> None: ...


class Calls:
    """One assistant for all of them."""

    def __init__(
        self, runner: asyncio.Runner, assistant: Assistant, ears: KnowingRecogniser
    ) -> None:
        self._runner, self._assistant, self._ears = runner, assistant, ears

    def __call__(self, timeline: Timeline, *texts: str, room: Room | None = None) -> Tracks:
        self._ears.texts = texts
        return self._runner.run(play(self._assistant, timeline, "en", room))


@pytest.fixture(scope="module")
def calls(cache: Path) -> Iterator[Calls]:
    Worker.settles = EspeakSynthesiser.repeatable = True
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        settings = Settings(
            cache=cache,
            intents="none",
            embeddings="none",
            turn_model="none",
            echo_cancellation=True,
        )
        assistant = runner.run(Assistant.open(settings))
        theirs, ears = assistant.recogniser, KnowingRecogniser()
        assistant.recogniser = ears
        yield Calls(runner, assistant, ears)
        assistant.recogniser = theirs
        runner.run(assistant.close())
    Worker.settles = EspeakSynthesiser.repeatable = False


@pytest.fixture(scope="module")
def say(cache: Path) -> Mapping[str, bytes]:
    async def record() -> dict[str, bytes]:
        async with CallerVoice(Settings(cache=cache), load().packs["en"]) as voice:
            return {text: await voice.say(text) for text in WORDS}

    return asyncio.run(record())


def asked(tracks: Tracks) -> list[str]:
    return [entry.question for entry in tracks.entries if isinstance(entry, Listen)]


def ends(tracks: Tracks) -> list[str]:
    return [entry.why for entry in tracks.entries if isinstance(entry, TurnEnded)]


def test_a_yes_is_answered_at_once(calls: Calls, say: Mapping[str, bytes]) -> None:
    timeline = Timeline().say(say["what is my balance"]).say(say["yes"])
    tracks = calls(timeline, "what is my balance", "yes")
    assert asked(tracks) == ["open", "confirm:flow:balance", "line"]
    assert ends(tracks) == ["complete", "complete"]
    assert [tracks.answered(turn) < 0.4 for turn in (0, 1)] == [True, True]


@pytest.mark.parametrize("pauses", [(0.5, 0.5), (1.5, 1.5), (0.3, 1.7)])
def test_nobody_is_cut_off_within_a_number(
    calls: Calls, say: Mapping[str, bytes], pauses: tuple[float, float]
) -> None:
    number = (say[WORDS[0]], pauses[0], say[WORDS[1]], pauses[1], say[WORDS[2]])
    timeline = Timeline().say(say["what is my balance"]).say(say["yes"]).say(*number)
    tracks = calls(timeline, "what is my balance", "yes", *WORDS[:3])
    assert not tracks.cut_off(2)
    assert ends(tracks)[2] == "complete"
    assert tracks.answered(2) < 0.6
    heard = [e.text for e in tracks.entries if isinstance(e, Hypothesis) and e.final]
    assert heard[-1] == " ".join(WORDS[:3])
    last = [e for e in tracks.entries if isinstance(e, TurnEnded)][2]
    assert last.pauses == pytest.approx(pauses, abs=0.15)


LINE = "Please type the nine digits of the phone number this is about."


def asked_for_the_line(say: Mapping[str, bytes]) -> Timeline:
    return Timeline().say(say["what is my balance"]).say(say["yes"])


def spoken(tracks: Tracks, text: str) -> list[str]:
    """What was heard of a sentence, each time that it was said."""
    said = {e.utterance for e in tracks.entries if isinstance(e, Speak) and e.text == text}
    return [e.heard for e in tracks.entries if isinstance(e, SpeechEnded) and e.utterance in said]


def cough() -> bytes:
    """A burst of noise, 0.2 s, that the voice detector takes for a voice or leaves."""
    noise = np.random.default_rng(4).normal(0, 0.25, SAMPLE_RATE // 5)
    shape = np.hanning(len(noise))
    return bytes((noise * shape * 32767).clip(-32768, 32767).astype("<i2").tobytes())


def test_who_only_listens_hears_the_rest(calls: Calls, say: Mapping[str, bytes]) -> None:
    timeline = asked_for_the_line(say).say(say["okay"], after="started", offset=1.5)
    tracks = calls(timeline, "what is my balance", "yes", "okay")
    first, rest = spoken(tracks, LINE)
    assert LINE.startswith(first)
    assert LINE.endswith(rest)
    before, after = tracks.agent[-2:]
    assert 0.3 < after.start - before.end < 1.5
    unsaid = sum(s.end - s.start for s in (before, after))
    whole = calls(asked_for_the_line(say), "what is my balance", "yes").agent[-1]
    assert unsaid == pytest.approx(whole.end - whole.start, abs=0.6)


def test_an_interruption_is_heard_out(calls: Calls, say: Mapping[str, bytes]) -> None:
    timeline = asked_for_the_line(say).say(say["cancel"], after="started", offset=1.5)
    tracks = calls(timeline, "what is my balance", "yes", "cancel")
    silent = tracks.silent_after(2)
    assert silent is not None
    assert silent < 0.3
    assert len(spoken(tracks, LINE)) == 1
    assert asked(tracks)[-1] == "open"


def test_a_noise_alone_does_not_end_a_sentence(calls: Calls, say: Mapping[str, bytes]) -> None:
    timeline = asked_for_the_line(say).say(cough(), after="started", offset=1.5)
    tracks = calls(timeline, "what is my balance", "yes", "")
    heard = " ".join(spoken(tracks, LINE))
    assert heard.startswith("Please")
    assert heard.endswith("about.")
    assert asked(tracks)[-1] == "line"


def test_a_call_is_the_same_each_time(calls: Calls, say: Mapping[str, bytes]) -> None:
    timeline = Timeline().say(say["what is my balance"]).say(say["yes"])
    first, second = (calls(timeline, "what is my balance", "yes") for _ in range(2))
    assert (first.said, first.agent) == (second.said, second.agent)


@pytest.mark.parametrize(
    ("level", "delay"), [(-10, 0.2), (-20, 0.05), (-20, 0.4), (-40, 0.4), (-60, 0.05)]
)
def test_our_own_voice_does_not_interrupt_us(
    calls: Calls, say: Mapping[str, bytes], level: float, delay: float
) -> None:
    """From a loudspeaker: no turn that is not the caller's, in a call of half a minute."""
    room = Room(noise=hush(), echo_delay=delay, echo_level=level)
    timeline = asked_for_the_line(say).hang_up(offset=20.0)
    tracks = calls(timeline, "what is my balance", "yes", room=room)
    assert sum(isinstance(e, TurnStarted) for e in tracks.entries) == 2
    assert not any(e.interrupted for e in tracks.entries if isinstance(e, SpeechEnded))
    assert asked(tracks)[:3] == ["open", "confirm:flow:balance", "line"]


@pytest.mark.parametrize("level", [-10.0, -40.0])
def test_an_interruption_is_heard_over_our_own_voice(
    calls: Calls, say: Mapping[str, bytes], level: float
) -> None:
    room = Room(noise=hush(), echo_delay=0.2, echo_level=level)
    timeline = asked_for_the_line(say).say(say["cancel"], after="started", offset=1.5)
    tracks = calls(timeline, "what is my balance", "yes", "cancel", room=room)
    silent = tracks.silent_after(2)
    assert silent is not None
    assert silent < 0.4
    assert asked(tracks)[-1] == "open"


def hush() -> bytes:
    """A quiet room."""
    noise = np.random.default_rng(3).normal(0, 10, SAMPLE_RATE * 3)
    return bytes(noise.round().astype("<i2").tobytes())
