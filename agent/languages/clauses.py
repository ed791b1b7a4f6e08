"""A turn in the parts that joining words and signs make of it: each may hold a wish."""

import re
from collections.abc import Sequence

from agent.languages.language import Language, words

_SIGNS = re.compile(r"[,.;:!?]+")
_BEFORE_PHRASE = 2  # words
_FEWEST = 2  # words of a part: a word alone mostly belongs to what stands beside it


def clauses(text: str, joins: Sequence[str], fewest: int = _FEWEST) -> tuple[str, ...]:
    """The parts of `text`, in order; () where it is one.

    `joins` are words and phrases that join two parts ("and", "and then"). A part of less than
    `fewest` words, too short to say anything, stays with the one beside it.
    """
    named = "|".join(re.escape(join) for join in sorted(joins, key=len, reverse=True))
    between = re.compile(rf"(?<!\w)(?:{named})(?!\w)", re.IGNORECASE) if named else None
    parts: list[str] = []
    for piece in _SIGNS.split(text):
        for part in between.split(piece) if between else [piece]:
            said = part.split()
            if parts and (len(said) < fewest or len(parts[-1].split()) < fewest):
                parts[-1] = " ".join([parts[-1], *said])
            elif said:
                parts.append(" ".join(said))
    return tuple(parts) if len(parts) > 1 else ()


def is_asking(text: str, language: Language) -> bool:
    """Whether a part of what was said is a question: by its sign, or by how it begins.

    A phrase may have some words before it ("wait a moment do I have to"), a word only such as mean
    little ("okay but what").
    """
    if "?" in text:
        return True
    says = language.yes_no_words
    little = {*says.asides, *says.yes, *says.no, *says.open, *language.gate.fillers}
    for part in clauses(text, language.joins, 1) or (text,):
        said = words(part).split()
        means = next((n for n, word in enumerate(said) if word not in little), len(said))
        for asked in (phrase.split() for phrase in language.asks):
            latest = means if len(asked) == 1 else max(means, _BEFORE_PHRASE)
            if any(said[at : at + len(asked)] == asked for at in range(latest + 1)):
                return True
    return False
