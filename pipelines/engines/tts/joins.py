"""Two pieces of one voice's sound put together so that nobody hears where.

The pieces overlap: the second begins a little before the first ends. Where their waves agree best
within `SLACK` they are laid over one another and faded, so that a pitch period is neither cut nor
doubled (WSOLA: Verhelst and Roelands, ICASSP 1993), and the second begins as loud as the first
ends.
"""

from collections.abc import AsyncIterator, Iterator

import numpy as np
import numpy.typing as npt

FADE = 0.020  # s in which one takes over from the other
SLACK = 0.010  # s to either side; the pitch period of a low voice
EVEN = 0.100  # s until the second is as loud as it was made
MOST_GAIN = 1.4  # 3 dB; what differs more was meant to
QUIET = 0.004  # of full scale; below it nothing is there to be laid over another

Samples = npt.NDArray[np.float32]


def overlap(rate: int) -> tuple[int, int]:
    """Samples that a piece has beyond where it ends, and before where the next one begins."""
    return int(FADE * rate) // 2, int(FADE * rate) // 2 + int(SLACK * rate)


class Joiner:
    """Takes pieces one after another and gives back what is ready, in samples of -1..1."""

    def __init__(self, rate: int) -> None:
        self._fade, self._slack = int(FADE * rate), int(SLACK * rate)
        self._even = int(EVEN * rate)
        self._tail: Samples | None = None

    def add(self, piece: Samples) -> Samples:
        """The next piece. All but the first begin, all but the last end with an `overlap`."""
        if self._tail is not None:
            piece = self._joined(self._tail, piece)
        keep = min(self._fade, len(piece))
        self._tail = piece[len(piece) - keep :]
        return piece[: len(piece) - keep]

    async def stream(self, sound: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The last piece, 16-bit, as it comes: its first samples are waited for, no more."""
        waiting, head = b"", 2 * (self._fade + 2 * self._slack + self._even)
        joined = False
        async for chunk in sound:
            if joined:
                yield chunk
                continue
            waiting += chunk
            if len(waiting) >= head:
                joined = True
                yield pcm(np.concatenate((self.add(floats(waiting)), self.finish())))
        if not joined:
            last = self.add(floats(waiting)) if waiting else self.finish()
            yield pcm(np.concatenate((last, self.finish())))

    def finish(self) -> Samples:
        """The rest."""
        tail, self._tail = self._tail, None
        return np.zeros(0, dtype=np.float32) if tail is None else tail

    def _joined(self, tail: Samples, head: Samples) -> Samples:
        fade = len(tail)
        if fade == 0 or len(head) < fade + 2 * self._slack:
            return np.concatenate((tail, head))
        begin = self._best(tail, head)
        head = head[begin:].copy()
        first, second = _loudness(tail), _loudness(head[:fade])
        if first > QUIET and second > QUIET:
            gain = min(max(first / second, 1 / MOST_GAIN), MOST_GAIN)
            ramp = np.linspace(gain, 1, min(self._even, len(head)), dtype=np.float32)
            head[: len(ramp)] *= ramp
        ramp = np.linspace(0, 1, fade, dtype=np.float32)
        head[:fade] = tail * (1 - ramp) + head[:fade] * ramp
        return head

    def _best(self, tail: Samples, head: Samples) -> int:
        """Where `head` begins to go on as `tail` ends."""
        fade = len(tail)
        if _loudness(tail) < QUIET:
            return self._slack
        views = np.lib.stride_tricks.sliding_window_view(head[: fade + 2 * self._slack], fade)
        alike = views @ tail / (np.linalg.norm(views, axis=1) + 1e-6)
        return int(alike.argmax())


def _loudness(samples: Samples) -> float:
    return float(np.sqrt(np.mean(samples**2))) if len(samples) else 0.0


def faded(samples: Samples, rate: int, keep: float = 0.04) -> Samples:
    """Without the silence at its end, but for `keep` seconds, in which it fades out."""
    loud = np.flatnonzero(np.abs(samples) > QUIET)
    end = min(len(samples), (int(loud[-1]) if len(loud) else 0) + int(keep * rate))
    samples = samples[:end].copy()
    fade = min(len(samples), int(keep * rate) // 2)
    if fade:
        samples[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    return samples


def floats(pcm: bytes) -> Samples:
    """16-bit samples as -1..1."""
    return (np.frombuffer(pcm, dtype="<i2") / np.float32(32768)).astype(np.float32)


def pcm(samples: Samples) -> bytes:
    """Samples of -1..1 as 16-bit ones."""
    return (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()


def chunked(sound: bytes, rate: int, milliseconds: int = 60) -> Iterator[bytes]:
    """16-bit sound in pieces."""
    size = 2 * rate * milliseconds // 1000
    return (sound[at : at + size] for at in range(0, len(sound), size))
