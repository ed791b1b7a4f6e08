"""The Whisper that benchmarks measure: the one that would hear calls."""

from pathlib import Path

from pipelines.engine_choice.asr import choose_asr
from pipelines.engines.asr.whisper.checkpoint import Checkpoint
from pipelines.errors import EngineError
from pipelines.settings import Settings
from pipelines.weights.hub import Weights


def configured(settings: Settings) -> Checkpoint | None:
    """What `waxtaan serve` would hear with; None where it has no Whisper. Fetches nothing."""
    return choose_asr(settings, {}, _nothing).default


def _nothing(weights: Weights) -> Path:
    raise EngineError(f"{weights.folder} is not here")
