"""Slower for who cannot follow: through cache, router and pipeline, and never mixed up."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import pytest
from pipecat.frames.frames import TTSAudioRawFrame
from pipecat.tests.utils import run_test
from pydantic import ValidationError

from agent.commands import Pace
from pipelines.audio import AGENT_RATE, seconds
from pipelines.call.frames import SpeakFrame, Utterance, UtteranceEndsFrame
from pipelines.call.tts import TtsProcessor
from pipelines.engines.tts.cache import AudioCache, Beginning
from pipelines.engines.tts.engine import RATES, SLOW, EngineError, Voice
from pipelines.engines.tts.routing import EngineVoice, VoiceRouter
from pipelines.settings import Settings
from tests.fakes import VirtualTime

VOICE = Voice("fake", rate=160)
GREETING = "Good evening."
BEGINNING = Beginning("You have five euros left.", 8)
SENTENCE = "You have twelve euros left."


class Metronome:
    """A synthesiser that says a letter in 16 s by its rate, and notes what it was asked for."""

    name = "metronome"
    version = "1"
    sample_rate = AGENT_RATE

    def __init__(self, broken: bool = False) -> None:
        self.spoken: list[tuple[str, int]] = []
        self.broken = broken

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    def serves(self, language: str) -> str | None:
        return "a tick for each letter"

    async def synthesise(self, text: str, voice: Voice) -> AsyncGenerator[bytes, None]:
        async with aclosing(self.part(text, 0, len(text), voice)) as chunks:
            async for chunk in chunks:
                yield chunk

    async def part(
        self, text: str, begin: int, end: int, voice: Voice, ahead: float = 0.0
    ) -> AsyncGenerator[bytes, None]:
        self.spoken.append((text[begin:end], voice.rate))
        if self.broken:
            raise EngineError("out of order: repair it")
        yield bytes(2 * (end - begin) * 16 * AGENT_RATE // voice.rate)


def routed(folder: Path, *engines: Metronome, slow: float = SLOW) -> VoiceRouter:
    caches = {str(n): AudioCache(folder / str(n), engine) for n, engine in enumerate(engines)}
    speakers = tuple(EngineVoice(name, VOICE) for name in caches)
    return VoiceRouter(caches, {"en": speakers}, {}, slow)


async def length(router: VoiceRouter, text: str, fixed: bool = False, slow: bool = False) -> float:
    async with aclosing(router.audio(text, "en", fixed, slow)) as chunks:
        return seconds(b"".join([chunk async for chunk in chunks]), AGENT_RATE)


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_a_slower_voice_is_the_same_voice_and_never_too_slow() -> None:
    assert Voice("v", 160, 40).slower(0.8) == Voice("v", 128, 40)
    assert Voice("v", 90).slower(0.5).rate == RATES[0]


@pytest.mark.parametrize("fixed", [True, False])
async def test_a_slow_sentence_is_longer(tmp_path: Path, fixed: bool) -> None:
    engine = Metronome()
    router = routed(tmp_path, engine)
    usual = await length(router, GREETING, fixed)
    assert await length(router, GREETING, fixed, slow=True) == pytest.approx(usual / SLOW, rel=0.01)


async def test_how_slow_is_the_operators_choice(tmp_path: Path) -> None:
    engine = Metronome()
    await length(routed(tmp_path, engine, slow=0.6), GREETING, slow=True)
    assert engine.spoken == [(GREETING, 96)]


async def test_what_is_kept_is_kept_for_each_pace(tmp_path: Path) -> None:
    """In memory, and on disk for the next process."""
    engine = Metronome()
    cache = AudioCache(tmp_path, engine)
    speakers = {"en": (EngineVoice("0", VOICE),)}
    router = VoiceRouter({"0": cache}, speakers, {})
    first = [await length(router, GREETING, True, slow) for slow in (False, True, False, True)]
    assert engine.spoken == [(GREETING, 160), (GREETING, 128)]
    await cache.settled()
    assert len(files(tmp_path)) == 2
    later = VoiceRouter({"0": AudioCache(tmp_path, engine)}, speakers, {})
    again = [await length(later, GREETING, True, slow) for slow in (True, False)]
    assert len(engine.spoken) == 2
    assert again == [first[1], first[0]]
    await later.close()


async def test_who_asks_at_once_at_both_paces_gets_each_its_own(tmp_path: Path) -> None:
    router = routed(tmp_path, Metronome())
    asked = [length(router, GREETING, True, slow) for slow in (False, True) * 3]
    usual, slow, *others = await asyncio.gather(*asked)
    assert others == [usual, slow] * 2
    assert slow > 1.1 * usual
    await router.close()


async def test_a_beginning_that_was_warmed_is_not_joined_to_a_slow_rest(tmp_path: Path) -> None:
    engine = Metronome()
    router = routed(tmp_path, engine)
    await router.warm("en", [], [BEGINNING])
    engine.spoken.clear()
    usual = await length(router, SENTENCE)
    slow = await length(router, SENTENCE, slow=True)
    assert engine.spoken == [(" twelve euros left.", 160), (SENTENCE, 128)]
    assert slow == pytest.approx(usual / SLOW, rel=0.1)  # where parts overlap
    await router.close()


async def test_who_steps_in_for_a_dead_voice_is_slow_too(tmp_path: Path) -> None:
    dead, other = Metronome(broken=True), Metronome()
    assert await length(routed(tmp_path, dead, other), GREETING, slow=True)
    assert other.spoken == [(GREETING, 128)]


def heard(folder: Path, pace: Pace) -> tuple[float, float]:
    """Seconds that a call's pipeline plays of a sentence, and that the dialogue is told of."""
    processor = TtsProcessor(routed(folder, Metronome()), AGENT_RATE)
    speak = SpeakFrame(utterance=Utterance(1, GREETING, "en", False, False, pace))
    with asyncio.Runner(loop_factory=VirtualTime) as runner:
        down, _ = runner.run(run_test(processor, frames_to_send=[speak]))
    played = b"".join(frame.audio for frame in down if isinstance(frame, TTSAudioRawFrame))
    (end,) = (frame for frame in down if isinstance(frame, UtteranceEndsFrame))
    return seconds(played, AGENT_RATE), end.utterance.seconds


def test_the_pace_of_an_action_reaches_the_callers_ear(tmp_path: Path) -> None:
    usual, slow = heard(tmp_path, "normal"), heard(tmp_path, "slow")
    assert slow[0] > 1.1 * usual[0]
    assert slow[1] == pytest.approx(usual[1] / SLOW, rel=0.01)


def test_slow_is_slower_than_the_voice() -> None:
    assert Settings().slow_rate == SLOW
    with pytest.raises(ValidationError, match="slow_rate"):
        Settings(slow_rate=1.2)
