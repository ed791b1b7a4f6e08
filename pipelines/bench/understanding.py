"""How well the classifier of intents tells sentences of public sets, or of a set that you bring.

It is the one that judges callers' turns, taught by the set's own training half instead of the
packs' samples. Beside each figure: the same by sentence vectors alone, without words and letters.
"""

import asyncio
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.bench.labelled import Labelled, LabelledSet, public_sets
from pipelines.bench.row import Row
from pipelines.engine_choice.embeddings import EmbeddingsChoice, choose_embeddings, open_embeddings
from pipelines.engines.embeddings.engine import Floats
from pipelines.engines.embeddings.kept import kept_vectors
from pipelines.intents.learning import trained
from pipelines.intents.model import Model
from pipelines.settings import Settings

_DRAWS = 5
_FEW = 10  # samples of each label
_BINS = 15
_ALONE = "by vectors alone"

Strings = NDArray[np.str_]


def run(settings: Settings, own: LabelledSet | None = None) -> Iterator[Row]:
    """The rows: of `own`, or of the public sets under WAXTAAN_DATA."""
    choice = choose_embeddings(settings)
    if choice.engine == "none":
        yield Row("understanding", [], "%", note=f"not measured: {choice.why}")
        return
    for each in [own] if own else public_sets(settings.data):
        if isinstance(each, LabelledSet):
            yield from asyncio.run(_measured(settings, choice, each))
        else:
            yield Row("understanding", [], "%", note=f"no {each}: WAXTAAN_DATA")


@dataclass(frozen=True, slots=True)
class Judged:
    """A model's probabilities of a set's test half, and of its training half left out."""

    model: Model
    found: Floats
    left_out: Floats
    training: float  # s

    def right(self, labels: Sequence[str]) -> float:
        """Percent."""
        return 100 * float((self._best(self.found) == np.array(labels)).mean())

    def scope(
        self, label: str, train: Sequence[str], test: Sequence[str]
    ) -> tuple[float, float, float]:
        """Percent right in scope and refused out of it; the threshold, of the training half."""
        threshold = best_threshold(self.left_out, self.model.labels, label, train)
        return (*in_scope(self.found, self.model.labels, label, test, threshold), threshold)

    def calibration_error(self, labels: Sequence[str]) -> float:
        """Expected, over 15 bins of equal width."""
        return calibration_error(self.found.max(axis=1), self._best(self.found) == np.array(labels))

    def _best(self, found: Floats) -> Strings:
        best: Strings = np.array(self.model.labels)[found.argmax(axis=1)]
        return best


def calibration_error(sure: Floats, right: NDArray[Any]) -> float:
    """How far apart sureness and the share of right ones are: the mean over the bins, by size."""
    bins = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    apart = np.bincount(bins, right - sure.astype(np.float64), _BINS)
    return float(np.abs(apart).sum() / len(sure))


def best_threshold(found: Floats, names: Sequence[str], label: str, labels: Sequence[str]) -> float:
    """Where the mean of right in scope and refused out of it is greatest."""
    candidates: list[float] = np.geomspace(0.001, 1, 200).tolist()

    def both(at: float) -> float:
        return sum(in_scope(found, names, label, labels, at))

    return max(candidates, key=both)


def in_scope(
    found: Floats, names: Sequence[str], label: str, labels: Sequence[str], threshold: float
) -> tuple[float, float]:
    """Percent right in scope, percent refused out of it.

    Refused is what is so much likelier none of the business than the likeliest that is: the
    probability of that label, of what the two have together.
    """
    inside = np.array(names) != label
    likeliest = np.array(names)[(found * inside).argmax(axis=1)]
    out = found[:, ~inside].sum(axis=1)
    refused = out >= threshold * (out + (found * inside).max(axis=1))
    right = np.where(refused, label, likeliest) == np.array(labels)
    wanted = np.array(labels) != label
    return 100 * float(right[wanted].mean()), 100 * float(right[~wanted].mean())


async def _measured(settings: Settings, choice: EmbeddingsChoice, given: LabelledSet) -> list[Row]:
    embedder = open_embeddings(choice)
    assert embedder is not None
    folder = settings.cache / "embeddings"
    try:
        await embedder.start()
        train, test = [
            await kept_vectors(half.texts, "query", embedder, folder, _at_once)
            for half in (given.train, given.test)
        ]
    finally:
        await embedder.close()
    both = await _judged(given.train, train, given.test, test, written=True)
    alone = await _judged(given.train, train, given.test, test, written=False)
    rows = _rows(given, both, alone)
    if given.few:
        rows.append(await _few(given, train, test))
    return [*rows, *_times(given, both, alone, test)]


def _rows(given: LabelledSet, both: Judged, alone: Judged) -> list[Row]:
    name, wanted = given.name, given.wanted
    labels, n = given.test.labels, len(given.test.labels)
    note = f"n {n}, {len(both.model.labels)} labels, taught by {len(given.train.labels)}"
    rows = []
    if given.out_of_scope:
        ours, theirs = (
            j.scope(given.out_of_scope, given.train.labels, labels) for j in (both, alone)
        )
        out = list(labels).count(given.out_of_scope)
        rows += [
            Row(
                f"{name}: right in scope",
                [ours[0]],
                "%",
                theirs[0],
                _ALONE,
                wanted.get("in scope", ""),
                f"n {n - out}, taught by {len(given.train.labels)}, refused from {ours[2]:.3f}",
            ),
            Row(
                f"{name}: out of scope refused",
                [ours[1]],
                "%",
                theirs[1],
                _ALONE,
                wanted.get("out of scope", ""),
                f"n {out}",
            ),
        ]
    right, before = both.right(labels), alone.right(labels)
    error, other = both.calibration_error(labels), alone.calibration_error(labels)
    return [
        Row(f"{name}: right", [right], "%", before, _ALONE, wanted.get("right", ""), note),
        *rows,
        Row(f"{name}: calibration error", [error], "", other, _ALONE, "0.05", f"n {n}"),
    ]


async def _few(given: LabelledSet, train: Floats, test: Floats) -> Row:
    """Draws with fixed seeds, each judged on the whole test half."""
    scores: list[float] = []
    before: list[float] = []
    for seed in range(_DRAWS):
        drawn = draw(given.train.labels, seed)
        part = Labelled(
            [given.train.texts[n] for n in drawn], [given.train.labels[n] for n in drawn]
        )
        for written, into in ((True, scores), (False, before)):
            judged = await _judged(part, train[drawn], given.test, test, written=written)
            into.append(judged.right(given.test.labels))
    mean, low, high = statistics.mean(scores), min(scores), max(scores)
    note = f"mean {mean:.1f}, {low:.1f} to {high:.1f} in {_DRAWS} draws; n {len(given.test.texts)}"
    return Row(
        f"{given.name}: right, {_FEW} samples a label", scores, "%",
        statistics.mean(before), _ALONE, given.wanted.get("few", ""), note,
    )  # fmt: skip


def draw(labels: Sequence[str], seed: int) -> list[int]:
    """Places of ten samples of each label, or all where there are fewer."""
    chance = np.random.default_rng(seed)
    places = [np.flatnonzero(np.array(labels) == label) for label in sorted(set(labels))]
    return [int(n) for own in places for n in sorted(chance.permutation(own)[:_FEW])]


def _times(given: LabelledSet, both: Judged, alone: Judged, vectors: Floats) -> list[Row]:
    took = []
    for text, vector in list(zip(given.test.texts, vectors, strict=True))[:200]:
        began = time.perf_counter()
        both.model.probabilities([text], vector[None])
        took.append(1000 * (time.perf_counter() - began))
    return [
        Row(
            f"{given.name}: training",
            [both.training],
            "s",
            alone.training,
            _ALONE,
            note="its vectors made before",
        ),
        Row(f"{given.name}: a sentence", took, "ms", note="its vector made before"),
    ]


async def _judged(
    train: Labelled, vectors: Floats, test: Labelled, asked: Floats, *, written: bool
) -> Judged:
    began = time.perf_counter()
    model, left_out = await trained(
        train.texts, vectors, train.labels, written=written, left_out=True
    )
    took = time.perf_counter() - began
    return Judged(model, model.probabilities(test.texts, asked), left_out, took)


async def _at_once() -> None:
    """No call waits."""
