"""One side's recording: a mono WAV of 16 bits, written as its source is read."""

import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from pipelines.importing.measure import Measured
from pipelines.importing.shapes import CannotImportError
from pipelines.importing.sound import Reading

_LOWEST, _HIGHEST = 8000, 48000  # Hz that a recording keeps
_INSTEAD = 16000  # Hz, of what is higher
_LATEST = 6 * 3600.0  # s; silence up to the beginning is written


class Side:
    """The WAV as it grows, and what its sound is like. It begins at `start` seconds of the call."""

    def __init__(self, path: Path, reading: Reading, start: float) -> None:
        if not 0 <= start <= _LATEST:
            told = f"begins {start:.0f} s after the call, which no call does"
            raise CannotImportError("times", told, reading.name)
        self.path = path
        self.rate = kept_rate(reading.rate)
        self.measured = Measured(reading.rate, reading.codec)
        self.seconds = 0.0
        self._convert = (
            soxr.ResampleStream(reading.rate, self.rate, 1, dtype="float32")
            if self.rate != reading.rate
            else None
        )
        self._wave = wave.open(str(path), "wb")  # noqa: SIM115 - closed by `close`
        self._wave.setparams((1, 2, self.rate, 0, "NONE", ""))
        self._samples(np.zeros(round(start * self.rate), np.float32))

    def write(self, block: NDArray[np.float32]) -> None:
        """More of the source's samples."""
        self.measured.add(block)
        self._samples(self._convert.resample_chunk(block) if self._convert else block)

    def close(self) -> None:
        """No more. Safe to call twice."""
        if self._convert:
            self._samples(self._convert.resample_chunk(np.zeros(0, np.float32), last=True))
            self._convert = None
        self._wave.close()

    def _samples(self, samples: NDArray[np.float32]) -> None:
        pcm = np.clip(np.rint(samples * 32768), -32768, 32767).astype("<i2")
        self._wave.writeframesraw(pcm.tobytes())
        self.seconds += len(pcm) / self.rate


@contextmanager
def side_of(path: Path, reading: Reading, start: float) -> Iterator[Side]:
    """A side's WAV, open for as long as it is written; see `Side`."""
    side = Side(path, reading, start)
    try:
        yield side
    finally:
        side.close()


def kept_rate(rate: int) -> int:
    """The sample rate of a recording from a source of `rate`, Hz."""
    return rate if _LOWEST <= rate <= _HIGHEST else _INSTEAD if rate > _HIGHEST else _LOWEST


def pad(side: Side, seconds: float) -> None:
    """Silence at the end of a side that is closed; the header's lengths are written last."""
    with side.path.open("r+b") as file:
        size = file.seek(0, 2) + 2 * round(seconds * side.rate)
        file.truncate(size)  # grows, with zeros
        for at, length in ((4, size - 8), (40, size - 44)):
            file.seek(at)
            file.write(length.to_bytes(4, "little"))
