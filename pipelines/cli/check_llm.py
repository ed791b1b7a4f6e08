"""`waxtaan check llm`: one turn and one answer in every language, asked of the servers that run."""

import time
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from agent.events import Passage, Usage
from agent.gate import check as gate
from pipelines.engines.llm.by_language import ByLanguage
from pipelines.engines.llm.engine import EngineError, Question
from pipelines.knowledge import Knowledge
from pipelines.knowledge.grounded_model import knowledge, language_of, open_grounded_model
from pipelines.knowledge.sheet import sheets
from pipelines.packs.reader import DialogueConfig
from pipelines.settings import Settings

_OUT = Console(highlight=False)
_LISTS = 2.0  # s, for a server to say what it serves


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one language: what to show, and what is wrong."""

    shown: tuple[str, str]
    problems: tuple[str, ...]


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
        tried = await _try(grounded.model, config, pages, code)
        table.add_row(code, *tried.shown)
        problems += tried.problems
    await grounded.model.close()
    _OUT.print(table)
    return problems


async def _try(model: ByLanguage, config: DialogueConfig, pages: Knowledge, code: str) -> Tried:
    chunks = pages.chunks(code)
    asked = chunks[0].heading or chunks[0].title if chunks else "?"
    began = time.perf_counter()
    problems = []
    try:
        headings = pages.headings(asked, code, 4)
        turn = Question(asked, code, "open", tuple(config.flows), pages=headings)
        proposal = await model.interpret(turn)
        took = time.perf_counter() - began
        names = ", ".join(str(c["command"]) for c in proposal.commands)
        first = f"{names}: {proposal.prompt_tokens}+{proposal.answer_tokens} tokens, {took:.1f} s"
    except EngineError as error:
        first, problems = "failed", [f"{code}: a turn: {error}"]
    if not chunks:
        return Tried((first, "no pages"), tuple(problems))
    passage = Passage(chunks[0].source, chunks[0].text, 1.0, code)
    began, used = time.perf_counter(), list[Usage]()
    try:
        said = [text async for text in model.compose(asked, code, [passage], None, used.append)]
    except EngineError as error:
        return Tried((first, "failed"), (*problems, f"{code}: an answer: {error}"))
    took = time.perf_counter() - began
    rules = config.packs[code].language.gate
    refused = [
        verdict.reason
        for text in said
        if not (
            verdict := gate(
                text, (passage.text,), code, language_of=language_of(text, code), rules=rules
            )
        ).ok
    ]
    if not said:
        problems.append(f"{code}: no answer to '{asked}' from its own page {passage.source}")
    if refused:
        problems.append(f"{code}: the gate would not let its answer be said ({', '.join(refused)})")
    tokens = f"{used[0].prompt_tokens}+{used[0].answer_tokens} tokens, " if used else ""
    return Tried((first, f"{len(said)} sentences: {tokens}{took:.1f} s"), tuple(problems))
