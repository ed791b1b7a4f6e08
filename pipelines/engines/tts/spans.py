"""Which frames of a sentence are decoded at once, so that its beginning sounds before its end.

The last stage of a VITS voice, its decoder, is a stack of convolutions and takes most of the
time. A sample of its sound depends on `margin` frames to either side and on none beyond, so frames
decoded with that margin around them sound exactly as if all had been decoded together.
"""

from collections.abc import Iterator
from dataclasses import dataclass

FIRST = 16  # frames, some 0.2 s: soon there; the margin makes it three times as dear
MOST = 96  # frames, some 1.1 s: the margin costs three tenths; a cancellation waits for it


@dataclass(frozen=True, slots=True)
class Span:
    """Decode frames `begin:end`; of the sound, keep that of frames `start:stop`."""

    begin: int
    start: int
    stop: int
    end: int


def spans(frames: int, margin: int) -> Iterator[Span]:
    """Spans that together keep each of `frames` once, in order, each twice as long as the last."""
    start, size = 0, FIRST
    while start < frames:
        stop = min(frames, start + size)
        if frames - stop < FIRST // 2:
            stop = frames  # rather than decode a rest for which the margin is all there is
        yield Span(max(0, start - margin), start, stop, min(frames, stop + margin))
        start, size = stop, min(MOST, 2 * size)
