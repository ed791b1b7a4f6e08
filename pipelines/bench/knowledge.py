"""What the knowledge base finds, and what it takes for an answer that is none."""

import json
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.bench.row import Row
from pipelines.knowledge import Knowledge
from pipelines.packs.reader import load
from pipelines.settings import Settings


@dataclass(frozen=True, slots=True)
class Score:
    """Shares of the questions in `prompts/<language>/questions.toml` about the example pages.

    `first`: the right section is the best one found; `answered`: it is among those that are said
    to answer; `wrongly`: of the questions that no page answers, those that were said to be.
    """

    questions: int
    others: int
    first: float
    answered: float
    wrongly: float


def measure(knowledge: Knowledge, language: str, prompts: Path) -> Score:
    """The score of a knowledge base that holds the example pages."""
    asked = tomllib.loads((prompts / language / "questions.toml").read_text(encoding="utf-8"))
    answers = [(f"{language}/{s}", q) for s, qs in asked["answers"].items() for q in qs]
    first = sum(
        any(f.chunk.source == s for f in knowledge.search(q, language, 1)) for s, q in answers
    )
    found = sum(any(p.source == s for p in knowledge.ask(q, language)) for s, q in answers)
    others = asked["elsewhere"]
    wrongly = sum(bool(knowledge.ask(q, language)) for q in others)
    n = len(answers)
    return Score(n, len(others), first / n, found / n, wrongly / len(others))


def run(settings: Settings) -> Iterator[Row]:
    """The rows: on the example pages, whatever pages the operator has."""
    config = load(settings.prompts)
    knowledge = Knowledge.read(Path(), settings.prompts, least=settings.knowledge_least, own=False)
    for code in (c for c in config.packs if (settings.prompts / c / "questions.toml").exists()):
        score = measure(knowledge, code, settings.prompts)
        n = f"{score.questions} questions"
        yield Row(f"{code}: right section found first", [100 * score.first], "%", note=n)
        yield Row(f"{code}: said to answer, rightly", [100 * score.answered], "%", note=n)
        n = f"{score.others} questions"
        yield Row(f"{code}: said to answer, wrongly", [100 * score.wrongly], "%", note=n)
    yield _strangers(settings, knowledge)
    yield _speed(knowledge)


def _strangers(settings: Settings, knowledge: Knowledge) -> Row:
    clinc = settings.data / "clinc150" / "data.json"
    what = "en: said to answer what is none of our business"
    if not clinc.exists():
        return Row(what, [], "%", note=f"no {clinc}: WAXTAAN_DATA")
    data = json.loads(clinc.read_text(encoding="utf-8"))
    asked = [text for part, rows in data.items() if part.startswith("oos") for text, _ in rows]
    taken = sum(bool(knowledge.ask(text, "en")) for text in asked)
    note = f"{taken} of {len(asked)} sentences of CLINC150"
    return Row(what, [100 * taken / len(asked)], "%", note=note)


def _speed(knowledge: Knowledge) -> Row:
    took = []
    for _ in range(200):
        began = time.perf_counter()
        knowledge.ask("how much does a call to turkey cost per minute", "en")
        took.append(1000 * (time.perf_counter() - began))
    return Row("a question", took, "ms", note=f"{knowledge.sizes['en']} passages")
