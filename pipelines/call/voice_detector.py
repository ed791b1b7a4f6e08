"""The voice detector of one call, as the settings have it."""

from pipelines.call.playout import Playout
from pipelines.engines.asr.engine import Band
from pipelines.engines.vad import SharedSilero
from pipelines.settings import Settings


def detector(settings: Settings, band: Band, playout: Playout) -> SharedSilero:
    """Finds speech in the caller's audio; soft voices only while the agent is silent."""
    return SharedSilero(
        confidence=settings.vad_confidence,
        start=settings.vad_start,
        stop=settings.vad_stop,
        longest=settings.max_turn_seconds,
        narrow=band == "telephone",
        gain=settings.vad_gain,
        soft=lambda: not playout.speaking,
    )
