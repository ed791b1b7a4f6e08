"""Audio that need not be rendered twice: what the agent says to everyone, in memory and on disk.

* Only *fixed* wording is kept, which holds nothing of a caller. Whatever holds a name, an amount or
  a number is rendered while it is spoken and is gone with the call.
* It is kept under a hash of all that makes it sound as it does, so nothing is ever out of date: a
  new engine version or voice makes new files, and those used longest ago go when `max_bytes` is
  reached (`cache_storage.py`).
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import aclosing
from dataclasses import asdict
from pathlib import Path

import numpy as np
import soxr

from pipelines.engines.tts.cache_storage import DiskStorage, MemoryStorage
from pipelines.engines.tts.engine import EngineError, Synthesiser, Voice

CHUNK = 60  # ms
MEGABYTE = 1_000_000


class AudioCache:
    """A synthesiser's speech at one sample rate; one per process, shared by all calls.

    Args:
        directory: where files are kept.
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
        self._memory = MemoryStorage(memory_bytes)
        self._disk = DiskStorage(directory, sample_rate, max_bytes)
        self._renderings: dict[str, Rendering] = {}

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
        tasks = [rendering.task for rendering in self._renderings.values()]
        await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        """End what is still being rendered. Safe to call twice."""
        tasks = [rendering.task for rendering in self._renderings.values()]
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
        rendering = self._renderings.get(key)
        if rendering is None:
            rendering = self._renderings[key] = Rendering()
            rendering.task = asyncio.create_task(self._fill(rendering, key, text, voice))
            rendering.task.add_done_callback(lambda _: self._renderings.pop(key))
            rendering.task.add_done_callback(rendering.end)
        async for chunk in rendering.follow():
            yield chunk

    async def _fill(self, rendering: "Rendering", key: str, text: str, voice: Voice) -> None:
        """Fill a rendering from disk or by rendering; then keep it."""
        kept = await asyncio.to_thread(self._disk.read, key)
        if kept is not None:
            self._memory.put(key, kept)
            for chunk in _cut(kept, self._rate):
                rendering.add(chunk)
            return
        async with aclosing(self._render(text, voice)) as chunks:
            async for chunk in chunks:
                rendering.add(chunk)
        rendering.end()  # nobody waits for the disk
        pcm = b"".join(rendering.chunks)
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


class Rendering:
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


def _cut(pcm: bytes, sample_rate: int) -> Iterable[bytes]:
    size = 2 * sample_rate * CHUNK // 1000
    return (pcm[start : start + size] for start in range(0, len(pcm), size))
