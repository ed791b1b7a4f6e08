"""Which frames of a sentence are made into sound at once: its beginning is heard before its end.

Sound takes half as long to make as it lasts, or longer, and nothing of a window can be heard before
all of it is made. So windows end at pauses, else between words; the first is short unless there is
sound to be heard meanwhile, and each is as long as what has been made so far allows. Where nobody
waits they are long. The frames around a window are made with it and thrown away: sound at an edge
is not what it is amid a sentence.
"""

from collections.abc import Iterator, Mapping

from pipelines.engines.tts.spans import Span

FRAME = 600  # samples
RATE = 24_000  # Hz
MARGIN = 4  # frames made with a window on either side; Whisper heard no more words right with 8
FIRST = 36  # frames, 0.9 s; of shorter ones Whisper heard fewer words right
LEAST = 10  # frames; a shorter window is mostly margin
MOST = 80  # frames, 2 s: others wait for their turn meanwhile
LEAD = 6  # frames of the silence before a sentence; its first sound is partly in them
TAIL = 10  # frames of the silence after it, in which its last sound dies away
PAUSE = 5  # frames; longer ones are not better to end a window in


def windows(
    start: int, stop: int, total: int, breaks: Mapping[int, int], factor: float, ahead: float
) -> Iterator[Span]:
    """Spans of frames that together keep `start` to `stop`, in order.

    Args:
        start: the first frame wanted.
        stop: the one after the last.
        total: frames of the sentence.
        breaks: where words end -> frames of pause there.
        factor: seconds that a second of sound takes to be made.
        ahead: seconds of sound that are there to be heard while the first window is made.
    """
    seconds = FRAME / RATE
    while start < stop:
        affordable = int(min(ahead, 60.0) / (factor * seconds)) - 2 * MARGIN
        end = _end(start, stop, breaks, min(MOST, max(FIRST, affordable)))
        yield Span(max(0, start - MARGIN), start, end, min(total, end + MARGIN))
        ahead += (end - start) * seconds - factor * (end - start + 2 * MARGIN) * seconds
        ahead = max(ahead, 0.0)
        start = end


def _end(start: int, stop: int, breaks: Mapping[int, int], size: int) -> int:
    if stop - start <= size + LEAST:
        return stop
    fitting = [at for at in breaks if start + LEAST <= at <= start + size]
    if fitting:
        return max(fitting, key=lambda at: (min(breaks[at], PAUSE), at))
    later = [at for at in breaks if start + size < at <= stop - LEAST]
    return min(later, default=stop)
