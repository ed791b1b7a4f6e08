"""Audio that need not be rendered twice: what the agent says to everyone, in memory and on disk.

* Only *fixed* wording is kept, which holds nothing of a caller. Whatever holds a name, an amount or
  a number is rendered while it is spoken and is gone with the call; of a sentence that always
  begins the same, that beginning is kept, and heard while the rest is rendered.
* It is kept under a hash of all that makes it sound as it does, so nothing is ever out of date: a
  new engine version or voice makes new files, and those used longest ago go when `max_bytes` is
  reached (`cache_storage.py`).
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import soxr

from pipelines.engines.tts.cache_storage import DiskStorage, MemoryStorage
from pipelines.engines.tts.engine import EngineError, PartSynthesiser, Synthesiser, Voice
from pipelines.engines.tts.joins import Joiner, chunked, floats, pcm
from pipelines.engines.tts.rendering import Rendering

CHUNK = 60  # ms
MEGABYTE = 1_000_000
UNHURRIED = 3600.0  # s; nobody waits for it
# A beginning shorter than `ENOUGH` s is over before the rest is there. A caller would rather wait a
# little before a sentence than in it, so it is held back, `MOST_HOLD` s at most.
ENOUGH = 0.9
MOST_HOLD = 0.3


@dataclass(frozen=True, slots=True)
class Beginning:
    """What sentences begin with: the first `length` characters of `example`, one of them."""

    example: str
    length: int

    @property
    def text(self) -> str:
        """What they have in common."""
        return self.example[: self.length]


@dataclass(frozen=True, slots=True)
class _Wording:
    """What is kept: a text, or its first characters."""

    text: str
    voice: Voice
    length: int | None = None
    hurry: bool = True  # somebody waits to hear it; not part of what it is


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
        wording = _Wording(text, voice)
        source = self._fixed(wording) if fixed else self._render(wording)
        async with aclosing(source) as chunks:
            async for chunk in chunks:
                yield chunk

    @property
    def joins(self) -> bool:
        """Whether sentences can be put together of parts here."""
        engine = self._synthesiser
        return isinstance(engine, PartSynthesiser) and engine.sample_rate == self._rate

    async def continued(
        self, beginning: Beginning, text: str, voice: Voice
    ) -> AsyncGenerator[bytes, None]:
        """A text of which the beginning is kept; all is rendered where it is not, or not yet.

        Raises:
            EngineError: as the synthesiser does.
        """
        engine = self._synthesiser
        kept = _Wording(beginning.example, voice, beginning.length)
        if not isinstance(engine, PartSynthesiser) or not self._holds(kept):
            async with aclosing(self.audio(text, voice)) as chunks:
                async for chunk in chunks:
                    yield chunk
            return
        joiner = Joiner(self._rate)
        said = b"".join([chunk async for chunk in self._fixed(kept)])
        ahead = len(said) / 2 / self._rate
        hold = min(MOST_HOLD, max(0.0, ENOUGH - ahead))
        rest = Rendering()
        part = engine.part(text, beginning.length, len(text), voice, ahead + hold)
        rest.task = asyncio.create_task(_follow(part, rest))
        try:
            await rest.first(hold)
            for chunk in _cut(pcm(joiner.add(floats(said))), self._rate):
                yield chunk
            async for chunk in joiner.stream(rest.follow()):
                yield chunk
        finally:
            rest.task.cancel()
            await asyncio.gather(rest.task, return_exceptions=True)

    async def warm(
        self,
        sentences: Iterable[tuple[str | Beginning, Voice]],
        idle: Callable[[], Awaitable[None]] | None = None,
    ) -> int:
        """Render fixed wording that is not there yet, one after another; how many that was.

        `idle` is awaited before each: a rendering that nobody waits for does not delay a call's.

        Raises:
            EngineError: as the synthesiser does, so that a wrong voice is known at start.
        """
        rendered = 0
        for wanted, voice in sentences:
            wording = _Wording(wanted, voice, hurry=False) if isinstance(wanted, str) else None
            if isinstance(wanted, Beginning):
                wording = _Wording(wanted.example, voice, wanted.length, hurry=False)
            if wording is not None and not self._holds(wording):
                rendered += 1
                if idle is not None:
                    await idle()
                async with aclosing(self._fixed(wording)) as chunks:
                    async for _ in chunks:
                        pass
                await self.settled()
        return rendered

    def _holds(self, wording: _Wording) -> bool:
        key = self._key(wording)
        return self._memory.get(key) is not None or self._disk.holds(key)

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

    async def _fixed(self, wording: _Wording) -> AsyncGenerator[bytes, None]:
        key = self._key(wording)
        kept = self._memory.get(key)
        if kept is not None:
            for chunk in _cut(kept, self._rate):
                yield chunk
            return
        rendering = self._renderings.get(key)
        if rendering is None:
            rendering = self._renderings[key] = Rendering()
            rendering.task = asyncio.create_task(self._fill(rendering, key, wording))
            rendering.task.add_done_callback(lambda _: self._renderings.pop(key))
            rendering.task.add_done_callback(rendering.end)
        async for chunk in rendering.follow():
            yield chunk

    async def _fill(self, rendering: Rendering, key: str, wording: _Wording) -> None:
        """Fill a rendering from disk or by rendering; then keep it."""
        kept = await asyncio.to_thread(self._disk.read, key)
        if kept is not None:
            self._memory.put(key, kept)
            for chunk in _cut(kept, self._rate):
                rendering.add(chunk)
            return
        async with aclosing(self._render(wording)) as chunks:
            async for chunk in chunks:
                rendering.add(chunk)
        rendering.end()  # nobody waits for the disk
        sound = b"".join(rendering.chunks)
        self._memory.put(key, sound)
        await asyncio.to_thread(self._disk.write, key, sound)

    def _source(self, wording: _Wording) -> AsyncGenerator[bytes, None]:
        engine, whole = self._synthesiser, wording.length is None
        if isinstance(engine, PartSynthesiser) and not (whole and wording.hurry):
            end = len(wording.text) if wording.length is None else wording.length
            ahead = 0.0 if wording.hurry else UNHURRIED
            return engine.part(wording.text, 0, end, wording.voice, ahead)
        return engine.synthesise(wording.text, wording.voice)

    async def _render(self, wording: _Wording) -> AsyncGenerator[bytes, None]:
        """Render and convert the sample rate, once, as a stream."""
        source = self._source(wording)
        convert = soxr.ResampleStream(self._synthesiser.sample_rate, self._rate, 1, dtype="int16")
        try:
            async for sound in source:
                ready = convert.resample_chunk(np.frombuffer(sound, dtype="<i2")).tobytes()
                if ready:
                    yield ready
            rest = convert.resample_chunk(np.zeros(0, dtype=np.int16), last=True).tobytes()
            if rest:
                yield rest
        finally:
            await source.aclose()

    def _key(self, wording: _Wording) -> str:
        engine = self._synthesiser
        parts = [engine.name, engine.version, asdict(wording.voice), self._rate, wording.text]
        parts += [] if wording.length is None else [wording.length]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


async def _follow(source: AsyncGenerator[bytes, None], rendering: Rendering) -> None:
    try:
        async with aclosing(source) as chunks:
            async for chunk in chunks:
                rendering.add(chunk)
    except EngineError as error:
        rendering.fail(error)
    else:
        rendering.end()


def _cut(sound: bytes, sample_rate: int) -> Iterable[bytes]:
    return chunked(sound, sample_rate, CHUNK)
