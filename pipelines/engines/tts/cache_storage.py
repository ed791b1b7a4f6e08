"""Where rendered sentences are kept: in memory, and on disk as WAV files that anybody can play.

* A file has a checksum after the sound. One that is damaged is removed, and rendered again.
* It is written under another name first, so that no reader meets half a file.
* A disk that is full or read-only is said once, and calls go on without.
"""

import io
import os
import struct
import tempfile
import wave
import zlib
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path

from loguru import logger


class MemoryStorage:
    """The sounds used last, up to a number of bytes."""

    def __init__(self, max_bytes: int) -> None:
        self._max = max_bytes
        self._bytes = 0
        self._sounds: OrderedDict[str, bytes] = OrderedDict()

    def get(self, key: str) -> bytes | None:
        """The sound, which is now the one used last."""
        if key not in self._sounds:
            return None
        self._sounds.move_to_end(key)
        return self._sounds[key]

    def put(self, key: str, pcm: bytes) -> None:
        """Keep a sound at the cost of those used longest ago."""
        if len(pcm) > self._max:
            return
        self._bytes += len(pcm) - len(self._sounds.pop(key, b""))
        self._sounds[key] = pcm
        while self._bytes > self._max:
            self._bytes -= len(self._sounds.popitem(last=False)[1])


class DiskStorage:
    """WAV files in a directory, up to a number of bytes. Blocks; for use in threads.

    A file's modification time says when it was used last (many disks keep no time of reading).
    """

    def __init__(self, directory: Path, sample_rate: int, max_bytes: int) -> None:
        self._directory = directory
        self._rate = sample_rate
        self._max = max_bytes
        self._told = False

    def holds(self, key: str) -> bool:
        """Whether there is a file, sound or not."""
        return self._path(key).is_file()

    def read(self, key: str) -> bytes | None:
        """The sound, or None where there is none or none that is whole."""
        path = self._path(key)
        try:
            data = path.read_bytes()
            pcm = from_wav(data, self._rate)
            if pcm is None:
                path.unlink()
                logger.warning("removed a damaged file from the audio cache: {}", path)
                return None
        except FileNotFoundError:
            return None
        except OSError as error:
            self._tell(error)
            return None
        with suppress(OSError):  # a read-only cache serves as well
            os.utime(path)
        return pcm

    def write(self, key: str, pcm: bytes) -> None:
        """Keep a sound."""
        data = to_wav(pcm, self._rate)
        if len(data) > self._max:
            return
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(
                dir=self._directory, prefix=".", suffix=".part", delete=False
            ) as file:
                try:
                    file.write(data)
                    file.close()
                    os.replace(file.name, self._path(key))
                except BaseException:
                    Path(file.name).unlink(missing_ok=True)
                    raise
            self._make_room()
        except OSError as error:
            self._tell(error)

    def _make_room(self) -> None:
        """Remove files used longest ago, and what a crash left half-written, until all fits."""
        with os.scandir(self._directory) as entries:
            files = [f for e in entries if e.name.endswith((".wav", ".part")) if (f := _stat(e))]
        total = sum(status.st_size for status, _ in files)
        for status, path in sorted(files, key=lambda file: file[0].st_mtime_ns):
            if total <= self._max:
                return
            Path(path).unlink(missing_ok=True)
            total -= status.st_size

    def _path(self, key: str) -> Path:
        return self._directory / f"{key}.wav"

    def _tell(self, error: OSError) -> None:
        if not self._told:
            self._told = True
            logger.warning(
                "the audio cache {} cannot be used ({}); speech is rendered anew each time. "
                "Make the directory writable or name another in the settings.",
                self._directory,
                error.strerror,
            )


def _stat(entry: os.DirEntry[str]) -> tuple[os.stat_result, str] | None:
    try:
        return entry.stat(), entry.path
    except FileNotFoundError:  # another process that uses the cache was quicker
        return None


def to_wav(pcm: bytes, sample_rate: int) -> bytes:
    """A WAV file; players skip the chunk "crc " that follows the sound."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(sample_rate)
        sound.writeframes(pcm)
    return file.getvalue() + struct.pack("<4sII", b"crc ", 4, zlib.crc32(pcm))


def from_wav(data: bytes, sample_rate: int) -> bytes | None:
    """The sound of a file that `to_wav` wrote, None if anything in it has changed since."""
    pcm = data[44:-12]
    return pcm if to_wav(pcm, sample_rate) == data else None
