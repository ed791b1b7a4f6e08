"""The classifier for who judges sentences without a call: the command line, the benchmarks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pipelines.engine_choice.embeddings import choose_embeddings, open_embeddings
from pipelines.intents.classifier import IntentClassifier
from pipelines.packs.reader import DialogueConfig
from pipelines.settings import Settings

_PATIENT = 60.0  # s: nobody waits on the line


@asynccontextmanager
async def open_intents(
    settings: Settings, config: DialogueConfig
) -> AsyncIterator[IntentClassifier | None]:
    """Taught and ready; None where there are no weights for it, or none are wanted.

    Raises:
        EngineError: the engine that is configured by name cannot be had, or does not start.
    """
    embedder = open_embeddings(await asyncio.to_thread(choose_embeddings, settings))
    if embedder is None:
        yield None
        return
    intents = IntentClassifier(embedder, config.packs, settings.cache / "embeddings", _PATIENT)
    try:
        await embedder.start()
        await intents.learn(_at_once)
        yield intents
    finally:
        await intents.close()
        await embedder.close()


async def _at_once() -> None:
    """No call waits."""
