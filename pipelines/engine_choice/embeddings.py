"""Whether pages are found by what is meant, too, and why.

`auto` is e5 where its weights lie under `models`; else words alone decide, as said at start.
"""

from dataclasses import dataclass
from pathlib import Path

from pipelines.engines.embeddings.e5 import E5, FILE
from pipelines.engines.embeddings.engine import Embedder
from pipelines.errors import EngineError
from pipelines.settings import Settings
from pipelines.weights.catalogue import load
from pipelines.weights.installed import noted, require

_NAME = "e5-small"
_FOLDER = "embeddings/e5-small"


@dataclass(frozen=True, slots=True)
class EmbeddingsChoice:
    """The engine, "none" without one, and why. `file` is the model's."""

    engine: str
    why: str
    file: Path = Path()


def choose_embeddings(settings: Settings) -> EmbeddingsChoice:
    """The configured engine, or e5 where it is.

    Raises:
        EngineError: what is configured by name cannot be had.
    """
    if settings.embeddings == "none":
        return EmbeddingsChoice("none", "configured")
    try:
        file = _weights(settings)
    except EngineError as error:
        if settings.embeddings == "e5":
            raise EngineError(f"embeddings is 'e5': {error}") from error
        return EmbeddingsChoice("none", str(error))
    return EmbeddingsChoice("e5", f"{_NAME} from {file.parent}", file)


def open_embeddings(choice: EmbeddingsChoice) -> Embedder | None:
    """The chosen engine, to be started; None without one."""
    return None if choice.engine == "none" else E5(choice.file)


def _weights(settings: Settings) -> Path:
    published = load(settings.prompts, settings.models).get(_NAME)
    folder = settings.models / (published.folder if published else _FOLDER)
    if not (folder / FILE).is_file():
        raise EngineError(f"{folder} has no {FILE}: 'waxtaan models get {_NAME}'")
    if published is not None and noted(settings.models, _NAME):
        require(settings.models, published)
    return folder / FILE
