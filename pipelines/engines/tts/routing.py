"""Who speaks which language: an engine and a voice for each, and who steps in when it fails.

A neural voice may die, or be late to start again; a caller is never answered with silence, so the
embedded voice says the sentence in its place. What a voice cannot read (figures, for voices that
read letters only) is spelt out for it first.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from loguru import logger

from pipelines.engines.tts.cache import AudioCache, Beginning
from pipelines.engines.tts.engine import SLOW, EngineError, Voice


@dataclass(frozen=True, slots=True)
class EngineVoice:
    """A voice of one of the engines."""

    engine: str
    voice: Voice


class VoiceRouter:
    """All languages' voices; one per process, shared by all calls.

    Args:
        caches: by engine's name, each with its engine.
        speakers: by language, the one to speak first and those who step in, in order.
        spelt: by engine's name, what turns a text in a language into one that its voices can read.
        slow: the share of its rate at which a voice speaks to who wants it slower.
    """

    def __init__(
        self,
        caches: Mapping[str, AudioCache],
        speakers: Mapping[str, tuple[EngineVoice, ...]],
        spelt: Mapping[str, Callable[[str, str], str]],
        slow: float = SLOW,
    ) -> None:
        self._caches = caches
        self._speakers = speakers
        self._spelt = spelt
        self._slow = slow
        self._beginnings: dict[str, tuple[Beginning, ...]] = {}  # by language, the longest first

    @property
    def languages(self) -> list[str]:
        """All that are spoken."""
        return sorted(language for language, speakers in self._speakers.items() if speakers)

    def speaker(self, language: str) -> EngineVoice | None:
        """Who speaks first; None where nobody does."""
        return next(iter(self._speakers.get(language, ())), None)

    async def audio(
        self, text: str, language: str, fixed: bool = False, slow: bool = False
    ) -> AsyncGenerator[bytes, None]:
        """A sentence as sound, `slow` for who wants it slower; see `AudioCache.audio`.

        Raises:
            EngineError: no voice for the language, or none of its voices could say the sentence.
        """
        speakers = self._speakers.get(language, ())
        if not speakers:
            raise EngineError(
                f"no voice for '{language}': add one under [voice] in "
                f"prompts/{language}/language.toml"
            )
        for speaker in speakers:
            begun = False
            try:
                said = self._said_by(speaker, text, language, fixed, slow)
                async with aclosing(said) as pieces:
                    async for pcm in pieces:
                        begun = True
                        yield pcm
                return
            except EngineError as error:
                if begun or speaker is speakers[-1]:  # two voices in one sentence are none
                    raise
                logger.warning("{} cannot say a sentence, another voice does: {}", speaker, error)

    async def warm(
        self,
        language: str,
        sentences: Sequence[str],
        beginnings: Sequence[Beginning] = (),
        idle: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Render fixed wording ahead, in the first speaker's voice; see `AudioCache.warm`.

        Raises:
            EngineError: as the engine does.
        """
        speaker = self.speaker(language)
        if speaker is None:
            return
        cache, voice, engine = self._caches[speaker.engine], speaker.voice, speaker.engine
        if cache.joins:
            read = (self._read_beginning(b, language, engine) for b in beginnings)
            found = {beginning for beginning in read if beginning is not None}
            self._beginnings[language] = tuple(sorted(found, key=lambda b: (-b.length, b.example)))
        await cache.warm(((self._read(s, language, engine), voice) for s in sentences), idle)
        await cache.warm(((b, voice) for b in self._beginnings.get(language, ())), idle)

    async def close(self) -> None:
        """End what is still being rendered. Safe to call twice."""
        for cache in self._caches.values():
            await cache.close()

    def _said_by(
        self, speaker: EngineVoice, text: str, language: str, fixed: bool, slow: bool
    ) -> AsyncGenerator[bytes, None]:
        read = self._read(text, language, speaker.engine)
        cache = self._caches[speaker.engine]
        voice = speaker.voice.slower(self._slow) if slow else speaker.voice
        if not fixed and cache.joins:
            for beginning in self._beginnings.get(language, ()):
                if read.startswith(beginning.text + " "):
                    return cache.continued(beginning, read, voice)
        return cache.audio(read, voice, fixed)

    def _read_beginning(self, found: Beginning, language: str, engine: str) -> Beginning | None:
        """It as it is read; None where that depends on what follows."""
        example = self._read(found.example, language, engine)
        begins = self._read(found.text, language, engine)
        return Beginning(example, len(begins)) if example.startswith(begins + " ") else None

    def _read(self, text: str, language: str, engine: str) -> str:
        spell = self._spelt.get(engine)
        return spell(text, language) if spell else text
