"""Training in a process of its own, and the model kept on disk for the next start.

scikit-learn and scipy cost more memory than an idle assistant has to spare, and are needed for
seconds: they are imported nowhere else.
"""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from loguru import logger

from pipelines.engines.embeddings.engine import Embedder, Floats
from pipelines.engines.embeddings.kept import kept_vectors
from pipelines.engines.worker import Worker
from pipelines.intents.model import Model

_PATIENCE = 1800.0  # s: ten thousand samples take a minute or two
_FORM = "1"  # grows when the same samples give another model
_THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # a core is left to calls


async def kept_model(
    taught: Sequence[tuple[str, str]],
    embedder: Embedder | None,
    folder: Path,
    quiet: Callable[[], Awaitable[None]],
    by_pack: Iterable[Sequence[str]] = (),
) -> Model:
    """From `folder`, where it was kept; else trained, and kept there for the next start.

    `taught` are sentences and their labels; without an embedder their words and letters tell.
    `by_pack` are the same sentences, of each language: their vectors are kept apart, so that who
    changes one language, or adds one, waits for that one. For `quiet` see `kept_vectors`.
    Raises EngineError.
    """
    by = [embedder.name, embedder.version] if embedder else ["letters", ""]
    name = json.dumps([_FORM, *by, [*taught]]).encode()
    place = folder / f"intents-{hashlib.sha256(name).hexdigest()[:32]}.npz"
    kept = await asyncio.to_thread(_read, place)
    if kept is not None:
        return kept
    texts = [text for text, _ in taught]
    vectors = np.zeros((len(taught), 0), np.float32)
    if embedder is not None:
        known = dict[str, Floats]()
        for said in filter(None, by_pack):
            made = await kept_vectors(said, "query", embedder, folder, quiet)
            known.update(zip(said, made, strict=True))
        if rest := [text for text in texts if text not in known]:
            made = await kept_vectors(rest, "query", embedder, folder, quiet)
            known.update(zip(rest, made, strict=True))
        vectors = np.stack([known[text] for text in texts])
    model, _ = await trained(texts, vectors, [label for _, label in taught])
    await asyncio.to_thread(_keep, place, model)
    return model


async def trained(
    texts: list[str], vectors: Floats, labels: list[str],
    *, written: bool = True, left_out: bool = False,
) -> tuple[Model, Floats]:  # fmt: skip
    """The model, see `train`; with `left_out` what models say of samples that they had not seen.

    Raises EngineError.
    """
    told = json.dumps([texts, labels]).encode()
    worker = await Worker.start(
        "pipelines.intents.training_worker", env=_THREADS, deadline=_PATIENCE
    )
    try:
        reply = await worker.ask(
            {"do": "train", "texts": len(told), "written": written, "left_out": left_out},
            told + np.ascontiguousarray(vectors, np.float32).tobytes(),
        )
    finally:
        await worker.close()
    model = Model.from_bytes(reply.payload[: reply.header["model"]])
    rest = np.frombuffer(reply.payload[reply.header["model"] :], np.float32)
    return model, rest.reshape(-1, len(model.labels))


def _read(place: Path) -> Model | None:
    try:
        return Model.from_bytes(place.read_bytes())
    except (OSError, ValueError):
        return None


def _keep(place: Path, model: Model) -> None:
    """A crash in the middle leaves no file of that name."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_suffix(".part")
        part.write_bytes(model.to_bytes())
        part.replace(place)
    except OSError as error:
        logger.warning("the model of intents is not kept in {}: {}", place.parent, error)
