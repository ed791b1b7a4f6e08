"""How well languages are told apart, on texts that the table was not trained on.

Accuracy are shares from 0 to 1. Turns are cut as `windows.py` cuts them, without its misspellings
unless asked for; a turn of mixed languages counts as its recording's language only as far as `most`
of its words may be foreign.
"""

import random
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from pipelines.engines.language_id.identify import Identifier
from pipelines.engines.language_id.training.corpora import Text
from pipelines.engines.language_id.training.short_turns import cut

_BINS = 10  # of probability, for the calibration error


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Of turns of known language."""

    turns: int
    right: float
    calibration_error: float  # expected: |mean probability - share right| by bins of probability
    mistaken: tuple[tuple[str, str, int], ...]  # (was, taken for, turns), most frequent first

    def taken(self, was: str, taken_for: str) -> float:
        """The share of all turns that were of one language and taken for another."""
        found = sum(n for w, t, n in self.mistaken if (w, t) == (was, taken_for))
        return found / max(1, self.turns)


def turns(
    texts: Sequence[Text],
    words: int,
    count: int,
    *,
    most: float = 1.0,
    least: float = 0.0,
    spell: Callable[[str], str] = str,
) -> list[tuple[str, str]]:
    """(text, language) of `count` turns of each text; `words` 0 takes whole sentences."""
    chance = random.Random(7)
    found = []
    for text in texts:
        long_enough = [s for s in text.sentences if len(s.words) >= max(1, words)]
        left, tries = count, 50 * count
        while long_enough and left and tries:
            tries -= 1
            whole = chance.choice(long_enough)
            said = cut(whole, words or len(whole.words), chance)
            if least <= said.mixed <= most:
                found.append((" ".join(map(spell, said.words)), text.language))
                left -= 1
    return found


def measure(
    table: Identifier, said: Sequence[tuple[str, str]], among: Collection[str] | None = None
) -> Accuracy:
    """What the table makes of turns whose language is known."""
    bins = [[0, 0, 0.0] for _ in range(_BINS + 1)]  # turns, right, sum of probabilities
    mistaken: Counter[tuple[str, str]] = Counter()
    for text, language in said:
        best, probability = (*table.identify(text, among), ("", 0.0))[0]
        slot = bins[int(probability * _BINS)]
        slot[0] += 1
        slot[1] += best == language
        slot[2] += probability
        if best != language:
            mistaken[language, best] += 1
    count = max(1, len(said))
    return Accuracy(
        len(said),
        sum(right for _, right, _ in bins) / count,
        sum(abs(total - right) for _, right, total in bins) / count,
        tuple((was, taken, n) for (was, taken), n in mistaken.most_common()),
    )
