"""The voices of coqui-tts: VITS, Meta's MMS, and XTTS where there is a GPU.

coqui-tts brings torch and cannot share this environment, so it has one of its own, whose
interpreter runs the worker:

    python3 -m venv .venvs/tts
    .venvs/tts/bin/pip install coqui-tts torch torchaudio torchcodec six
    apt-get install espeak-ng        # for voices that read phonemes

A voice is named as coqui-tts names it, "tts_models/fr/css10/vits", and is a folder of the models'
folder, `tts_models--fr--css10--vits`: what `tts --model_name ...` leaves in ~/.local/share/tts.
After a "+" follows one of its speakers, after an "@" one of its languages, where it has several.
"""

from collections.abc import Mapping
from pathlib import Path

from pipelines.engines.tts.engine import Voice
from pipelines.engines.tts.models import ModelVoices

ENVIRONMENT = Path(__file__).resolve().parents[3] / ".venvs/tts/bin/python"


class Coqui(ModelVoices):
    """The engine "coqui"; `xtts_on_cpu` lets XTTS run where it takes seconds for each second."""

    name = "coqui"
    module = "pipelines.engines.tts.coqui_worker"
    remedy = (
        "Is coqui-tts installed in the environment of that interpreter, with torchcodec and six? "
        "Set coqui_python to one that has it"
    )
    shape = "a folder with a coqui or MMS model (tts_models--en--ljspeech--vits is one)"

    def __init__(
        self,
        models: Path,
        voices: Mapping[str, Voice],
        python: str = "",
        *,
        workers: int = 1,
        keep: int = 4,
        xtts_on_cpu: bool = False,
    ) -> None:
        python = python or str(ENVIRONMENT)
        super().__init__(models, voices, python, workers=workers, keep=keep)
        self._slow = xtts_on_cpu

    def arguments(self) -> list[str]:
        """See `ModelVoices.arguments`."""
        return [*super().arguments(), *(["slow"] if self._slow else [])]

    def locate(self, name: str) -> Path | None:
        """See `ModelVoices.locate`."""
        folder = self._models / name.strip("/").replace("/", "--")
        if Path(name).is_absolute():
            folder = Path(name)
        return folder if name.strip("./") and (folder / "config.json").is_file() else None
