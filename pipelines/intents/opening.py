"""The classifier, opened: for calls, and for who judges sentences without a call."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pipelines.engine_choice.embeddings import EmbeddingsChoice, choose_embeddings, open_embeddings
from pipelines.engines.embeddings.engine import Embedder
from pipelines.intents.classifier import IntentClassifier, Judge
from pipelines.packs.reader import DialogueConfig
from pipelines.settings import Settings

_PATIENT = 60.0  # s: nobody waits on the line


@asynccontextmanager
async def open_intents(
    settings: Settings, config: DialogueConfig, patience: float = _PATIENT
) -> AsyncIterator[IntentClassifier | None]:
    """Taught and ready, by letters alone where there are no weights; None where it is off.

    Raises:
        EngineError: the engine that is configured by name cannot be had, or does not start.
    """
    if settings.intents == "none":
        yield None
        return
    embedder = open_embeddings(await asyncio.to_thread(choose_embeddings, settings))
    intents = IntentClassifier(embedder, config.packs, settings.cache / "embeddings", patience)
    try:
        await intents.learn_letters()
        if embedder is not None:
            await embedder.start()
            await intents.learn_meaning(_at_once)
        yield intents
    finally:
        await intents.close()
        if embedder is not None:
            await embedder.close()


def expected_judge(settings: Settings, choice: EmbeddingsChoice) -> Judge:
    """Who will tell what turns may want, once it has been learnt."""
    if settings.intents == "none":
        return "nearest sample"
    return "letters" if choice.engine == "none" else "meaning and letters"


def begin_intents(
    settings: Settings, config: DialogueConfig, embedder: Embedder | None
) -> IntentClassifier | None:
    """For calls: learning letters in the background; None where it is off.

    Whoever starts the embedder has meaning learnt, too.
    """
    if settings.intents == "none":
        return None
    folder, patience = settings.cache / "embeddings", settings.intents_patience
    intents = IntentClassifier(embedder, config.packs, folder, patience)
    intents.begin()
    return intents


async def _at_once() -> None:
    """No call waits."""
