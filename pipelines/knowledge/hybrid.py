"""How probably a passage answers a question, by the words they share and by how alike they mean.

A logistic model of six numbers, the same for every language, fitted to questions about the example
pages (`training/fit.py` tells which, and finds these numbers again; `waxtaan bench knowledge`
reports on others). Likeness is multilingual-e5-small's, which calls all sentences alike by 0.75 at
least; so what counts is how much more alike a passage is than the others are, and of few pages that
tells nothing.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

FEWEST = 5  # pages; among fewer, words alone decide
_WORDS = 0.12  # of the share, beside likeness, in a passage's order and lead


class Evidence(NamedTuple):
    """Of a passage: what it shares with the question, 0..1, and how alike they are.

    `over` is its likeness over that of the passages' mean, `lead` over any other page's, words
    counted; `asks` whether it is a question.
    """

    share: float
    over: float
    like: float
    lead: float
    asks: float


WEIGHTS = Evidence(2.68, 25.9, 20.1, 28.9, 0.43)
NONE = -20.98  # what they have to outweigh


def order(share: float, like: float) -> float:
    """By which passages are ordered: their likeness, and what they share."""
    return like + _WORDS * share


def evidence(
    shares: Sequence[float], likeness: Sequence[float], pages: Sequence[str], asks: bool
) -> list[Evidence]:
    """For each passage; `pages` are the passages' pages, two of them at least."""
    mean = sum(likeness) / len(likeness)
    places = [order(share, like) for share, like in zip(shares, likeness, strict=True)]
    best: dict[str, float] = {}
    for page, place in zip(pages, places, strict=True):
        best[page] = max(place, best.get(page, place))
    first, second = sorted(best.values(), reverse=True)[:2]
    return [
        Evidence(share, like - mean, like, place - (second if best[page] == first else first), asks)
        for share, like, place, page in zip(shares, likeness, places, pages, strict=True)
    ]


def probability(found: Evidence) -> float:
    """That a passage answers the question."""
    weighed = sum(w * x for w, x in zip(WEIGHTS, found, strict=True))
    return 1 / (1 + math.exp(-NONE - weighed))
