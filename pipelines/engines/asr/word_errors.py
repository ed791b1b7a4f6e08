"""How far what was heard is from what was said, in words."""

import re
import unicodedata
from collections.abc import Sequence


def word_errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Words to change, add or leave out to get from one to the other (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for n, word in enumerate(said, 1):
        before, row[0] = row[0], n
        for m, other in enumerate(heard, 1):
            before, row[m] = row[m], min(row[m] + 1, row[m - 1] + 1, before + (word != other))
    return row[-1]


def plain(text: str, language: str) -> list[str]:
    """Words without case, accents and punctuation; figures in words."""
    from num2words import num2words

    def said(found: re.Match[str]) -> str:
        try:
            return f" {num2words(int(found.group()), lang=language)} "
        except (NotImplementedError, OverflowError):
            return found.group()

    text = re.sub(r"\d+", said, re.sub(r"(\d)\s*%", r"\1 percent", text.lower()))
    letters = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[^\w\s]", " ", re.sub(r"'(?=s\b)", "", bare)).split()
