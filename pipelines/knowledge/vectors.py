"""Passages as vectors, and how alike to each of them a question is meant."""

import asyncio
import contextlib
import hashlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from loguru import logger

from pipelines.engines.embeddings.engine import Embedder, Floats
from pipelines.knowledge.answer import sentences
from pipelines.knowledge.pages import Chunk

_AT_ONCE = 4  # texts, between which a caller's question goes first
_PAUSE = 1.0  # s before each of these, while calls go on


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
    pause: float = _PAUSE,
) -> PageVectors:
    """From `folder`, where they were kept; else made, and kept there for the next start.

    `quiet` is waited for before each batch, for `pause` seconds at most: on a line that is never
    quiet they are made slowly. Raises EngineError.
    """
    wanted, owners = texts(chunks)
    name = "\n".join((embedder.name, embedder.version, *wanted)).encode("utf-8", "surrogatepass")
    place = folder / f"{hashlib.sha256(name).hexdigest()[:32]}.npy"
    kept = await asyncio.to_thread(_read, place, len(wanted))
    if kept is not None:
        return PageVectors(kept, owners)
    made = []
    for batch in _batches(wanted):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await quiet()
        made.append(await embedder.embed(batch, "passage"))
    vectors = np.concatenate(made)
    await asyncio.to_thread(_keep, place, vectors)
    return PageVectors(vectors, owners)


def _batches(wanted: Sequence[str]) -> Iterator[Sequence[str]]:
    return (wanted[at : at + _AT_ONCE] for at in range(0, len(wanted), _AT_ONCE))


def _read(place: Path, rows: int) -> Floats | None:
    try:
        found = np.load(place, allow_pickle=False)
    except (OSError, ValueError):
        return None
    whole = found.ndim == 2 and len(found) == rows and found.dtype == np.float32
    return found if whole else None


def _keep(place: Path, vectors: Floats) -> None:
    """A crash in the middle leaves no file of that name."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_suffix(".part")
        with part.open("wb") as file:
            np.save(file, vectors)
        part.replace(place)
    except OSError as error:
        logger.warning("vectors of the pages are not kept in {}: {}", place.parent, error)
