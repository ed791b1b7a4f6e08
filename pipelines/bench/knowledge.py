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

    `first`: the right section is the best one found; `answered`: it is among those that an answer
    may rest on; `wrongly`: of the questions that no page answers, those that found such a passage.
    `alone` and `misled`: answered by a section's own sentences, with no language model, by the
    right section or by another; `invented`: so answered, of those that no page answers.
    """

    questions: int
    others: int
    first: float
    answered: float
    wrongly: float
    alone: float
    misled: float
    invented: float


def measure(knowledge: Knowledge, language: str, prompts: Path) -> Score:
    """The score of a knowledge base that holds the example pages."""
    asked = tomllib.loads((prompts / language / "questions.toml").read_text(encoding="utf-8"))
    answers = [(f"{language}/{s}", q) for s, qs in asked["answers"].items() for q in qs]
    first = sum(
        any(f.chunk.source == s for f in knowledge.search(q, language, 1)) for s, q in answers
    )
    found = sum(any(p.source == s for p in knowledge.ask(q, language)) for s, q in answers)
    told = [(s, _told(knowledge, q, language)) for s, q in answers]
    right = sum(source == s for s, source in told)
    wrong = sum(source not in ("", s) for s, source in told)
    others = asked["elsewhere"]
    wrongly = sum(bool(knowledge.ask(q, language)) for q in others)
    invented = sum(bool(_told(knowledge, q, language)) for q in others)
    n, m = len(answers), len(others)
    return Score(n, m, first / n, found / n, wrongly / m, right / n, wrong / n, invented / m)


def _told(knowledge: Knowledge, question: str, language: str) -> str:
    """The section whose own sentences are told a caller; "" where none is sure."""
    found = knowledge.ask(question, language, 1)
    return found[0].source if found and found[0].answer else ""


def run(settings: Settings) -> Iterator[Row]:
    """The rows: on the example pages, whatever pages the operator has."""
    config = load(settings.prompts)
    knowledge = Knowledge.read(
        Path(),
        settings.prompts,
        least=settings.knowledge_least,
        sure=settings.knowledge_sure,
        own=False,
    )
    for code in (c for c in config.packs if (settings.prompts / c / "questions.toml").exists()):
        score = measure(knowledge, code, settings.prompts)
        n = f"{score.questions} questions of the makers"
        yield Row(f"{code}: right section found first", [100 * score.first], "%", note=n)
        yield Row(f"{code}: answers may rest on it", [100 * score.answered], "%", note=n)
        yield Row(
            f"{code}: answered with no model, right section", [100 * score.alone], "%", note=n
        )
        yield Row(f"{code}: the same, wrong section", [100 * score.misled], "%", note=n)
        n = f"{score.others} questions of the makers that no page answers"
        yield Row(f"{code}: answers may rest on a passage", [100 * score.wrongly], "%", note=n)
        yield Row(f"{code}: answered with no model", [100 * score.invented], "%", note=n)
        yield from _other_operators(settings, knowledge, code)
    yield _strangers(settings, knowledge)
    yield _speed(knowledge)


def _other_operators(settings: Settings, knowledge: Knowledge, code: str) -> Iterator[Row]:
    """Questions that other operators' pages answer: the half that nothing was chosen on.

    The file has `answered` and `optional`, rows of a question and the pages that answer it, and
    `none`, questions that no example page answers. Odd rows are the tuning half.
    """
    file = settings.data / "telecom-faq" / f"{code}.toml"
    what = f"{code}: other operators' questions"
    if not file.exists():
        yield Row(what, [], "%", note=f"no {file}: WAXTAAN_DATA")
        return
    asked = tomllib.loads(file.read_text(encoding="utf-8"))
    wanted = {q: {f"{code}/{page}.md" for page in pages} for q, *pages in asked["answered"][1::2]}
    others = {q: {f"{code}/{page}.md" for page in pages} for q, *pages in asked["optional"][1::2]}
    told = {q: _told(knowledge, q, code).partition("#")[0] for q in (*wanted, *others)}
    right = sum(told[q] in pages for q, pages in wanted.items())
    wrong = sum(told[q] not in {"", *pages} for q, pages in (wanted | others).items())
    none = asked["none"][1::2]
    invented = sum(bool(_told(knowledge, q, code)) for q in none)
    n = f"{right} of {len(wanted)}"
    yield Row(f"{what}, right page, no model", [100 * right / len(wanted)], "%", note=n)
    n = f"{wrong} of {len(told)}"
    yield Row(f"{what}, wrong page", [100 * wrong / len(told)], "%", note=n)
    n = f"{invented} of {len(none)} that no page answers"
    yield Row(f"{what}, answered", [100 * invented / len(none)], "%", note=n)


def _strangers(settings: Settings, knowledge: Knowledge) -> Row:
    clinc = settings.data / "clinc150" / "data.json"
    what = "en: answered with no model, none of our business"
    if not clinc.exists():
        return Row(what, [], "%", note=f"no {clinc}: WAXTAAN_DATA")
    data = json.loads(clinc.read_text(encoding="utf-8"))
    asked = [text for part, rows in data.items() if part.startswith("oos") for text, _ in rows]
    taken = sum(bool(_told(knowledge, text, "en")) for text in asked)
    note = f"{taken} of {len(asked)} sentences of CLINC150"
    return Row(what, [100 * taken / len(asked)], "%", note=note)


def _speed(knowledge: Knowledge) -> Row:
    took = []
    for _ in range(200):
        began = time.perf_counter()
        knowledge.ask("how much does a call to turkey cost per minute", "en")
        took.append(1000 * (time.perf_counter() - began))
    return Row("a question", took, "ms", note=f"{knowledge.sizes['en']} passages")
