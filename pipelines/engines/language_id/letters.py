"""Text as short runs of letters: what a language shows itself by, even in three words.

Everything is lower case and without figures and punctuation, which recognisers write as they like.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "`": "'"})
_NO_LETTERS = re.compile(r"[^\w']+|[\d_]+")
LONGEST = 5  # letters of a run, the space before and after a word among them

# How a recogniser that was taught French writes Wolof and Pulaar, as many people in Senegal do:
# "xam" khame, "ñaata" gnata, "jàmm" diam, "bëgg" beug.
_FRENCH_SPELLING = (
    ("ñ", "gn"), ("ŋ", "ng"), ("ɓ", "b"), ("ɗ", "d"), ("ƴ", "y"), ("ë", "eu"), ("x", "kh"),
    ("uu", "ou"), ("u", "ou"), ("c", "th"), ("j", "di"), ("aa", "a"), ("ee", "e"), ("ii", "i"),
    ("oo", "o"), ("é", "e"), ("ó", "o"), ("à", "a"), ("q", "kh"),
)  # fmt: skip


def words(text: str) -> list[str]:
    """The words of a text: letters and apostrophes, lower case, composed (NFC)."""
    text = unicodedata.normalize("NFC", text).translate(_APOSTROPHES).lower()
    split = (word.strip("'") for word in _NO_LETTERS.sub(" ", text).split())
    return [word for word in split if word]


def runs(said: Sequence[str]) -> Iterator[str]:
    """Every run of one to five letters, the spaces around words among them, and long words whole.

    A run may reach over a space: "i ha" is English where "i" and "have" could be Danish.
    """
    text = f" {' '.join(said)} "
    for size in range(1, LONGEST + 1):
        for start in range(len(text) - size + 1):
            run = text[start : start + size]
            if run != " ":
                yield run
    for word in said:
        if len(word) > LONGEST - 2:
            yield f" {word} "


def bare(word: str) -> str:
    """A word without its accents."""
    parts = unicodedata.normalize("NFD", word)
    return unicodedata.normalize("NFC", "".join(c for c in parts if not unicodedata.combining(c)))


def respelt(word: str) -> str:
    """A Wolof or Pulaar word as one who writes French would spell it."""
    for letters, french in _FRENCH_SPELLING:
        word = word.replace(letters, french)
    return word
