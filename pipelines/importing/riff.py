"""Where a WAV's samples are, whatever its header says.

Recorders that were killed, or wrote into a pipe, leave a length of 0, 0xFFFFFFFF or of an earlier
moment. libsndfile forgives a length that is too large, and reads no further than one that is too
small; `Mended` gives it the file with that length right, and the file itself stays as it is.
"""

import struct
from dataclasses import dataclass
from typing import BinaryIO

_CHUNKS = 64  # looked at before the samples; real files have a handful
_WHOLE = 0xFFFFFFFF  # as long as the file is


@dataclass(frozen=True, slots=True)
class Data:
    """The chunk with the samples. Bytes: `at` is its first, `claimed` by the header, `present`."""

    at: int
    claimed: int
    present: int
    frame: int  # of all channels' samples at one moment
    rate: int  # frames a second
    cut: bool  # what follows `claimed` is no chunk, so it is sound

    @property
    def streamed(self) -> bool:
        """Whether the length is one that is written where it is not known yet."""
        return self.claimed in (0, 0x7FFFFFFF, 0x80000000) or self.claimed >= _WHOLE - 65536

    def seconds(self, size: int) -> float:
        """Of so many bytes; packed codecs have no frames, and none."""
        return size / (self.frame * self.rate) if self.frame and self.rate else 0.0


def find_data(file: BinaryIO) -> Data | None:
    """The samples' chunk, or None if it is no WAV. Leaves the file at its beginning."""
    size = file.seek(0, 2)
    file.seek(0)
    try:
        if (head := file.read(12))[:4] == b"RIFF" and head[8:12] == b"WAVE":
            return _walk(file, size)
        return None
    finally:
        file.seek(0)


def _walk(file: BinaryIO, size: int) -> Data | None:
    frame = rate = 0
    for _ in range(_CHUNKS):
        if len(head := file.read(8)) < 8:
            return None
        name, length = head[:4], int.from_bytes(head[4:], "little")
        at = file.tell()
        if name == b"data":
            cut = length < size - at and not _chunks_follow(file, at + length, size)
            return Data(at, length, size - at, frame, rate, cut)
        if name == b"fmt " and len(form := file.read(16)) == 16:
            _, _, rate, _, frame, _ = struct.unpack("<HHIIHH", form)
        file.seek(at + length + length % 2)
    return None


def _chunks_follow(file: BinaryIO, at: int, size: int) -> bool:
    """Whether the file goes on with chunks to its end, as it may after the samples."""
    for _ in range(_CHUNKS):
        at += at % 2
        if size - at < 8:
            return True  # nothing, or padding
        file.seek(at)
        head = file.read(8)
        if not all(32 <= letter < 127 for letter in head[:4]):
            return False
        at += 8 + int.from_bytes(head[4:], "little")
        if at > size + 1:
            return False
    return False


class Mended:
    """A file as libsndfile reads it; `data` is the chunk whose samples last until the file ends."""

    def __init__(self, file: BinaryIO, data: Data | None) -> None:
        self._file = file
        self._length_at = data.at - 4 if data else None

    def seek(self, to: int, whence: int = 0) -> int:
        """As a file's; to where no file reaches, as a broken header may ask, it stays."""
        try:
            return self._file.seek(to, whence)
        except (OSError, ValueError, OverflowError):
            return self._file.tell()

    def tell(self) -> int:
        """As a file's."""
        return self._file.tell()

    def read(self, size: int = -1) -> bytes:
        """As a file's, but for the length."""
        begin = self._file.tell()
        got = self._file.read(size)
        if self._length_at is None or not begin - 4 < self._length_at < begin + len(got):
            return got
        mended = bytearray(got)
        for place, value in enumerate(_WHOLE.to_bytes(4, "little"), self._length_at - begin):
            if 0 <= place < len(mended):
                mended[place] = value
        return bytes(mended)
