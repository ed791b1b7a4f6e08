"""The voices of synthetic callers."""

from typing import Self

from pipelines.engines.asr.engine import SAMPLE_RATE
from pipelines.engines.tts.cache import AudioCache
from pipelines.engines.tts.engine import Voice
from pipelines.engines.tts.espeak import EspeakSynthesiser
from pipelines.errors import EngineError
from pipelines.packs.pack import Pack
from pipelines.settings import Settings


def caller_voice(agent: Voice, language: str) -> Voice:
    """A voice unlike the agent's. In English one that the embedded recogniser understands well."""
    # Measured in the embedded-engine study: Klatt's variant is the clearest of espeak's for digits
    # and phrases alike.
    name = "en-us+klatt4" if language == "en" else agent.name
    return Voice(name, rate=145, pitch=40 if language == "en" else 65)


class CallerVoice:
    """Speaks a synthetic caller's sentences, 16 kHz; an async context manager."""

    def __init__(self, settings: Settings, pack: Pack) -> None:
        self._synthesiser = EspeakSynthesiser(settings.cache)
        self._cache = AudioCache(settings.cache / "audio", self._synthesiser, SAMPLE_RATE)
        agent = pack.voices.get("espeak")
        if agent is None:
            raise EngineError(f"prompts/{pack.language.code}/language.toml: no voice for espeak")
        self._voice = caller_voice(agent, pack.language.code)

    async def __aenter__(self) -> Self:
        await self._synthesiser.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._cache.close()
        await self._synthesiser.close()

    async def say(self, text: str) -> bytes:
        """The sentence as 16 kHz mono PCM."""
        pieces = self._cache.audio(text, self._voice, fixed=True)
        pcm = b"".join([chunk async for chunk in pieces])
        await self._cache.settled()
        return pcm
