"""The numbers of the training, and how a folder says which recipe its model is of."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.real_engines.whisper.sentences import LANGUAGES, commands

_MARK = "recipe.sha256"
_DECIDING = "sentences synthesis acoustics tokens batches muon training conversion"


@dataclass(frozen=True, slots=True)
class Recipe:
    """Sizes and numbers of one training."""

    width: int = 128
    heads: int = 4
    encoder_layers: int = 3
    decoder_layers: int = 2
    utterances: int = 4500
    silent: int = 350  # takes without speech
    steps: int = 1200
    rows: int = 16
    long_every: int = 20  # one step in so many has the 30 s window
    long_rows: int = 2
    peak: float = 3e-3  # learning rate
    warm_up: float = 0.08  # of the training
    easy: float = 0.35  # of the training, with takes of up to `short` frames only
    short: int = 200
    naming: float = 0.5  # weight of the encoder's names for words
    looking: float = 0.1  # weight of guided attention
    seed: int = 11


RECIPE = Recipe()


def current(folder: Path, made_of: str) -> bool:
    """Whether `folder` holds a finished model of the recipe with that digest."""
    mark = folder / _MARK
    return (
        (folder / "model.bin").is_file()
        and mark.is_file()
        and mark.read_text(encoding="utf-8").strip() == made_of
    )


def remember(folder: Path, made_of: str) -> None:
    """Mark `folder` as finished; `made_of` is the digest of when it was begun."""
    (folder / _MARK).write_text(made_of + "\n", encoding="utf-8")


def digest(data: Path, minutes: float | None = None) -> str:
    """Of all that decides what comes out: numbers, code, sentences, people or none, and a limit."""
    content = hashlib.sha256()
    for name in _DECIDING.split():
        content.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    sentences = {language: commands(language) for language in LANGUAGES}
    people = (data / "fsdd" / "recordings").is_dir()
    content.update(json.dumps([asdict(RECIPE), sentences, people, minutes]).encode())
    return content.hexdigest()
