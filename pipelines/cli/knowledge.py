"""`waxtaan knowledge ask`: what the knowledge base has on a question, and whether it is enough."""

import json

from rich.console import Console

from pipelines.cli.errors import WRONG_USAGE, fail
from pipelines.knowledge import Found, Knowledge
from pipelines.packs.reader import load
from pipelines.settings import Settings

_OUT = Console(highlight=False)


def ask(text: str, language: str, as_json: bool) -> None:
    """The best passages for a question, best first, each with the share of it that it covers."""
    settings = Settings()
    packs = load(settings.prompts).packs
    if language not in packs:
        fail(f"no language '{language}'; there are {', '.join(packs)}", WRONG_USAGE)
    fallbacks = {c: p.language.fallback.code for c, p in packs.items() if p.language.fallback}
    least = settings.knowledge_least
    knowledge = Knowledge.read(
        settings.knowledge,
        settings.prompts,
        fallbacks=fallbacks,
        least=least,
        sure=settings.knowledge_sure,
    )
    answer = knowledge.ask(text, language, settings.knowledge_passages)
    found = knowledge.search(text, answer[0].language if answer else language)
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
    for f in found:
        mark = "+" if f.share >= least else "-"
        _OUT.print(f"{mark} {f.share:.2f}  {f.chunk.source}", markup=False)
        _OUT.print(f"  {f.chunk.text}", markup=False)
    if alone:
        verdict = f"would be answered, without a language model: {' '.join(alone)}"
    elif answer:
        verdict = "would be answered, in a language model's words"
    else:
        verdict = f"not in there: nothing covers {least:.2f} of it"
    _OUT.print(verdict, markup=False)


def _row(found: Found) -> dict[str, object]:
    chunk = found.chunk
    return {
        "source": chunk.source,
        "share": round(found.share, 3),
        "rank": round(found.rank, 2),
        "text": chunk.text,
    }


def _sizes(knowledge: Knowledge) -> str:
    return ", ".join(f"{code} {n} passages" for code, n in knowledge.sizes.items()) or "none"
