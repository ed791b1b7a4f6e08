"""`waxtaan check llm`: one turn and one answer in every language, asked of the servers that run."""

import time
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from agent.events import Passage, Usage
from agent.grounding.gate import check as gate
from pipelines.engines.llm.by_language import ByLanguage
from pipelines.engines.llm.engine import EngineError, Question
from pipelines.knowledge import Knowledge
from pipelines.knowledge.grounded_model import knowledge, language_of, open_grounded_model
from pipelines.knowledge.sheet import sheets
from pipelines.packs.reader import DialogueConfig
from pipelines.settings import Settings

_OUT = Console(highlight=False, markup=False)
_LISTS = 2.0  # s, for a server to say what it serves


@dataclass(frozen=True, slots=True)
class Turn:
    """What a model took a question for."""

    commands: tuple[str, ...]  # each with what it names: "start_flow bill"
    confidence: float
    tokens: tuple[int, int]  # read, written
    took: float  # s


@dataclass(frozen=True, slots=True)
class Answer:
    """What it said: each sentence with the gate's reason against it, "" where it may be said."""

    sentences: tuple[tuple[str, str], ...]
    tokens: tuple[int, int]
    took: float

    @property
    def refused(self) -> tuple[str, ...]:
        """The gate's reasons."""
        return tuple(reason for _, reason in self.sentences if reason)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one language; the error where nothing did. `source` is "" without pages."""

    language: str
    asked: str
    source: str
    turn: Turn | EngineError
    answer: Answer | EngineError | None

    @property
    def failures(self) -> list[str]:
        """What was not answered at all."""
        parts = (("a turn", self.turn), ("an answer", self.answer))
        return [
            f"{self.language}: {what}: {each}"
            for what, each in parts
            if isinstance(each, EngineError)
        ]

    @property
    def problems(self) -> list[str]:
        """All that is wrong."""
        found, code = self.failures, self.language
        if isinstance(self.answer, Answer):
            if not self.answer.sentences:
                found.append(f"{code}: no answer to '{self.asked}' from its own page {self.source}")
            if reasons := ", ".join(self.answer.refused):
                found.append(f"{code}: the gate would not let its answer be said ({reasons})")
        return found

    @property
    def cells(self) -> tuple[str, str]:
        """In a table: the turn, the answer."""
        turn, answer = "failed", "failed"
        if isinstance(self.turn, Turn):
            turn = f"{', '.join(self.turn.commands)}: {_spent(self.turn.tokens, self.turn.took)}"
        if isinstance(self.answer, Answer):
            spent = _spent(self.answer.tokens, self.answer.took)
            answer = f"{len(self.answer.sentences)} sentences: {spent}"
        return turn, "no pages" if self.answer is None else answer


def _spent(tokens: tuple[int, int], took: float) -> str:
    counted = f"{tokens[0]}+{tokens[1]} tokens, " if any(tokens) else ""
    return f"{counted}{took:.1f} s"


def show_sheet(settings: Settings, config: DialogueConfig) -> None:
    """The transparency sheet."""
    heads = ("language", "model", "adapter", "revision", "licence", "training", "endpoints")
    table = Table(*heads, title="Who words answers")
    for sheet in sheets(settings, config.packs):
        table.add_row(
            *(sheet.language, sheet.model, sheet.adapter, sheet.revision, sheet.licence),
            *(sheet.training, " ".join(sheet.endpoints)),
        )
    _OUT.print(table)


async def unanswering(model: ByLanguage) -> list[str]:
    """The servers that do not answer, and how that shows."""
    found = []
    for endpoint in (endpoint for each in model.all for endpoint in each.endpoints):
        try:
            await endpoint.models(within=_LISTS)
        except EngineError as error:
            found.append(f"language model: {error}")
    return found


async def try_llm(settings: Settings, config: DialogueConfig) -> list[str]:
    """Ask, show, and say what is wrong."""
    if settings.llm == "none":
        return ["no language model is configured: set WAXTAAN_LLM=vllm and WAXTAAN_LLM_URLS"]
    show_sheet(settings, config)
    try:
        pages = knowledge(settings, config)
        grounded = await open_grounded_model(settings, config, pages)
    except EngineError as error:
        return [str(error)]
    assert grounded is not None
    problems = await unanswering(grounded.model)
    table = Table("language", "a turn", "an answer", title="One live question each")
    for code in config.packs if not problems else ():
        tried = await ask_once(grounded.model, config, pages, code)
        table.add_row(code, *tried.cells)
        problems += tried.problems
    await grounded.model.close()
    _OUT.print(table)
    return problems


async def ask_once(model: ByLanguage, config: DialogueConfig, pages: Knowledge, code: str) -> Tried:
    """A turn and an answer about the first section of a language's pages."""
    chunks = pages.chunks(code)
    asked = chunks[0].heading or chunks[0].title if chunks else "?"
    turn = await _turn(model, asked, code, config, pages)
    if not chunks:
        return Tried(code, asked, "", turn, None)
    passage = Passage(chunks[0].source, chunks[0].text, 1.0, code)
    answer = await _answer(model, asked, passage, config)
    return Tried(code, asked, passage.source, turn, answer)


async def _turn(
    model: ByLanguage, asked: str, code: str, config: DialogueConfig, pages: Knowledge
) -> Turn | EngineError:
    began = time.perf_counter()
    headings = pages.headings(asked, code, 4)
    question = Question(asked, code, "open", tuple(config.flows), pages=headings)
    try:
        found = await model.interpret(question)
    except EngineError as error:
        return error
    names = tuple(" ".join(filter(None, command.values())) for command in found.commands)
    tokens = (found.prompt_tokens, found.answer_tokens)
    return Turn(names, found.confidence, tokens, time.perf_counter() - began)


async def _answer(
    model: ByLanguage, asked: str, passage: Passage, config: DialogueConfig
) -> Answer | EngineError:
    began, used, code = time.perf_counter(), list[Usage](), passage.language
    try:
        said = [text async for text in model.compose(asked, code, [passage], None, used.append)]
    except EngineError as error:
        return error
    took = time.perf_counter() - began
    rules = config.packs[code].language.gate

    def refused(text: str) -> str:
        of = language_of(text, code)
        return gate(text, (passage.text,), code, language_of=of, rules=rules).reason

    tokens = (used[0].prompt_tokens, used[0].answer_tokens) if used else (0, 0)
    return Answer(tuple((text, refused(text)) for text in said), tokens, took)
