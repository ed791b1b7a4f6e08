"""The voice of one language, as the engine choice gives it; started when somebody listens."""

import asyncio
from pathlib import Path
from typing import Protocol

from pipelines.audio import AGENT_RATE, to_wav
from pipelines.engine_choice.tts import choose_voices, open_voices
from pipelines.engines.tts.cache import AudioCache
from pipelines.engines.tts.engine import Synthesiser
from pipelines.engines.tts.espeak import EspeakSynthesiser, readable
from pipelines.engines.tts.models import ModelVoices
from pipelines.engines.tts.normalisation import spoken
from pipelines.engines.tts.routing import VoiceRouter
from pipelines.errors import EngineError
from pipelines.packs.reader import DialogueConfig
from pipelines.settings import Settings
from pipelines.weights.hub import Get, Weights


class Speaks(Protocol):
    """What the page listens to."""

    async def wav(self, text: str) -> bytes:
        """A text as a WAV file, mono, 16 bits. Raises EngineError."""


class LanguageVoice:
    """Closed with `close`. Nothing is fetched: a voice that is not here does not speak."""

    def __init__(self, settings: Settings, config: DialogueConfig, code: str) -> None:
        self._settings = settings
        self._config = config
        self._code = code
        self._embedded: EspeakSynthesiser | None = None
        self._neural: list[ModelVoices] = []
        self._router: VoiceRouter | None = None
        self._lock = asyncio.Lock()

    async def wav(self, text: str) -> bytes:
        """A text as a WAV file, mono, 16 bits. Raises EngineError."""
        async with self._lock:
            router = self._router or await self._open()
            pieces = router.audio(text, self._code)
            return to_wav(b"".join([piece async for piece in pieces]), AGENT_RATE)

    async def close(self) -> None:
        """Safe to call twice."""
        if self._router is not None:
            await self._router.close()
            self._router = None
        for engine in (*self._neural, self._embedded):
            if engine is not None:
                await engine.close()
        self._neural, self._embedded = [], None

    async def _open(self) -> VoiceRouter:
        settings = self._settings
        packs = self._config.packs
        choices = await asyncio.to_thread(choose_voices, settings, packs, _here(settings))
        choice = choices.get(self._code)
        self._embedded = EspeakSynthesiser(settings.cache)
        self._neural = open_voices(settings, {self._code: choice} if choice else {})
        try:
            engines: list[Synthesiser] = [self._embedded, *self._neural]
            await asyncio.gather(*(engine.start() for engine in engines))
        except BaseException:
            await self.close()
            raise
        directory = settings.cache / "audio"
        self._router = VoiceRouter(
            {engine.name: AudioCache(directory, engine, AGENT_RATE) for engine in engines},
            {self._code: choice.speakers if choice else ()},
            {"espeak": readable, **{engine.name: spoken for engine in self._neural}},
        )
        return self._router


def _here(settings: Settings) -> Get:
    def get(weights: Weights) -> Path:
        if (folder := weights.present(settings.models)) is None:
            raise EngineError("it is not there, and nothing is fetched for a review")
        return folder

    return get
