"""A sentence as countable pieces: its words, pairs of words, and letters within words.

Who trains and who predicts have to cut alike, so both do it here.
"""

import re
from itertools import pairwise

_WORD = re.compile(r"\w+")
_LETTERS = (3, 4, 5)  # in a row
_DOTTED = str.maketrans({"İ": "i"})  # whose dot `lower` makes a sign of its own


def words(text: str) -> list[str]:
    """The words and the pairs of neighbours."""
    single = _WORD.findall(text.translate(_DOTTED).lower())
    return [*single, *(f"{one} {other}" for one, other in pairwise(single))]


def letters(text: str) -> list[str]:
    """Runs of letters in words whose beginning and end count as letters; "#" before each."""
    padded = [f" {word} " for word in _WORD.findall(text.translate(_DOTTED).lower())]
    return [
        f"#{word[at : at + many]}"
        for word in padded
        for many in _LETTERS
        for at in range(len(word) - many + 1)
    ]
