"""How probably a passage answers a question, by the words they share and by how alike they mean.

A logistic model of six numbers, the same for every language. It was fitted to questions about the
example pages: the tuning half of other operators' questions, 73 English and 50 French ones that the
makers wrote for it in the manner of an FAQ with 78 that no page answers, those of `questions.toml`,
and sentences of CLINC150 and Banking77 as what is none of our business. `waxtaan bench knowledge`
reports the other half. Likeness is multilingual-e5-small's, which calls all sentences alike by 0.75
at least; so what counts is how much more alike a passage is than the others are, and of few pages
that tells nothing.
"""

import math
from collections.abc import Sequence

# of what a passage shares (0..1), its likeness over the passages' mean, its likeness, its lead
# over any other page, whether it is a question; and without all of them
_SHARE, _OVER, _LIKE, _LEAD, _ASKS, _NONE = 2.68, 25.9, 20.1, 28.9, 0.43, -20.98
FEWEST = 5  # pages; among fewer, words alone decide
_WORDS = 0.12  # of the share, beside likeness, in a passage's order and lead


def order(shares: Sequence[float], likeness: Sequence[float]) -> list[float]:
    """By which passages are ordered: their likeness, and what they share."""
    return [alike + _WORDS * share for share, alike in zip(shares, likeness, strict=True)]


def probabilities(
    shares: Sequence[float], likeness: Sequence[float], pages: Sequence[str], asks: bool
) -> list[float]:
    """Of each passage, that it answers the question. `pages` are the passages' pages."""
    ordered = order(shares, likeness)
    mean = sum(likeness) / len(likeness)
    best: dict[str, float] = {}
    for page, value in zip(pages, ordered, strict=True):
        best[page] = max(value, best.get(page, value))
    first, second = sorted(best.values(), reverse=True)[:2]
    found = []
    for share, alike, value, page in zip(shares, likeness, ordered, pages, strict=True):
        other = second if best[page] == first else first
        over = _SHARE * share + _OVER * (alike - mean) + _LIKE * alike
        found.append(over + _LEAD * (value - other) + _ASKS * asks + _NONE)
    return [1 / (1 + math.exp(-x)) for x in found]
