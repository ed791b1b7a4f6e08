"""Whether a text is speech at all: letters of the language, of a length to listen to, no markup."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal, TypeAlias

Shape: TypeAlias = Literal["", "empty", "length", "characters", "markup", "unfinished", "repeat"]

_SCRIPTS = {"bg": "CYRILLIC", "el": "GREEK", "mk": "CYRILLIC", "ru": "CYRILLIC", "sr": "CYRILLIC",
            "uk": "CYRILLIC"}  # fmt: skip
_SPOKEN_SIGNS = frozenset(".,;:!?¡¿'\"«»“”‘’„…()-–—‐‑/%&+°€$£#*•@")
_MARKUP = re.compile(
    r"\*\*|(?<!\w)\*(?!\d)|(?<![\d*])\*(?!\w)|^\s*[-–—•]\s|^\s*#+\s|^\s*\d+[.)]\s|(?<!\w)#(?![\d*])"
    r"|\[\w|\w\(|\n"
)
_LONGEST_WORD = 40  # letters
_CIRCLE = 5  # words
_UNFINISHED = ("?", ":", ",", ";", "-")  # a question is not answered by another one


def not_speech(
    text: str, raw: str, language: str, said: int, most_words: int, most_sentences: int
) -> Shape:
    """Why `text` (compatibility forms resolved; `raw` as written) is no speech; "" if it is.

    `said` is how many sentences of the answer were let through before.
    """
    words = text.split()
    if not any(c.isalnum() for c in text):
        return "empty"
    if said >= most_sentences or len(words) > most_words:
        return "length"
    if any(len(word) > _LONGEST_WORD for word in words):
        return "length"
    if any(unicodedata.category(c) in ("Cf", "Cc", "Co", "Cn", "Cs") for c in raw.strip()):
        return "markup" if "\n" in raw.strip() else "characters"
    if _MARKUP.search(text):
        return "markup"
    if text.endswith(_UNFINISHED):
        return "unfinished"
    if _repeats(words):
        return "repeat"
    odd = {c for c in text if not (c.isalnum() or c.isspace() or unicodedata.combining(c))}
    if odd - _SPOKEN_SIGNS:
        return "markup" if odd & set("{}[]<>|\\`~^=_") else "characters"
    wanted = {"LATIN", _SCRIPTS.get(language.partition("-")[0], "LATIN")}
    for word in re.findall(r"[^\W\d_]+", text):
        scripts = {unicodedata.name(c, "?").split()[0] for c in word}
        if len(scripts) > 1 or not scripts <= wanted:
            return "characters"
    return ""


def _repeats(words: Sequence[str]) -> bool:
    """Whether some words in a row come again: a model that goes round in circles."""
    said = [word.casefold().strip(".,;:!?") for word in words]
    runs = list(zip(*(said[place:] for place in range(_CIRCLE)), strict=False))
    return len(set(runs)) < len(runs)
