"""The numbers of `hybrid.py`, found again: `python -m pipelines.knowledge.training.fit`.

Questions about the example pages, each language's together: those of `questions.toml` here, the
packs' own, the tuning half of other operators' (`WAXTAAN_DATA`, see pipelines/bench/knowledge.py),
and sentences of CLINC150 and Banking77 as what is none of our business. Of each the passage that
comes first is right or is not; logistic regression with a penalty on large weights, by Newton's
method. What is about a caller's own case counts for nothing: no page answers it.
"""

import asyncio
import csv
import json
import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines.engine_choice.embeddings import choose_embeddings, open_embeddings
from pipelines.engines.embeddings.engine import Embedder
from pipelines.errors import EngineError
from pipelines.knowledge.base import Knowledge
from pipelines.knowledge.hybrid import Evidence, evidence, order
from pipelines.knowledge.lexicon import Lexicon
from pipelines.knowledge.vectors import page_vectors
from pipelines.settings import Settings

_LANGUAGES = ("en", "fr")
_PENALTY = 1.0
_SCALES = Evidence(1.0, 10.0, 10.0, 10.0, 1.0)  # so that all numbers are of about one size
_USUAL = 0.83  # a likeness
# What a question of each kind counts: the packs' own are many and easy.
_FAQ, _OWN, _CLINC, _BANKING = 1.5, 0.35, 0.2, 0.1


@dataclass(frozen=True, slots=True)
class _Question:
    text: str
    pages: frozenset[str]  # that answer it
    counts: float


def _questions(code: str, settings: Settings) -> Iterator[_Question]:
    ours = _toml(Path(__file__).with_name("questions.toml"))[code]
    theirs = settings.data / "telecom-faq" / f"{code}.toml"
    for asked in (ours, _half(_toml(theirs)) if theirs.exists() else {}):
        for text, *pages in (*asked.get("answered", ()), *asked.get("optional", ())):
            yield _Question(text, frozenset(pages), _FAQ)
        yield from (_Question(text, frozenset(), _FAQ) for text in asked.get("none", ()))
    own = _toml(settings.prompts / code / "questions.toml")
    for source, texts in own["answers"].items():
        page = source.partition(".md")[0]
        yield from (_Question(text, frozenset([page]), _OWN) for text in texts)
    yield from (_Question(text, frozenset(), _OWN) for text in own["elsewhere"])
    if code == "en":
        yield from (_Question(text, frozenset(), _CLINC) for text in _clinc(settings.data))
        yield from (_Question(text, frozenset(), _BANKING) for text in _banking(settings.data))


def _toml(path: Path) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = tomllib.loads(path.read_text(encoding="utf-8"))
    return found


def _half(rows: dict[str, dict[str, list[str]]]) -> dict[str, list[str]]:
    return {kind: list(each)[0::2] for kind, each in rows.items()}


def _clinc(data: Path) -> list[str]:
    """Not the part that is in no scope: `waxtaan bench knowledge` reports on that."""
    file = data / "clinc150" / "data.json"
    if not file.exists():
        return []
    parts = json.loads(file.read_text(encoding="utf-8"))
    said = {row[0] for part, rows in parts.items() if not part.startswith("oos") for row in rows}
    return _some(sorted(said), 300)


def _banking(data: Path) -> list[str]:
    file = data / "polyai-nlu" / "banking_data" / "train.csv"
    if not file.exists():
        return []
    with file.open(encoding="utf-8", newline="") as rows:
        return _some([row[0] for row in csv.reader(rows)][1:], 150)


def _some(said: list[str], many: int) -> list[str]:
    random.Random(1).shuffle(said)
    return said[:many]


async def _examples(
    embedder: Embedder, settings: Settings
) -> tuple[list[Evidence], list[bool], list[float]]:
    """What speaks for the passage that comes first, whether it is right, and what that counts."""
    knowledge = Knowledge.read(Path(), settings.prompts, own=False)
    told, right, counts = [], [], []
    for code in _LANGUAGES:
        lexicon, chunks = knowledge.lexicon(code), knowledge.chunks(code)
        folder = settings.cache / "embeddings"
        vectors = await page_vectors(chunks, embedder, folder, _at_once)
        for question in _questions(code, settings):
            if not _may_be_answered(question.text, lexicon):
                continue
            like = vectors.likeness((await embedder.embed([question.text]))[0])
            found = knowledge.search(question.text, code, len(chunks))
            shares = {each.chunk.source: each.share for each in found}
            all_told = evidence(
                [shares.get(chunk.source, 0.0) for chunk in chunks],
                like,
                [chunk.page for chunk in chunks],
                lexicon.is_question(question.text),
            )
            place = max(range(len(chunks)), key=lambda n: order(all_told[n].share, like[n]))
            page = chunks[place].page.removeprefix(f"{code}/").removesuffix(".md")
            told.append(all_told[place])
            right.append(page in question.pages)
            counts.append(question.counts)
    return told, right, counts


async def _at_once() -> None:
    """Nobody calls."""


def _may_be_answered(text: str, lexicon: Lexicon) -> bool:
    alone = not lexicon.is_question(text) and len(set(lexicon.terms(text))) < 2
    return not alone and not lexicon.personal(text)


def fit(told: list[Evidence], right: list[bool], counts: list[float]) -> tuple[float, Evidence]:
    """What `hybrid.NONE` and `hybrid.WEIGHTS` should be."""
    x = np.array([(1.0, *each) for each in told])
    x[:, 3] -= _USUAL
    x[:, 1:] *= _SCALES
    penalty = np.diag([1e-3] + [_PENALTY] * len(_SCALES))
    wanted, counted = np.array(right, float), np.array(counts)
    weights: NDArray[np.float64] = np.zeros(x.shape[1])
    for _ in range(50):
        found = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (counted * (wanted - found)) - penalty @ weights
        curve = (x * (counted * found * (1 - found))[:, None]).T @ x + penalty
        weights = weights + np.linalg.solve(curve, slope)
    unscaled = Evidence(*(weights[1:] * _SCALES).tolist())
    return float(weights[0] - _USUAL * unscaled.like), unscaled


async def main() -> None:
    """Print them."""
    settings = Settings()
    embedder = open_embeddings(choose_embeddings(settings))
    if embedder is None:
        raise EngineError("the weights are missing: 'waxtaan models get e5-small'")
    await embedder.start()
    try:
        told, right, counts = await _examples(embedder, settings)
    finally:
        await embedder.close()
    none, weights = fit(told, right, counts)
    shown = ", ".join(f"{name} {value:.2f}" for name, value in weights._asdict().items())
    print(f"{len(told)} questions, {sum(right)} of them with the right page first")
    print(f"none {none:.2f}; {shown}")


if __name__ == "__main__":
    asyncio.run(main())
