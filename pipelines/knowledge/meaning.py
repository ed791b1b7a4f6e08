"""Likeness of meaning for a knowledge base: its pages as vectors, made once; questions as asked.

All of it begins beside the calls. Until a language's pages are ready, and whenever a question's
vector is not there in time, words alone decide; nobody waits for longer than `patience`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

from loguru import logger

from pipelines.engine_choice.embeddings import EmbeddingsChoice, open_embeddings
from pipelines.engines.embeddings.engine import Embedder, Floats
from pipelines.errors import EngineError
from pipelines.knowledge.base import Knowledge
from pipelines.knowledge.vectors import page_vectors
from pipelines.settings import Settings

_TRIES = 3  # a worker that died is started again

Quiet: TypeAlias = Callable[[], Awaitable[None]]
Learn: TypeAlias = Callable[[Quiet], Awaitable[None]]


async def _at_once() -> None:
    """Nothing is waited for."""


class Meaning:
    """An engine at the service of a knowledge base.

    Args:
        embedder: not started yet.
        knowledge: that learns from it.
        folder: keeps the pages' vectors from one start to the next.
        patience: s, for a question's vector.
    """

    def __init__(
        self, embedder: Embedder, knowledge: Knowledge, folder: Path, patience: float
    ) -> None:
        self.embedder = embedder
        self._knowledge = knowledge
        self._folder = folder
        self._patience = patience
        self._beginning: asyncio.Task[None] | None = None
        knowledge.embed = self.vector

    async def vector(self, question: str) -> Floats | None:
        """None where it is not there in time, or the engine is not."""
        try:
            async with asyncio.timeout(self._patience):
                vector: Floats = (await self.embedder.embed([question]))[0]
        except (EngineError, TimeoutError):
            return None
        return vector

    def begin(self, quiet: Quiet = _at_once, first: Learn | None = None) -> None:
        """Start the engine and learn the pages, in the background; `quiet` is waited for often.

        `first` learns by the started engine before the pages are.
        """
        self._beginning = asyncio.create_task(self._begin(quiet, first), name="pages' vectors")

    async def ready(self) -> None:
        """Wait until that is done, however it went."""
        if self._beginning is not None:
            await asyncio.wait([self._beginning])

    async def close(self) -> None:
        """End the engine."""
        if self._beginning is not None:
            self._beginning.cancel()
            await asyncio.gather(self._beginning, return_exceptions=True)
        await self.embedder.close()

    async def _begin(self, quiet: Quiet, first: Learn | None) -> None:
        try:
            await self.embedder.start()
        except EngineError as error:
            logger.warning("pages are found by their words alone: {}", error)
            return
        if first is not None:
            try:
                await first(quiet)
            except EngineError as error:
                logger.warning("what turns mean is told by their words alone: {}", error)
        for code in self._knowledge.sizes:
            for _ in range(_TRIES):
                if await self._learnt(code, quiet):
                    break

    async def _learnt(self, code: str, quiet: Quiet) -> bool:
        chunks = self._knowledge.chunks(code)
        try:
            vectors = await page_vectors(chunks, self.embedder, self._folder, quiet)
        except EngineError as error:
            logger.warning("pages of '{}' are found by their words alone: {}", code, error)
            return False
        self._knowledge.learn(code, vectors)
        return True


def open_meaning(
    settings: Settings, choice: EmbeddingsChoice, knowledge: Knowledge
) -> Meaning | None:
    """To be begun; None without an engine."""
    embedder = open_embeddings(choice)
    if embedder is None:
        if settings.embeddings != "none":
            logger.info("pages are found by their words alone: {}", choice.why)
        return None
    folder = settings.cache / "embeddings"
    return Meaning(embedder, knowledge, folder, settings.embeddings_patience)
