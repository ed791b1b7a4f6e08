"""The voices of Kokoro-82M: natural, in five languages, on one core about as fast as they speak.

All share one model, `model.onnx` of the models' folder; a voice is a file of `voices/` beside it.
Its name begins with its language: "af_heart" (a English, b British, e Spanish, f French, i Italian,
p Brazilian Portuguese; f or m follows, for a woman's or a man's). After an "@" follows a language
that it is to speak instead, "im_nicola@fr".

A sentence is planned at once, in a thirtieth of the time, and made into sound window by window. So
a part of one sounds as it does in the whole, which `part` gives: what is always said the same may
be kept, and the rest made while that is heard.
"""

import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from pathlib import Path

from pipelines.engines.tts.engine import Voice
from pipelines.engines.tts.models import ModelVoices
from pipelines.engines.tts.segmentation import check
from pipelines.engines.worker_protocol import Header

MODEL = "model.onnx"
VOICES = "voices"


class Kokoro(ModelVoices):
    """The engine "kokoro". Rendered twice, a sentence is the same to a few samples."""

    name = "kokoro"
    module = "pipelines.engines.tts.kokoro_worker"
    remedy = "Is the model whole? 'waxtaan models verify' tells"
    shape = "a voice (af_heart, from voices/af_heart.bin, is one)"

    def __init__(
        self, models: Path, voices: Mapping[str, Voice], *, workers: int = 1, keep: int = 16
    ) -> None:
        super().__init__(models, voices, sys.executable, workers=workers, keep=keep)

    def locate(self, name: str) -> Path | None:
        """See `ModelVoices.locate`."""
        if not name.strip(".") or "/" in name or "\\" in name:
            return None
        path = self._models / VOICES / f"{name}.bin"
        return path if path.is_file() and (self._models / MODEL).is_file() else None

    def serves(self, language: str) -> str | None:
        """See `Synthesiser.serves`."""
        found = super().serves(language)
        name = found and self._voices.get(language, self._voices.get(language.partition("-")[0]))
        return f"natural voice {name.name} (Kokoro); nobody has listened for us" if name else None

    def arguments(self) -> list[str]:
        """Of the worker."""
        return [str(self._models / MODEL)]

    async def part(
        self, text: str, begin: int, end: int, voice: Voice, ahead: float = 0.0
    ) -> AsyncGenerator[bytes, None]:
        """See `PartSynthesiser.part`."""
        check(self.name, text, voice)
        self._require_started()
        model = self._model(voice)
        header: Header = {"begin": begin, "end": end, "ahead": min(ahead, 60.0)}
        async with aclosing(self._outlived(text, model, voice, header)) as chunks:
            async for pcm in chunks:
                yield pcm
