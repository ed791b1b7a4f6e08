"""What the knowledge base finds, and what it takes for an answer that is none.

By words alone; and by words and meaning where the weights for that are here, beside the same by
words alone.
"""

import asyncio
import json
import time
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.bench.row import Row
from pipelines.engine_choice.embeddings import choose_embeddings
from pipelines.engines.embeddings.engine import Floats
from pipelines.knowledge import Knowledge
from pipelines.knowledge.meaning import open_meaning
from pipelines.packs.reader import load
from pipelines.settings import Settings

_PATIENCE = 60.0  # s for a vector; nobody waits


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


class Asked:
    """A knowledge base, and the vectors of what it is asked; none: words alone decide."""

    def __init__(self, knowledge: Knowledge, vectors: Mapping[str, Floats] | None = None) -> None:
        self.knowledge = knowledge
        self.vectors = vectors or {}

    def first(self, question: str, language: str) -> str:
        """The section found first."""
        found = self.knowledge.search(question, language, 1, self.vectors.get(question))
        return found[0].chunk.source if found else ""

    def found(self, question: str, language: str) -> list[str]:
        """The sections that an answer may rest on."""
        passages = self.knowledge.ask(question, language, vector=self.vectors.get(question))
        return [passage.source for passage in passages]

    def told(self, question: str, language: str) -> str:
        """The section whose own sentences are told a caller; "" where none is sure."""
        found = self.knowledge.ask(question, language, 1, self.vectors.get(question))
        return found[0].source if found and found[0].answer else ""


def measure(asked: Asked, language: str, prompts: Path) -> Score:
    """The score of a knowledge base that holds the example pages."""
    answers, others = _makers(language, prompts)
    first = sum(asked.first(q, language) == s for s, q in answers)
    found = sum(s in asked.found(q, language) for s, q in answers)
    told = [(s, asked.told(q, language)) for s, q in answers]
    right = sum(source == s for s, source in told)
    wrong = sum(source not in ("", s) for s, source in told)
    wrongly = sum(bool(asked.found(q, language)) for q in others)
    invented = sum(bool(asked.told(q, language)) for q in others)
    n, m = len(answers), len(others)
    return Score(n, m, first / n, found / n, wrongly / m, right / n, wrong / n, invented / m)


def run(settings: Settings) -> Iterator[Row]:
    """The rows: on the example pages, whatever pages the operator has."""
    by_words = Asked(_pages(settings))
    rows = list(_rows(settings, by_words))
    yield from rows
    yield _speed(by_words)
    choice = choose_embeddings(settings)
    if choice.engine == "none":
        yield Row("by words and meaning", [], "%", note=f"not measured: {choice.why}")
        return
    by_both = asyncio.run(likened(settings, questions(settings)))
    for row, before in zip(_rows(settings, by_both), rows, strict=True):
        baseline = before.values[0] if before.values else None
        what = f"{row.what}, by words and meaning"
        yield replace(row, what=what, baseline=baseline, baseline_name="words alone")


async def likened(settings: Settings, questions: Iterable[str]) -> Asked:
    """The example pages and these questions as vectors; the weights are there."""
    knowledge = _pages(settings)
    patient = settings.model_copy(update={"embeddings_patience": _PATIENCE})
    meaning = open_meaning(patient, choose_embeddings(settings), knowledge)
    assert meaning is not None
    meaning.begin()
    await meaning.ready()
    try:
        vectors = {
            question: await meaning.vector(question) for question in dict.fromkeys(questions)
        }
    finally:
        await meaning.close()
    return Asked(knowledge, {q: v for q, v in vectors.items() if v is not None})


def _pages(settings: Settings) -> Knowledge:
    return Knowledge.read(
        Path(),
        settings.prompts,
        least=settings.knowledge_least,
        sure=settings.knowledge_sure,
        probable=(settings.knowledge_least_probable, settings.knowledge_sure_probable),
        own=False,
    )


def _languages(settings: Settings) -> list[str]:
    packs = load(settings.prompts, settings.languages).packs
    return [code for code in packs if (settings.prompts / code / "questions.toml").exists()]


def _makers(language: str, prompts: Path) -> tuple[list[tuple[str, str]], list[str]]:
    """Each section and a question it answers; questions that no page answers."""
    asked = tomllib.loads((prompts / language / "questions.toml").read_text(encoding="utf-8"))
    answers = [(f"{language}/{s}", q) for s, qs in asked["answers"].items() for q in qs]
    return answers, asked["elsewhere"]


def questions(settings: Settings) -> Iterator[str]:
    """All that is asked here."""
    for code in _languages(settings):
        answers, others = _makers(code, settings.prompts)
        yield from (question for _, question in answers)
        yield from others
        if (theirs := _Theirs.read(settings, code)) is not None:
            yield from (*theirs.wanted, *theirs.optional, *theirs.none)
    yield from _clinc(settings)


def _rows(settings: Settings, asked: Asked) -> Iterator[Row]:
    for code in _languages(settings):
        score = measure(asked, code, settings.prompts)
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
        yield from _other_operators(settings, asked, code)
    yield _strangers(settings, asked)


@dataclass(frozen=True, slots=True)
class _Theirs:
    """Questions that other operators' pages answer: the half that nothing was chosen on.

    The file has `answered` and `optional`, rows of a question and the pages that answer it, and
    `none`, questions that no example page answers. Odd rows are the tuning half.
    """

    wanted: Mapping[str, set[str]]
    optional: Mapping[str, set[str]]
    none: list[str]

    @classmethod
    def read(cls, settings: Settings, code: str) -> "_Theirs | None":
        file = settings.data / "telecom-faq" / f"{code}.toml"
        if not file.exists():
            return None
        asked = tomllib.loads(file.read_text(encoding="utf-8"))

        def half(name: str) -> dict[str, set[str]]:
            return {q: {f"{code}/{page}.md" for page in pages} for q, *pages in asked[name][1::2]}

        return cls(half("answered"), half("optional"), asked["none"][1::2])


def _other_operators(settings: Settings, asked: Asked, code: str) -> Iterator[Row]:
    what = f"{code}: other operators' questions"
    theirs = _Theirs.read(settings, code)
    if theirs is None:
        where = settings.data / "telecom-faq" / f"{code}.toml"
        yield Row(what, [], "%", note=f"no {where}: WAXTAAN_DATA")
        return
    may = {**theirs.wanted, **theirs.optional}
    told = {q: asked.told(q, code).partition("#")[0] for q in may}
    right = sum(told[q] in pages for q, pages in theirs.wanted.items())
    wrong = sum(told[q] not in {"", *pages} for q, pages in may.items())
    invented = sum(bool(asked.told(q, code)) for q in theirs.none)
    n = f"{right} of {len(theirs.wanted)}"
    yield Row(f"{what}, right page, no model", [100 * right / len(theirs.wanted)], "%", note=n)
    n = f"{wrong} of {len(told)}"
    yield Row(f"{what}, wrong page", [100 * wrong / len(told)], "%", note=n)
    n = f"{invented} of {len(theirs.none)} that no page answers"
    yield Row(f"{what}, answered", [100 * invented / len(theirs.none)], "%", note=n)


def _clinc(settings: Settings) -> list[str]:
    """Sentences that are none of our business."""
    file = settings.data / "clinc150" / "data.json"
    if not file.exists():
        return []
    data = json.loads(file.read_text(encoding="utf-8"))
    return [text for part, rows in data.items() if part.startswith("oos") for text, _ in rows]


def _strangers(settings: Settings, asked: Asked) -> Row:
    what = "en: answered with no model, none of our business"
    said = _clinc(settings)
    if not said:
        return Row(what, [], "%", note=f"no {settings.data / 'clinc150'}: WAXTAAN_DATA")
    taken = sum(bool(asked.told(text, "en")) for text in said)
    note = f"{taken} of {len(said)} sentences of CLINC150"
    return Row(what, [100 * taken / len(said)], "%", note=note)


def _speed(asked: Asked) -> Row:
    took = []
    for _ in range(200):
        began = time.perf_counter()
        asked.found("how much does a call to turkey cost per minute", "en")
        took.append(1000 * (time.perf_counter() - began))
    return Row("a question", took, "ms", note=f"{asked.knowledge.sizes['en']} passages")
