"""The voices of synthetic callers, unlike the agent's: Kokoro's where its weights lie."""

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pipelines.engines.asr.engine import SAMPLE_RATE
from pipelines.engines.tts.cache import AudioCache
from pipelines.engines.tts.engine import Synthesiser, Voice
from pipelines.engines.tts.espeak import EspeakSynthesiser
from pipelines.engines.tts.kokoro import Kokoro
from pipelines.engines.tts.normalisation import spoken
from pipelines.errors import EngineError
from pipelines.packs.pack import Pack
from pipelines.packs.voices import model
from pipelines.settings import Settings

# Men's voices, where the agent's are women's. Kokoro has one French voice, the agent's; of the
# others that were made to speak French, Whisper heard this one best (22 of 27 words).
KOKORO: Mapping[str, str] = {
    "en": "am_michael",
    "es": "em_alex",
    "fr": "em_alex@fr",
    "it": "im_nicola",
    "pt": "pm_alex",
}


def caller_voice(agent: Voice, language: str) -> Voice:
    """espeak's, unlike the agent's; in English one that the embedded recogniser understands."""
    # Measured in the embedded-engine study: Klatt's variant is the clearest of espeak's for digits
    # and phrases alike.
    name = "en-us+klatt4" if language == "en" else agent.name
    return Voice(name, rate=145, pitch=40 if language == "en" else 65)


def natural_voice(models: Path, language: str, agent: str = "") -> Voice | None:
    """Kokoro's, unlike `agent`, another of its voices; None where it has none or is not here.

    Args:
        models: the setting.
        language: "fr-be" is spoken as "fr".
        agent: the name of the voice that the caller talks with.
    """
    name = KOKORO.get(language, KOKORO.get(language.partition("-")[0], ""))
    if not name or model(name) == model(agent):
        return None
    return Voice(name) if Kokoro(models / "kokoro", {}).locate(model(name)) else None


class CallerVoice:
    """Speaks a synthetic caller's sentences, 16 kHz; an async context manager."""

    def __init__(self, settings: Settings, pack: Pack) -> None:
        self._language = pack.language.code
        self._synthesiser: Synthesiser
        agent = pack.voices.get("kokoro")
        natural = natural_voice(settings.models, self._language, agent.name if agent else "")
        if natural is not None:
            self._voice = natural
            self._synthesiser = Kokoro(settings.models / "kokoro", {self._language: natural})
        elif (embedded := pack.voices.get("espeak")) is not None:
            self._voice = caller_voice(embedded, self._language)
            self._synthesiser = EspeakSynthesiser(settings.cache)
        else:
            raise EngineError(f"prompts/{self._language}/language.toml: no voice for espeak")
        self._cache = AudioCache(settings.cache / "audio", self._synthesiser, SAMPLE_RATE)

    @property
    def name(self) -> str:
        """Of the engine and its voice."""
        return f"{self._synthesiser.name} {self._voice.name}"

    async def __aenter__(self) -> Self:
        await self._synthesiser.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._cache.close()
        await self._synthesiser.close()

    async def say(self, text: str) -> bytes:
        """The sentence as 16 kHz mono PCM."""
        if self._synthesiser.name == "kokoro":
            text = spoken(text, self._language)
        await self._cache.warm([(text, self._voice)])  # without hurry, so with the fewest joins
        pieces = self._cache.audio(text, self._voice, fixed=True)
        pcm = b"".join([chunk async for chunk in pieces])
        await self._cache.settled()
        return pcm
