"""Two recognisers as one: the first, and for the languages that it lacks the second.

Whisper knows no Wolof, Pulaar or Irish: the embedded engine listens there for the few phrases that
a question expects. A call that changes its language changes its engine with it, from its next turn
on.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence

from loguru import logger

from pipelines.engines.asr.engine import (
    ANYTHING,
    Band,
    EngineError,
    Expected,
    Recognised,
    Recogniser,
    RecogniserStream,
)


class RoutedRecogniser:
    """A `Recogniser`; `second` hears `languages`, the first all others."""

    def __init__(self, first: Recogniser, second: Recogniser, languages: Collection[str]) -> None:
        self._first = first
        self._second = second
        self._languages = frozenset(languages)
        self.name = first.name

    @property
    def capacity(self) -> int:
        """Of the first: the second has its own, and calls in its languages are few."""
        return self._first.capacity

    @property
    def version(self) -> str:
        """Of both."""
        second = f"{self._second.name} {self._second.version}"
        return f"{self._first.version}; {second} for {', '.join(sorted(self._languages))}"

    def dictates(self, language: str) -> bool:
        """See engine.py."""
        return self._of(language).dictates(language)

    async def start(self) -> None:
        """See engine.py. Without the second, its languages have the keypad."""
        await self._first.start()
        try:
            await self._second.start()
        except EngineError as error:
            logger.warning("{} are not heard: {}", ", ".join(sorted(self._languages)), error)
            self._languages = frozenset()

    async def open(
        self, language: str, band: Band, on_partial: Callable[[Recognised], None]
    ) -> "RoutedStream":
        """See engine.py."""
        streams: dict[bool, RecogniserStream] = {}
        if self._languages:
            kept = language if language in self._languages else min(self._languages)
            streams[True] = await self._second.open(kept, band, on_partial)
        try:
            kept = language if language not in self._languages else self._any()
            streams[False] = await self._first.open(kept, band, on_partial)
        except EngineError:
            await asyncio.gather(*(stream.close() for stream in streams.values()))
            raise
        return RoutedStream(streams, self._languages, language)

    def serves(self, language: str) -> str | None:
        """See engine.py."""
        return self._of(language).serves(language)

    async def close(self) -> None:
        """See engine.py."""
        await asyncio.gather(self._first.close(), self._second.close())

    def _of(self, language: str) -> Recogniser:
        return self._second if language in self._languages else self._first

    def _any(self) -> str:
        """A language of the first, for a call that begins in another."""
        return next(code for code in ("en", "fr") if self._first.serves(code))


class RoutedStream:
    """A `RecogniserStream`: True of `streams` is that of the second engine."""

    def __init__(
        self, streams: dict[bool, RecogniserStream], languages: Collection[str], language: str
    ) -> None:
        self._streams = streams
        self._languages = languages
        self._next = self._now = streams[language in languages and True in streams]

    def expect(self, language: str, phrases: Sequence[str], expected: Expected = ANYTHING) -> None:
        """See engine.py."""
        stream = self._streams[language in self._languages]
        stream.expect(language, phrases, expected)
        self._next = stream

    def begin(self) -> None:
        """See engine.py."""
        self._now = self._next
        self._now.begin()

    def hear(self, pcm: bytes) -> None:
        """See engine.py."""
        self._now.hear(pcm)

    async def finish(self) -> Recognised:
        """See engine.py."""
        return await self._now.finish()

    async def close(self) -> None:
        """See engine.py."""
        await asyncio.gather(*(stream.close() for stream in self._streams.values()))
