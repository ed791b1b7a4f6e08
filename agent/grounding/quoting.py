"""The page's own sentence for one that a language model composed.

No comparison of words tells every false sentence from a true one: "blocking the device is free" has
only words of a page where blocking the card is. So the model chooses what is said, and the page
words it: each sentence that it composes stands for the one of the passages' sentences that has most
of its words in their order, and that one is said.
"""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from agent.events import Passage
from agent.numbers.numerals import plain, without_accents

_WORD = re.compile(r"[^\W_]+")
_BEGINNING = 4  # letters: inflections differ
_SHORT = 3  # letters of the shortest word that names something; a number always does
_FEWEST = 2  # words that two sentences share at least


def quotation(
    text: str, passages: Sequence[Passage], fillers: AbstractSet[str], least: float
) -> tuple[str, Passage] | None:
    """The passages' sentence that `text` stands for, and its passage; None where none is near.

    Args:
        text: a sentence.
        passages: those with `sentences` can be quoted.
        fillers: words that name nothing.
        least: the share of the text's words, 0..1, that the quoted sentence and its heading have.
    """
    words = _content(text, fillers)
    best: tuple[float, int, float] = (least, _FEWEST, 0.0)
    found: tuple[str, Passage] | None = None
    for passage in passages:
        headings = set(_content(passage.text.partition("\n")[0], fillers))
        for sentence in passage.sentences:
            there = _content(sentence, fillers)
            common = _common(words, there)
            above = sum(word in headings and word not in there for word in words)
            share = (common + above) / len(words) if words else 0.0
            nearness = (share, common, common / max(1, len(there)))
            if nearness > best or (found is None and nearness >= best):
                best, found = nearness, (sentence, passage)
    return found


def _content(text: str, fillers: AbstractSet[str]) -> list[str]:
    """The words that name or count something, by their beginnings, in order."""
    words = _WORD.findall(without_accents(plain(text)))
    return [
        word[:_BEGINNING]
        for word in words
        if word not in fillers and (len(word) >= _SHORT or word.isdigit())
    ]


def _common(some: Sequence[str], others: Sequence[str]) -> int:
    """How many words both have in the same order (the longest common subsequence)."""
    row = [0] * (len(others) + 1)
    for word in some:
        before = 0
        for place, other in enumerate(others, 1):
            above = row[place]
            row[place] = before + 1 if word == other else max(above, row[place - 1])
            before = above
    return row[-1]
