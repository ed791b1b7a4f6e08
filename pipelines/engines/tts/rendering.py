"""Speech that is being made, and those who listen to it meanwhile."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from pipelines.engines.tts.engine import EngineError


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

    def fail(self, error: EngineError) -> None:
        """No more comes: those who listen are told why."""
        if not self._ended:
            self._ended, self._error = True, error
            self._wake()

    async def first(self, patience: float) -> None:
        """Wait until something is there, or it has ended, `patience` seconds at most."""
        if patience and not (self.chunks or self._ended):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await self._news.wait()

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
