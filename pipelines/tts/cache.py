"""Audio that need not be rendered twice: what the agent says to everyone, in memory and on disk.

* Only *fixed* wording is kept, which holds nothing of a caller. Whatever holds a name, an amount or
  a number is rendered while it is spoken and is gone with the call.
* A file is an ordinary WAV that anybody can play, with a checksum after the sound. Its name is a
  hash of all that makes it sound as it does, so nothing is ever out of date; a new engine version
  or voice makes new files, and those used longest ago go when `max_bytes` is reached.
* A file is written under another name first. One that is damaged is removed and rendered again.
* A disk that is full or read-only is said once, and calls go on without.
"""

import asyncio
import hashlib
import io
import json
import os
import struct
import tempfile
import wave
import zlib
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import aclosing, suppress
from dataclasses import asdict
from pathlib import Path

import numpy as np
import soxr
from loguru import logger

from pipelines.tts.engine import EngineError, Synthesiser, Voice

CHUNK = 60  # ms
MEGABYTE = 1_000_000


def default_directory() -> Path:
    """Where the platform keeps what can be made again."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    root = Path(base) if Path(base).is_absolute() else Path.home() / ".cache"
    return root / "waxtaan" / "audio"


class AudioCache:
    """A synthesiser's speech at one sample rate; one per process, shared by all calls.

    Args:
        directory: where files are kept; see `default_directory`.
        synthesiser: renders what is missing; started and closed by its owner.
        sample_rate: Hz, of all audio that comes out.
        max_bytes: on disk. 200 MB is over an hour of speech.
        memory_bytes: of sound kept in memory.
    """

    def __init__(
        self,
        directory: Path,
        synthesiser: Synthesiser,
        sample_rate: int = 24_000,
        max_bytes: int = 200 * MEGABYTE,
        memory_bytes: int = 32 * MEGABYTE,
    ) -> None:
        self._synthesiser = synthesiser
        self._rate = sample_rate
        self._memory = Memory(memory_bytes)
        self._disk = Disk(directory, sample_rate, max_bytes)
        self._takes: dict[str, Take] = {}

    async def audio(
        self, text: str, voice: Voice, fixed: bool = False
    ) -> AsyncGenerator[bytes, None]:
        """Mono signed 16-bit little-endian PCM at `sample_rate`, in order, as it becomes ready.

        Closing it early cancels the rest, except that fixed wording is still rendered for the next.

        Raises:
            EngineError: as the synthesiser does.
        """
        source = self._fixed(text, voice) if fixed else self._render(text, voice)
        async with aclosing(source) as chunks:
            async for chunk in chunks:
                yield chunk

    async def warm(self, sentences: Iterable[tuple[str, Voice]]) -> int:
        """Render fixed wording that is not there yet, one after another; how many that was.

        Raises:
            EngineError: as the synthesiser does, so that a wrong voice is known at start.
        """
        rendered = 0
        for text, voice in sentences:
            key = self._key(text, voice)
            if self._memory.get(key) is None and not self._disk.holds(key):
                rendered += 1
                async with aclosing(self._fixed(text, voice)) as chunks:
                    async for _ in chunks:
                        pass
                await self.settled()
        return rendered

    async def settled(self) -> None:
        """Wait until all fixed wording that was asked for is rendered and on disk."""
        tasks = [take.task for take in self._takes.values()]
        await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        """End what is still being rendered. Safe to call twice."""
        tasks = [take.task for take in self._takes.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _fixed(self, text: str, voice: Voice) -> AsyncGenerator[bytes, None]:
        key = self._key(text, voice)
        kept = self._memory.get(key)
        if kept is not None:
            for chunk in _cut(kept, self._rate):
                yield chunk
            return
        take = self._takes.get(key)
        if take is None:
            take = self._takes[key] = Take()
            take.task = asyncio.create_task(self._fill(take, key, text, voice))
            take.task.add_done_callback(lambda _: self._takes.pop(key))
            take.task.add_done_callback(take.end)
        async for chunk in take.follow():
            yield chunk

    async def _fill(self, take: "Take", key: str, text: str, voice: Voice) -> None:
        """Fill a take from disk or by rendering; then keep it."""
        kept = await asyncio.to_thread(self._disk.read, key)
        if kept is not None:
            self._memory.put(key, kept)
            for chunk in _cut(kept, self._rate):
                take.add(chunk)
            return
        async with aclosing(self._render(text, voice)) as chunks:
            async for chunk in chunks:
                take.add(chunk)
        take.end()  # nobody waits for the disk
        pcm = b"".join(take.chunks)
        self._memory.put(key, pcm)
        await asyncio.to_thread(self._disk.write, key, pcm)

    async def _render(self, text: str, voice: Voice) -> AsyncGenerator[bytes, None]:
        """Render and convert the sample rate, once, as a stream."""
        source = self._synthesiser.synthesise(text, voice)
        convert = soxr.ResampleStream(self._synthesiser.sample_rate, self._rate, 1, dtype="int16")
        try:
            async for pcm in source:
                ready = convert.resample_chunk(np.frombuffer(pcm, dtype="<i2")).tobytes()
                if ready:
                    yield ready
            rest = convert.resample_chunk(np.zeros(0, dtype=np.int16), last=True).tobytes()
            if rest:
                yield rest
        finally:
            await source.aclose()

    def _key(self, text: str, voice: Voice) -> str:
        engine = self._synthesiser
        parts = [engine.name, engine.version, asdict(voice), self._rate, text]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


class Take:
    """Speech being made, which any number of listeners follow from its beginning."""

    def __init__(self) -> None:
        self.chunks: list[bytes] = []
        self.task: asyncio.Task[None]
        self._error: BaseException | None = None
        self._ended = False
        self._news = asyncio.Event()

    def add(self, chunk: bytes) -> None:
        """The next chunk."""
        self.chunks.append(chunk)
        self._wake()

    def end(self, task: asyncio.Task[None] | None = None) -> None:
        """No more comes: all is there, or `task`, which made it, has ended as it has."""
        if task is not None and task.cancelled():
            error: BaseException | None = EngineError("the audio cache was closed meanwhile")
        else:
            error = task.exception() if task is not None else None
        if not self._ended:
            self._ended, self._error = True, error
            self._wake()

    async def follow(self) -> AsyncIterator[bytes]:
        """All chunks, past and coming."""
        position = 0
        while True:
            while position < len(self.chunks):
                position += 1
                yield self.chunks[position - 1]
            if self._ended:
                break
            await self._news.wait()
        if isinstance(self._error, EngineError):
            raise EngineError(str(self._error)) from self._error  # each listener its own
        if self._error is not None:
            raise self._error

    def _wake(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()


class Memory:
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


class Disk:
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


def _cut(pcm: bytes, sample_rate: int) -> Iterable[bytes]:
    size = 2 * sample_rate * CHUNK // 1000
    return (pcm[start : start + size] for start in range(0, len(pcm), size))
