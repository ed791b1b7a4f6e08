"""A turn in the parts that joining words and signs make of it: each may hold a wish."""

import re
from collections.abc import Sequence

_SIGNS = re.compile(r"[,.;:!?]+")
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
