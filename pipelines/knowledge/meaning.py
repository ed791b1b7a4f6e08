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

    async def _learnt(self, code: str, quiet: Callable[[], Awaitable[None]]) -> bool:
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
