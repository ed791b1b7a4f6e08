"""`waxtaan knowledge ask`: what the knowledge base has on a question, and whether it is enough."""

import asyncio
import json

from rich.console import Console

from pipelines.cli.errors import MISSING, fail, no_language
from pipelines.engine_choice.embeddings import EmbeddingsChoice, choose_embeddings
from pipelines.engines.embeddings.engine import Floats
from pipelines.errors import EngineError
from pipelines.knowledge import Found, Knowledge
from pipelines.knowledge.grounded_model import knowledge as read_pages
from pipelines.knowledge.meaning import open_meaning
from pipelines.packs.reader import load
from pipelines.settings import Settings

_OUT = Console(highlight=False, markup=False)
_PATIENCE = 30.0  # s; no caller waits


def ask(text: str, language: str, as_json: bool) -> None:
    """The best passages for a question, best first, each with the share of it that it covers."""
    settings = Settings()
    config = load(settings.prompts, settings.languages)
    if language not in config.packs:
        no_language(language, config.packs, settings.prompts)
    least = settings.knowledge_least
    knowledge = read_pages(settings, config)
    try:
        choice = choose_embeddings(settings)
    except EngineError as error:
        fail(str(error), MISSING)
    vector = asyncio.run(_vector(text, settings, choice, knowledge))
    answer = knowledge.ask(text, language, settings.knowledge_passages, vector)
    found = knowledge.search(text, answer[0].language if answer else language, vector=vector)
    alone = answer[0].answer if answer else ()
    if as_json:
        row = {
            "answered": bool(answer),
            "answer": list(alone),
            "least": least,
            "passages": [_row(f) for f in found],
        }
        print(json.dumps(row, ensure_ascii=False))
        return
    own = settings.knowledge.is_dir()
    _OUT.print(f"Pages: {settings.knowledge if own else 'the examples'}; {_sizes(knowledge)}")
    if vector is None:
        _OUT.print(f"Found by words alone: {choice.why}")
    for f in found:
        mark = "+" if knowledge.may_answer(f) else "-"
        probable = "" if f.probability is None else f", answers with {f.probability:.2f}"
        _OUT.print(f"{mark} {f.share:.2f}{probable}  {f.chunk.source}")
        _OUT.print(f"  {f.chunk.text}")
    if alone:
        verdict = f"would be answered, without a language model: {' '.join(alone)}"
    elif answer:
        verdict = "would be answered, in a language model's words"
    else:
        verdict = f"not in there: nothing covers {least:.2f} of it"
        if vector is not None:
            verdict += f", or answers it with {settings.knowledge_least_probable:.2f}"
    _OUT.print(verdict)


async def _vector(
    text: str, settings: Settings, choice: EmbeddingsChoice, knowledge: Knowledge
) -> Floats | None:
    if choice.engine == "none":
        return None
    patient = settings.model_copy(update={"embeddings_patience": _PATIENCE})
    meaning = open_meaning(patient, choice, knowledge)
    assert meaning is not None
    meaning.begin()
    await meaning.ready()
    try:
        return await knowledge.vector(text)
    finally:
        await meaning.close()


def _row(found: Found) -> dict[str, object]:
    chunk = found.chunk
    return {
        "source": chunk.source,
        "share": round(found.share, 3),
        "rank": round(found.rank, 2),
        "probability": None if found.probability is None else round(found.probability, 3),
        "text": chunk.text,
    }


def _sizes(knowledge: Knowledge) -> str:
    return ", ".join(f"{code} {n} passages" for code, n in knowledge.sizes.items()) or "none"
