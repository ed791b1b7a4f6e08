"""What a call in writing needs: all that calls share (`pipelines/assistant.py`) but the sound.

What is there and what is missing is told, since an answer may be another without it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from pipelines.assistant import back_office
from pipelines.backoffice.protocol import BackOffice
from pipelines.engine_choice.embeddings import EmbeddingsChoice, choose_embeddings
from pipelines.intents.classifier import IntentClassifier, judge
from pipelines.knowledge import Knowledge
from pipelines.knowledge.grounded_model import GroundedModel, knowledge, open_grounded_model
from pipelines.knowledge.meaning import open_meaning
from pipelines.packs.line_languages import offered
from pipelines.packs.reader import DialogueConfig, load
from pipelines.settings import Settings

_PATIENT = 30.0  # s for the meaning of a turn: nobody waits on the line


@dataclass(frozen=True, slots=True)
class Parts:
    """Opened with `open_parts`; `told` says in sentences what is used and what is missing."""

    config: DialogueConfig
    back_office: BackOffice
    knowledge: Knowledge
    grounded_model: GroundedModel | None
    intents: IntentClassifier | None
    told: tuple[str, ...]
    offered: tuple[str, ...] = ()  # languages with a key


@asynccontextmanager
async def open_parts(settings: Settings) -> AsyncIterator[Parts]:
    """Everything loaded and learnt.

    Raises:
        EngineError, ConfigurationError: naming what is missing.
    """
    config = load(settings.prompts, settings.languages)
    async with AsyncExitStack() as opened:
        office = back_office(settings)
        opened.push_async_callback(office.close)
        pages = knowledge(settings, config)
        choice = await asyncio.to_thread(choose_embeddings, settings)
        intents = await _intents(settings, config, pages, choice, opened)
        grounded_model = await open_grounded_model(settings, config, pages)
        if grounded_model is not None:
            opened.push_async_callback(grounded_model.model.close)
        told = (
            _office(settings),
            _pages(settings, pages),
            _meaning(choice, intents),
            _model(settings),
        )
        keyed = offered(settings.greeting_languages, settings.languages)
        yield Parts(config, office, pages, grounded_model, intents, told, keyed)


async def _intents(
    settings: Settings,
    config: DialogueConfig,
    pages: Knowledge,
    choice: EmbeddingsChoice,
    opened: AsyncExitStack,
) -> IntentClassifier | None:
    """What turns may want, learnt; the pages' meaning as well, where it can be had."""
    patient = settings.model_copy(update={"embeddings_patience": _PATIENT})
    meaning = open_meaning(patient, choice, pages)
    embedder = meaning.embedder if meaning is not None else None
    intents = None
    if settings.intents != "none":
        folder = settings.cache / "embeddings"
        intents = IntentClassifier(embedder, config.packs, folder, _PATIENT)
        opened.push_async_callback(intents.close)
        await intents.learn_letters()
    if meaning is not None:
        opened.push_async_callback(meaning.close)
        meaning.begin(first=intents.learn_meaning if intents else None)
        await meaning.ready()
    return intents


def _office(settings: Settings) -> str:
    if settings.back_office == "demo":
        return (
            "Back office: the demonstration's invented customers, 770001234 with code 4821 first."
        )
    return f"Back office: {settings.back_office_url}."


def _pages(settings: Settings, pages: Knowledge) -> str:
    count = ", ".join(f"{code} {n}" for code, n in pages.sizes.items()) or "none"
    whose = settings.knowledge if settings.knowledge.is_dir() else "the examples"
    return f"Pages: {whose}; passages: {count}."


def _meaning(choice: EmbeddingsChoice, intents: IntentClassifier | None) -> str:
    who = judge(intents)
    if who == "meaning and letters":
        return f"What turns may want is judged by {who}: {choice.why}."
    return f"What turns may want is judged by {who} alone ({choice.why})."


def _model(settings: Settings) -> str:
    if settings.llm == "none":
        return "Language model: none is configured."
    return f"Language model: {settings.llm_model or 'the first one'} at {settings.llm_urls[0]}."
