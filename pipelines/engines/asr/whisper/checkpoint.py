"""The model folders that the Whisper engine hears with, one for each language or one for many."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipelines.engines.asr.whisper.windows import SHORTEST
from pipelines.errors import EngineError

_MULTILINGUAL = 51_865  # tokens from which a vocabulary has languages; English alone has one less
FILES = ("model.bin", "config.json", "tokenizer.json")  # without the last one, a hub would be asked


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A folder that faster-whisper can load: a Whisper converted for CTranslate2.

    `token` is the language token that is put before what is said in the language: its own where
    Whisper knows the language ("fr"), else the one that the fine-tune was trained with. "" where
    each language has its own. `shortest` is the shortest encoder window that it hears well in.
    """

    model: Path
    token: str = ""
    compute: str = "auto"  # CTranslate2's compute type; auto: int8, on a GPU float16
    device: str = "auto"  # cpu or cuda
    shortest: int = SHORTEST  # positions, 50 a second


@cache
def multilingual(folder: Path) -> bool:
    """Whether a checkpoint knows other languages than English, by its vocabulary's size.

    CTranslate2 tells by the same size; this asks before anything is loaded. True where the folder
    has no vocabulary to count.
    """
    for path in folder.glob("vocabulary.*"):
        text = path.read_text(encoding="utf-8")
        tokens = len(json.loads(text)) if path.suffix == ".json" else len(text.splitlines())
        return tokens >= _MULTILINGUAL
    return True


def require(checkpoints: Iterable[Checkpoint]) -> None:
    """Raises EngineError naming the first folder that cannot be a model's."""
    for checkpoint in checkpoints:
        folder = checkpoint.model
        if not folder.is_dir():
            raise EngineError(
                f"no Whisper model in {folder}: no such folder; put a model converted for "
                "CTranslate2 there, or set WAXTAAN_WHISPER_MODEL to where one is"
            )
        missing = [name for name in FILES if not (folder / name).is_file()]
        if not [*folder.glob("vocabulary.*")]:
            missing.append("vocabulary.json")
        if missing:
            raise EngineError(
                f"the Whisper model in {folder} lacks {', '.join(missing)}: convert it again with "
                "ct2-transformers-converter --copy_files tokenizer.json preprocessor_config.json"
            )
