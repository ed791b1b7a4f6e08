"""How finely waveforms are kept: long calls can be zoomed into, and a report stays small."""

import string
from collections.abc import Iterable
from typing import TypeAlias

import numpy as np

from pipelines.quality.sound import STEP, Channels, Levels, outline, starts

FEWEST = 600  # points of a waveform
A_SECOND = 20
MOST = 36_000  # half an hour
BUDGET = 2_500_000  # points beyond the fewest that a report has, a byte each at most

_DIGITS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
_WRITTEN = bytes(ord(_DIGITS[value // 4]) for value in range(256))

Outlines: TypeAlias = tuple[bytes, bytes]  # caller's, agent's


def outlines(channels: Channels) -> Outlines:
    """Both waveforms, each over the length of its own channel."""
    return _outline(channels.caller), _outline(channels.agent)


def _outline(levels: Levels) -> bytes:
    wanted = round(A_SECOND * STEP * len(levels))
    return outline(levels, min(MOST, max(FEWEST, wanted)))


def kept_share(lengths: Iterable[int], budget: int = BUDGET) -> float:
    """Which share of the points beyond the fewest can be kept, of waveforms of so many points."""
    beyond = sum(max(0, length - FEWEST) for length in lengths)
    return min(1.0, budget / beyond) if beyond else 1.0


def coarser(drawn: bytes, share: float) -> bytes:
    """With that share of its points beyond the fewest; the loudest of those that become one."""
    points = FEWEST + int(share * max(0, len(drawn) - FEWEST))
    if points >= len(drawn):
        return drawn
    values = np.frombuffer(drawn, np.uint8)
    return bytes(np.maximum.reduceat(values, starts(len(values), points)))


def written(drawn: bytes) -> str:
    """A letter a point, 64 levels in base64's order: it packs better than bytes in base64."""
    return drawn.translate(_WRITTEN).decode("ascii")
