"""The voices of Piper: small VITS models in ONNX, several times faster than real time on one core.

Piper is licensed under GPL-3.0-or-later and carries espeak-ng, so only its worker process loads
it. It needs no torch; `pip install piper-tts` into this environment is enough, or into another
whose interpreter the setting piper_python names.

A voice is named as Piper names it, "fr_FR-siwis-medium", and is two files of the models' folder,
`fr_FR-siwis-medium.onnx` and `fr_FR-siwis-medium.onnx.json`, or a folder that holds them. After a
"+" follows one of its speakers, where it has several.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from pipelines.engines.tts.engine import Voice
from pipelines.engines.tts.models import ModelVoices


class Piper(ModelVoices):
    """The engine "piper". A sentence is rendered at once, and is never rendered twice alike."""

    name = "piper"
    module = "pipelines.engines.tts.piper_worker"
    remedy = "Is piper-tts installed for that interpreter? Set piper_python to one that has it"
    streams = False
    shape = "a model (en_US-joe-medium.onnx, with its .onnx.json, is one)"

    def __init__(
        self,
        models: Path,
        voices: Mapping[str, Voice],
        python: str = "",
        *,
        workers: int = 1,
        keep: int = 8,
    ) -> None:
        super().__init__(models, voices, python or sys.executable, workers=workers, keep=keep)

    def locate(self, name: str) -> Path | None:
        """See `ModelVoices.locate`."""
        stem = name.removesuffix(".onnx")
        if not stem.strip("./") or ".." in Path(stem).parts:
            return None
        beside = self._models / f"{stem}.onnx"  # an absolute name stands for itself
        within = self._models / stem / f"{Path(stem).name}.onnx"
        return next((path for path in (beside, within) if path.is_file()), None)
