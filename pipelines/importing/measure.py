"""What a channel is like, measured as its samples pass: level, clipping, offset, speech."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipelines.importing.shapes import Kind, Problem

SILENT = -60.0  # dBFS: no 20 ms are louder; the idle noise of G.711 is at -72
CLIPPED = 0.001  # of the samples, at full scale
OFFSET = 0.01  # of full scale
SHORT = 1.0  # s
_FULL_SCALE = {"ULAW": 0.98, "ALAW": 0.984, "PCM_U8": 0.992}  # G.711 ends at 32124 and 32256
_SPEECH = -50.0  # dBFS, and
_ABOVE_NOISE = 12.0  # dB above the quietest tenth
_SAME = 0.5  # dB between the levels of what is the same sound in two files
_FIRST = 25  # frames of 20 ms, of which
_BUSY = 0.6  # are speech where somebody begins to speak
_ALIKE = 0.999  # correlation of two channels that are one


@dataclass(slots=True)
class Measured:
    """One channel. Feed it whole 20 ms frames, but for the last block."""

    rate: int
    codec: str = ""
    samples: int = 0
    clipped: int = 0
    _sum: float = 0.0
    _levels: list[NDArray[np.float32]] = field(default_factory=list)

    def add(self, block: NDArray[np.float32]) -> None:
        """More samples, one dimension."""
        self.samples += len(block)
        full = _FULL_SCALE.get(self.codec, 0.9998)
        self.clipped += int(np.count_nonzero(np.abs(block) >= full))
        self._sum += float(block.sum(dtype=np.float64))
        step = self.rate // 50
        if short := -len(block) % step:
            block = np.concatenate((block, np.zeros(short, np.float32)))
        frames = block.reshape(-1, step)
        power = np.einsum("ij,ij->i", frames, frames) / step
        self._levels.append((10 * np.log10(power + 1e-12)).astype(np.float32))

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.samples / self.rate

    @property
    def offset(self) -> float:
        """The mean, as a share of full scale."""
        return self._sum / self.samples if self.samples else 0.0

    @property
    def loudest(self) -> float:
        """Of its 20 ms frames, dBFS."""
        return max((float(part.max()) for part in self._levels if len(part)), default=-120.0)

    @property
    def silent(self) -> bool:
        """Whether nothing is to be heard in it."""
        return self.loudest < SILENT

    @property
    def levels(self) -> NDArray[np.float32]:
        """Of all 20 ms frames, dBFS."""
        return np.concatenate(self._levels) if self._levels else np.zeros(0, np.float32)

    def like(self, other: "Measured") -> bool:
        """Whether both are as loud wherever somebody speaks, so that they are the same sound."""
        one, two = self.levels, other.levels
        if len(one) != len(two):
            return False
        loud = np.maximum(one, two) > _SPEECH
        return bool(loud.any()) and float(np.abs(one - two)[loud].max()) < _SAME

    def first_speech(self) -> float | None:
        """The second at which somebody begins to speak for half a second or more."""
        if len(levels := self.levels) < _FIRST:
            return None
        floor = float(np.percentile(levels, 10))
        speech = levels > max(_SPEECH, floor + _ABOVE_NOISE)
        ahead = np.concatenate(([0], np.cumsum(speech)))
        filled = ahead[_FIRST:] - ahead[:-_FIRST] >= _BUSY * _FIRST
        busy = speech[: len(filled)] & filled
        return float(np.argmax(busy)) / 50 if busy.any() else None

    def problems(self, side: str, where: str) -> list[Problem]:
        """Of this channel, which is `side`'s."""
        found: list[Problem] = []

        def tell(kind: Kind, told: str) -> None:
            found.append(Problem(kind=kind, told=f"{side}: {told}", where=where))

        if self.silent:
            tell("silent", f"nothing is to be heard; the loudest is {self.loudest:.0f} dBFS")
        if self.samples and (share := self.clipped / self.samples) >= CLIPPED:
            tell("clipping", f"{share:.2%} of the samples are at full scale")
        if abs(self.offset) >= OFFSET:
            tell("dc offset", f"the samples' mean is {self.offset:+.1%} of full scale")
        if self.seconds < SHORT:
            tell("short", f"lasts {self.seconds:.2f} s")
        return found


@dataclass(slots=True)
class Likeness:
    """How much two channels are one."""

    _cross: float = 0.0
    _left: float = 0.0
    _right: float = 0.0

    def add(self, block: NDArray[np.float32]) -> None:
        """More samples, (frames, 2)."""
        left, right = block[:, 0], block[:, 1]
        self._cross += float(np.dot(left, right))
        self._left += float(np.dot(left, left))
        self._right += float(np.dot(right, right))

    @property
    def alike(self) -> bool:
        """Whether they are the same, louder or softer or turned over; silence is like nothing."""
        both = self._left * self._right
        return both > 0 and self._cross**2 / both > _ALIKE**2
