"""Makes the table of `identify.py` from texts: minutes on one core, numpy alone.

Runs of letters are chosen by how much they tell of the language (mutual information), start from
their log frequencies (naive Bayes) and are then weighed against one another by AdaGrad (Duchi,
Hazan and Singer, 2011) on the multinomial logistic loss. One seed: the same texts give the same
table.
"""

import itertools
import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.engines.language_id.identify import Identifier
from pipelines.engines.language_id.letters import runs
from pipelines.engines.language_id.training.corpora import NOTICE, Text
from pipelines.engines.language_id.training.short_turns import windows

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How much of what."""

    windows: int = 16_000  # of each language
    runs: int = 50_000  # in the table
    fewest: int = 15  # windows that a run has to be in
    rounds: int = 4
    batch: int = 256
    rate: float = 0.12
    decay: float = 2e-6
    head_start: float = 0.3  # of naive Bayes, whose weights count the same evidence often


@dataclass(frozen=True, slots=True)
class Bags:
    """Turns as known runs: rows in `flat` from `starts[n]` on; `lengths` counts the unknown too."""

    flat: npt.NDArray[np.int32]
    starts: Ints  # one more than there are turns
    lengths: Floats
    languages: Ints

    def part(self, first: int, last: int) -> "Bags":
        """Some of the turns."""
        begin, end = self.starts[first], self.starts[last]
        starts = self.starts[first : last + 1] - begin
        return Bags(
            self.flat[begin:end], starts, self.lengths[first:last], self.languages[first:last]
        )


def train(
    texts: Sequence[Text],
    tune: Sequence[Text],
    say: Callable[[str], None] = lambda _: None,
    recipe: Recipe | None = None,
) -> Identifier:
    """A table of the languages of `texts`, its temperature set on `tune`."""
    recipe = recipe or Recipe()
    by_language = _by_language(texts)
    languages = tuple(sorted(by_language))
    turns = _turns(by_language, languages, recipe.windows, random.Random(1))
    say(f"{len(turns)} turns of {len(languages)} languages")
    rows, weights = _chosen(turns, len(languages), recipe)
    say(f"{len(rows)} runs of letters")
    weights = _weighed(_bags(turns, rows), weights, recipe, say)
    scale = float(np.quantile(np.abs(weights), 0.9999)) / 127
    small = np.clip(np.round(weights / scale), -127, 127).astype(np.int8)
    held_out = _bags(_turns(_by_language(tune), languages, 300, random.Random(2)), rows)
    temperature = _temperature(held_out, small.astype(np.float32) * scale)
    say(f"temperature {temperature:.2f}")
    return Identifier(languages, tuple(rows), small, scale / temperature, NOTICE)


Turn = tuple[tuple[str, ...], int]


def _by_language(texts: Sequence[Text]) -> dict[str, list[Text]]:
    found: dict[str, list[Text]] = {}
    for text in texts:
        found.setdefault(text.language, []).append(text)
    return found


def _turns(
    texts: Mapping[str, Sequence[Text]],
    languages: Sequence[str],
    count: int,
    chance: random.Random,
) -> list[Turn]:
    turns = [
        (said, number)
        for number, language in enumerate(languages)
        if language in texts
        for said in windows(texts[language], count, chance)
    ]
    chance.shuffle(turns)
    return turns


def _chosen(turns: Sequence[Turn], languages: int, recipe: Recipe) -> tuple[dict[str, int], Floats]:
    """The runs that tell most, each with its row, and naive Bayes' weights for them."""
    counts: dict[str, list[int]] = {}
    for said, language in turns:
        for run in set(runs(said)):
            counts.setdefault(run, [0] * languages)[language] += 1
    names = sorted(run for run, n in counts.items() if sum(n) >= recipe.fewest)
    seen = np.array([counts[name] for name in names], dtype=np.float64)
    told = _information(seen / len(turns), languages)
    best = np.argsort(-told, kind="stable")[: recipe.runs]
    weights = np.log((seen[best] + 0.5) / (len(turns) / languages + 1))
    weights -= weights.mean(axis=1, keepdims=True)
    rows = {names[name]: row for row, name in enumerate(best)}
    return rows, (weights * recipe.head_start).astype(np.float32)


def _information(together: npt.NDArray[np.float64], languages: int) -> npt.NDArray[np.float64]:
    """Nats that having a run or not tells of the language; `together` is P(run, language)."""
    found = np.zeros(len(together))
    for joint in (together, 1 / languages - together):
        alone = joint.sum(axis=1, keepdims=True)
        found += (joint * np.log((joint + 1e-12) / (alone / languages + 1e-12))).sum(axis=1)
    return found


def _bags(turns: Sequence[Turn], rows: Mapping[str, int]) -> Bags:
    flat: list[npt.NDArray[np.int32]] = []
    lengths, languages = [], []
    for said, language in turns:
        all_runs = list(runs(said))
        known = [rows[run] for run in all_runs if run in rows]
        if known:
            flat.append(np.array(known, dtype=np.int32))
            lengths.append(len(all_runs))
            languages.append(language)
    starts = [0, *itertools.accumulate(len(known) for known in flat)]
    return Bags(
        np.concatenate(flat),
        np.array(starts),
        np.array(lengths, dtype=np.float32),
        np.array(languages),
    )


def _logits(bags: Bags, weights: Floats) -> Floats:
    sums: Floats = np.add.reduceat(weights[bags.flat], bags.starts[:-1], axis=0)
    sums /= np.sqrt(bags.lengths)[:, None]
    return sums


def _shares(logits: Floats) -> Floats:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=1, keepdims=True)
    return shares


def _weighed(bags: Bags, weights: Floats, recipe: Recipe, say: Callable[[str], None]) -> Floats:
    steps = np.full_like(weights, 0.02)  # AdaGrad's sums of squares
    batches = len(bags.languages) // recipe.batch
    order = np.random.default_rng(1)
    for turn in range(recipe.rounds):
        loss = 0.0
        for number in order.permutation(batches):
            batch = bags.part(number * recipe.batch, (number + 1) * recipe.batch)
            loss += _step(batch, weights, steps, recipe)
        say(f"round {turn + 1} of {recipe.rounds}: loss {loss / batches:.3f}")
    return weights


def _step(batch: Bags, weights: Floats, steps: Floats, recipe: Recipe) -> float:
    """One step of AdaGrad, in place; the batch's mean loss before it."""
    here = np.arange(len(batch.languages))
    slope = _shares(_logits(batch, weights))
    loss = -float(np.log(slope[here, batch.languages] + 1e-9).mean())
    slope[here, batch.languages] -= 1
    slope /= np.sqrt(batch.lengths)[:, None]
    turn = np.repeat(here, np.diff(batch.starts))
    order = np.argsort(batch.flat, kind="stable")
    rows, first = np.unique(batch.flat[order], return_index=True)
    change = np.add.reduceat(slope[turn[order]], first, axis=0)
    change += recipe.decay * recipe.batch * weights[rows]
    steps[rows] += change * change
    weights[rows] -= recipe.rate * change / np.sqrt(steps[rows])
    return loss


def _temperature(bags: Bags, weights: Floats) -> float:
    """What the logits are divided by for the least loss on turns not trained on."""
    logits = _logits(bags, weights)
    here = np.arange(len(bags.languages))

    def loss(temperature: float) -> float:
        shares = _shares(logits / np.float32(temperature))
        return -float(np.log(shares[here, bags.languages] + 1e-12).mean())

    return min((math.exp(step / 50) for step in range(-50, 100)), key=loss)
