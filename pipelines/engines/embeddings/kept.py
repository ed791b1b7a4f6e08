"""Vectors of texts that are the same at every start, made once and kept on disk."""

import asyncio
import contextlib
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import numpy as np
from loguru import logger

from pipelines.engines.embeddings.engine import Embedder, Floats, Kind

_AT_ONCE = 4  # texts, between which a caller's question goes first
PAUSE = 1.0  # s before each of these, while calls go on


async def kept_vectors(
    texts: Sequence[str],
    kind: Kind,
    embedder: Embedder,
    folder: Path,
    quiet: Callable[[], Awaitable[None]],
    pause: float = PAUSE,
) -> Floats:
    """From `folder`, where they were kept; else made, and kept there for the next start.

    `quiet` is waited for before each batch, for `pause` seconds at most: on a line that is never
    quiet they are made slowly. Raises EngineError.
    """
    name = "\n".join((embedder.name, embedder.version, *texts)).encode("utf-8", "surrogatepass")
    place = folder / f"{hashlib.sha256(name).hexdigest()[:32]}.npy"
    kept = await asyncio.to_thread(_read, place, len(texts))
    if kept is not None:
        return kept
    made = []
    for at in range(0, len(texts), _AT_ONCE):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await quiet()
        made.append(await embedder.embed(texts[at : at + _AT_ONCE], kind))
    vectors = np.concatenate(made)
    await asyncio.to_thread(_keep, place, vectors)
    return vectors


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
        logger.warning("vectors are not kept in {}: {}", place.parent, error)
