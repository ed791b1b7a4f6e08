"""Who looked at what of a language: `prompts/<code>/review.toml`.

    [phrases]
    "ask.line" = { by = "A. N.", on = 2026-11-30, of = "1f0c2a9b-77d0e4c1" }

`of` is a hash of what English said and one of what the language said when that person looked. Where
either says something else today, the line is stale: it has to be looked at again. A mark with a
`doubt` is no approval; the person was not sure.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from pydantic import Field

from pipelines.packs.toml_files import Strict

REVIEW = "review.toml"
_DIGITS = 8  # of each hash: a change goes unseen once in four thousand million

State: TypeAlias = Literal["approved", "doubtful", "stale", "new"]


class Mark(Strict):
    """One person's word on one line, of a day; `of` as `fingerprint` gives it."""

    by: str = Field(min_length=1, max_length=100)
    on: date
    of: str = Field(pattern="^[0-9a-f]{8}-[0-9a-f]{8}$")
    doubt: str = Field(default="", max_length=1000)


Marks: TypeAlias = Mapping[str, Mapping[str, Mark]]  # file without ".toml" -> key -> mark


@dataclass(frozen=True, slots=True)
class Tally:
    """How many lines there are, and how many of them are in which state."""

    lines: int = 0
    approved: int = 0
    stale: int = 0
    doubtful: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.lines + other.lines,
            self.approved + other.approved,
            self.stale + other.stale,
            self.doubtful + other.doubtful,
        )


def fingerprint(source: Sequence[str], own: Sequence[str]) -> str:
    """Of what English says and of what the language says: eight digits each, "-" between."""
    return f"{_hash(source)}-{_hash(own)}"


def state(mark: Mark | None, source: Sequence[str], own: Sequence[str]) -> State:
    """What a line is today: "new" where nobody has looked at it yet."""
    if mark is None:
        return "new"
    if mark.of != fingerprint(source, own):
        return "stale"
    return "doubtful" if mark.doubt else "approved"


def changed_since(mark: Mark, source: Sequence[str], own: Sequence[str]) -> tuple[str, ...]:
    """What has changed since the mark: "English", "the translation", both or neither."""
    then = mark.of.split("-")
    now = (_hash(source), _hash(own))
    names = ("English", "the translation")
    return tuple(name for name, a, b in zip(names, then, now, strict=True) if a != b)


def tally(states: Iterable[State]) -> Tally:
    """The states of all lines, counted."""
    found = list(states)
    return Tally(len(found), *(found.count(each) for each in ("approved", "stale", "doubtful")))


def _hash(sentences: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(sentences).encode()).hexdigest()[:_DIGITS]
