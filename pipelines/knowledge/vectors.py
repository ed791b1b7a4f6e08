"""Passages as vectors, and how alike to each of them a question is meant."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipelines.engines.embeddings.engine import Embedder, Floats
from pipelines.engines.embeddings.kept import PAUSE, kept_vectors
from pipelines.knowledge.answer import sentences
from pipelines.knowledge.pages import Chunk


@dataclass(frozen=True, slots=True)
class PageVectors:
    """Of one language: first each passage as a whole, then each of its sentences."""

    vectors: Floats
    owners: tuple[int, ...]  # the passage of each row

    def likeness(self, question: Floats) -> list[float]:
        """Of each passage: the mean of the whole's and of its most alike sentence's."""
        alike = self.vectors @ question
        passages = max(self.owners) + 1
        best = np.full(passages, -1.0, np.float32)
        np.maximum.at(best, list(self.owners[passages:]), alike[passages:])
        found: list[float] = ((alike[:passages] + best) / 2).tolist()
        return found


def texts(chunks: Sequence[Chunk]) -> tuple[list[str], tuple[int, ...]]:
    """What of the passages is made into vectors, and whose each is: see `PageVectors`."""
    found = [(place, f"{_under(chunk)}. {chunk.body}") for place, chunk in enumerate(chunks)]
    found += [
        (place, f"{_under(chunk)}. {sentence}")
        for place, chunk in enumerate(chunks)
        for sentence in sentences(chunk)
    ]
    return [text for _, text in found], tuple(place for place, _ in found)


def _under(chunk: Chunk) -> str:
    return ". ".join(part for part in (chunk.title, chunk.heading) if part)


async def page_vectors(
    chunks: Sequence[Chunk],
    embedder: Embedder,
    folder: Path,
    quiet: Callable[[], Awaitable[None]],
    pause: float = PAUSE,
) -> PageVectors:
    """See `kept_vectors`. Raises EngineError."""
    wanted, owners = texts(chunks)
    vectors = await kept_vectors(wanted, "passage", embedder, folder, quiet, pause)
    return PageVectors(vectors, owners)
