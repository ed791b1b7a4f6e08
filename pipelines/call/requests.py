"""What the dialogue asked for and waits for: back office, knowledge base, language model.

Answers are events.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing
from typing import Protocol, TypeAlias

from loguru import logger

from agent.actions import Compose, Fetch, Interpret, Retrieve
from agent.events import (
    NOT_KNOWN,
    Composed,
    Event,
    Failed,
    Fetched,
    Interpreted,
    Passage,
    Retrieved,
    Usage,
)
from pipelines.backoffice.protocol import BackOffice, NotFound, Unavailable
from pipelines.engines.llm.engine import Question
from pipelines.errors import EngineError
from pipelines.knowledge.grounded_model import GroundedModel, KnowledgeBase

HEADINGS = 4  # sections that the language model may name as what a question is about

Request: TypeAlias = Fetch | Retrieve | Interpret | Compose


class Clock(Protocol):
    """What the events of a call are stamped with."""

    @property
    def seconds(self) -> float:
        """Since the call began."""
        ...


class Requests:
    """One call's open requests, by number. Each is answered by events, or abandoned."""

    def __init__(
        self,
        back_office: BackOffice,
        knowledge: KnowledgeBase | None,
        grounded_model: GroundedModel | None,
        clock: Clock,
        happen: Callable[[Event], None],
    ) -> None:
        self._back_office = back_office
        self._knowledge = knowledge
        self._grounded_model = grounded_model
        self._clock = clock
        self._happen = happen
        self._open: dict[int, asyncio.Task[None]] = {}

    def ask(self, action: Request) -> None:
        """Start on a request."""
        task = asyncio.create_task(self.answer(action))
        self._open[action.request] = task
        task.add_done_callback(lambda _: self._open.pop(action.request, None))

    async def answer(self, action: Request) -> None:
        """See to a request; returns when all that answers it has happened.

        One that fails is an event, whatever it fails of: nobody is left waiting.
        """
        try:
            await self._work(action)
        except (Unavailable, EngineError) as error:
            logger.warning("{}: {}", type(action).__name__.lower(), error)
            self._fail(action.request, str(error))
        except Exception as error:
            logger.exception("a bug in '{}'", type(action).__name__.lower())
            self._fail(action.request, type(error).__name__)

    async def _work(self, action: Request) -> None:
        match action:
            case Fetch():
                await self._fetch(action)
            case Retrieve():
                await self._retrieve(action)
            case _ if self._grounded_model is None:
                self._fail(action.request, "no language model is configured")
            case Interpret():
                await self._interpret(action, self._grounded_model)
            case Compose():
                await self._compose(action, self._grounded_model)

    def abandon(self, request: int) -> None:
        """The answer is no longer wanted."""
        if task := self._open.pop(request, None):
            task.cancel()

    def close(self) -> None:
        """No answer is wanted any more."""
        for request in list(self._open):
            self.abandon(request)

    async def _fetch(self, fetch: Fetch) -> None:
        try:
            value = await self._back_office.fetch(fetch.name, fetch.arguments)
        except NotFound:
            value = {"not_found": True}
        at = self._clock.seconds
        self._happen(Fetched(at, fetch.request, fetch.name, fetch.arguments, value))

    async def _retrieve(self, ask: Retrieve) -> None:
        found: tuple[Passage, ...] = ()
        if (knowledge := self._knowledge) is not None:
            vector = await knowledge.vector(ask.question)
            found = knowledge.ask(ask.question, ask.language, vector=vector)
        self._happen(Retrieved(self._clock.seconds, ask.request, found))

    async def _interpret(self, ask: Interpret, grounded_model: GroundedModel) -> None:
        pages = grounded_model.knowledge.headings(ask.text, ask.language, HEADINGS)
        question = Question(
            ask.text, ask.language, ask.question, ask.flows, ask.slots, pages, ask.before
        )
        began = time.monotonic()
        proposal = await grounded_model.model.interpret(question)
        took = round(1000 * (time.monotonic() - began))
        used = Usage(proposal.model, proposal.prompt_tokens, proposal.answer_tokens, took)
        at, sure = self._clock.seconds, round(proposal.confidence, 3)
        self._happen(Interpreted(at, ask.request, proposal.commands, sure, used))

    async def _compose(self, ask: Compose, grounded_model: GroundedModel) -> None:
        knowledge, most = grounded_model.knowledge, grounded_model.passages
        named = knowledge.section(ask.page) if ask.page else ()
        vector = await knowledge.vector(ask.question)
        others = knowledge.ask(ask.question, ask.language, most, vector)
        passages = (*named, *(p for p in others if p.source != ask.page))[:most]
        if not passages:
            self._fail(ask.request, NOT_KNOWN)
            return
        self._happen(Retrieved(self._clock.seconds, ask.request, passages))
        spent: list[Usage] = []
        answer = grounded_model.model.compose(
            ask.question, ask.language, passages, None, spent.append
        )
        async with aclosing(answer) as sentences:
            async for text in sentences:
                at = self._clock.seconds
                language = grounded_model.language_of(text, ask.language)
                self._happen(Composed(at, ask.request, text, last=False, language=language))
        usage = spent[0] if spent else None
        self._happen(Composed(self._clock.seconds, ask.request, "", last=True, usage=usage))

    def _fail(self, request: int, reason: str) -> None:
        self._happen(Failed(self._clock.seconds, request, reason))
