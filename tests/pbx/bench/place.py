"""Where figures are measured: a PBX, a Waxtaan beside it, and voices for its callers."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pipelines.engines.asr.pocketsphinx import Pocketsphinx
from pipelines.engines.tts.espeak import EspeakSynthesiser
from pipelines.packs.reader import load
from pipelines.settings import Settings
from pipelines.synthetic_caller.voice import CallerVoice
from tests.pbx.assistant import Waxtaan
from tests.pbx.lab import Asterisk
from tests.pbx.sip_phone import narrow

_AUDIBLE = 300  # of 32,768
BRIDGES = {"AudioSocket": "2000", "chan_websocket": "8000"}


@dataclass
class Place:
    """`folder` is for whatever a figure writes."""

    pbx: Asterisk
    folder: Path
    _runs: int = field(default=0, init=False)

    @contextmanager
    def waxtaan(self, module: str = "pipelines", **settings: str) -> Iterator[Waxtaan]:
        """`waxtaan serve` with these settings, in a folder of its own."""
        self._runs += 1
        given = {"LOG_LEVEL": "WARNING", **{k.upper(): v for k, v in settings.items()}}
        folder = self.folder / f"run-{self._runs}"
        assistant = Waxtaan(folder, self.folder / "cache", given, module)
        assistant.start()
        try:
            yield assistant
        finally:
            assistant.stop()

    async def speech(self, *sentences: str) -> list[bytes]:
        """A caller's sentences as a telephone's microphone takes them, 8 kHz, without silence."""
        settings = Settings(cache=self.folder / "cache")
        async with CallerVoice(settings, load().packs["en"]) as voice:
            return [trimmed(narrow(await voice.say(sentence))) for sentence in sentences]

    @asynccontextmanager
    async def ears(self) -> AsyncIterator[Pocketsphinx]:
        """A recogniser that knows how any word is said."""
        voice = EspeakSynthesiser(self.folder / "cache")
        await voice.start()
        ears = Pocketsphinx(phonemes=voice.phonemes)
        await ears.start()
        try:
            yield ears
        finally:
            await ears.close()
            await voice.close()


def trimmed(pcm: bytes) -> bytes:
    """Without the silence around it."""
    loud = np.flatnonzero(np.abs(np.frombuffer(pcm, "<i2").astype(int)) > _AUDIBLE)
    return pcm[loud[0] * 2 : (loud[-1] + 1) * 2]
