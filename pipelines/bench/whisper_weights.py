"""The Whisper that benchmarks measure: the one that would hear calls."""

from functools import partial

from pipelines.engine_choice.asr import choose_asr
from pipelines.engines.asr.whisper.checkpoint import Checkpoint
from pipelines.settings import Settings
from pipelines.weights.hub import offer


def configured(settings: Settings) -> Checkpoint | None:
    """What `waxtaan serve` would hear with; None where it has no Whisper. Fetches nothing."""
    get = partial(offer, models=settings.models, hub="", patience=settings.hub_patience)
    return choose_asr(settings, {}, get).default
