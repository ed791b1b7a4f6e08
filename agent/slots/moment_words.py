"""How a language says when something is to be: the words, and where they stand in a turn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from agent.numbers.numerals import Numerals, Token
from agent.numbers.tokens import tokens

_LONGEST = 6  # words of a phrase
_NO_NUMERALS = Numerals()

Phrases: TypeAlias = Mapping[str, tuple[tuple[str, int], ...]]  # phrase -> what it is, and says


@dataclass(frozen=True)
class MomentWords:
    """All of them lower case. Times of day are minutes since midnight, spans of time minutes.

    `past_hour` stands before the hour ("half past" -> 30, "quarter to" -> -15), `hour_and` after it
    ("et demie" -> 30); `turns` between minutes and hour ("past" -> 1, "to" -> -1), `less` between
    hour and minutes ("moins"). After `nots` a day is not the one; what is `gone` cannot be meant.
    """

    numerals: Numerals = _NO_NUMERALS
    days: Mapping[str, int] = field(default_factory=dict)  # "tomorrow" -> 1
    weekdays: Mapping[str, int] = field(default_factory=dict)  # "monday" -> 0
    weeks: Mapping[str, int] = field(default_factory=dict)  # "next week" -> 1
    further: Mapping[str, int] = field(default_factory=dict)  # weeks: "en huit" -> 1
    parts: Mapping[str, int] = field(default_factory=dict)  # "morning" -> 540
    hours: Mapping[str, int] = field(default_factory=dict)  # "noon" -> 720
    halves: Mapping[str, int] = field(default_factory=dict)  # "am" -> 0, "pm" -> 720
    spans: Mapping[str, int] = field(default_factory=dict)  # "half an hour" -> 30
    units: Mapping[str, int] = field(default_factory=dict)  # "hours" -> 60
    past_hour: Mapping[str, int] = field(default_factory=dict)
    hour_and: Mapping[str, int] = field(default_factory=dict)
    turns: Mapping[str, int] = field(default_factory=dict)
    ordinals: Mapping[str, int] = field(default_factory=dict)  # "third" -> 3
    soon: tuple[str, ...] = ()  # "as soon as possible"
    ahead: tuple[str, ...] = ()  # "in" of "in an hour"
    since: tuple[str, ...] = ()  # "from now" of "an hour from now"
    one: tuple[str, ...] = ()  # "an" of "in an hour"
    at: tuple[str, ...] = ()  # before an hour
    before: tuple[str, ...] = ()  # "before" of "before noon"
    hour: tuple[str, ...] = ()  # "o'clock"
    minute: tuple[str, ...] = ()  # "minutes" of "ten minutes to five"
    oh: tuple[str, ...] = ()  # of "ten oh five"
    less: tuple[str, ...] = ()
    nots: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()  # "yesterday"
    instead: tuple[str, ...] = ()  # after these it is said anew
    beside: tuple[str, ...] = ()  # "the", "of": they stand between and mean nothing
    greetings: tuple[str, ...] = ()  # "good morning" is no part of a day

    @cached_property
    def phrases(self) -> Phrases:
        """Every phrase, as the tokens of a turn are compared with it."""
        found: dict[str, tuple[tuple[str, int], ...]] = {}
        tables: tuple[tuple[str, Mapping[str, int]], ...] = (
            *(("days", self.days), ("weekdays", self.weekdays), ("weeks", self.weeks)),
            ("further", self.further),
            *(("parts", self.parts), ("hours", self.hours), ("halves", self.halves)),
            *(("spans", self.spans), ("units", self.units), ("past_hour", self.past_hour)),
            *(("hour_and", self.hour_and), ("turns", self.turns), ("ordinals", self.ordinals)),
            ("months", self.numerals.month),
        )
        lists = (
            *("soon", "ahead", "since", "one", "at", "before", "hour", "minute", "oh", "less"),
            *("nots", "gone", "instead", "beside", "greetings"),
        )
        each = [(kind, phrase, value) for kind, of in tables for phrase, value in of.items()]
        each += [(kind, phrase, 0) for kind in lists for phrase in getattr(self, kind)]
        for kind, phrase, value in each:
            name = joined(tokens(phrase, _NO_NUMERALS))
            found[name] = (*found.get(name, ()), (kind, value))
        return found


def joined(said: list[Token]) -> str:
    """Tokens as one text, what is glued together without a blank."""
    return "".join(t.text if t.glued or not n else f" {t.text}" for n, t in enumerate(said))


class Turn:
    """The tokens of a turn, and which phrases stand where."""

    def __init__(self, text: str, words: MomentWords) -> None:
        said = tokens(text, words.numerals)
        self.tokens = [token for at, token in enumerate(said) if not _is_ordinal(said, at, words)]
        self.ten_and_one = words.numerals.ten_and_one
        self._joints = words.numerals.joints
        self._phrases = words.phrases

    def at(self, place: int) -> tuple[dict[str, int], int]:
        """What the longest phrase at a place is, and says; where it ends."""
        for length in range(_LONGEST, 0, -1):
            said = self.tokens[place : place + length]
            if len(said) == length and (found := self._phrases.get(joined(said))):
                return dict(found), place + length
        return {}, place

    def one(self, place: int, kind: str) -> tuple[int | None, int]:
        """What the longest phrase of a kind at a place says, None if none does; where it ends."""
        for length in range(_LONGEST, 0, -1):
            said = self.tokens[place : place + length]
            if len(said) < length:
                continue
            found = dict(self._phrases.get(joined(said), ()))
            if kind in found:
                return found[kind], place + length
        return None, place

    def skip(self, place: int, *kinds: str) -> int:
        """Past any phrases of these kinds."""
        for kind in kinds:
            while (end := self.one(place, kind)[1]) > place:
                place = end
        return place

    def joined(self, place: int) -> int:
        """Past an "and"."""
        is_joint = place < len(self.tokens) and self.tokens[place].text in self._joints
        return place + is_joint

    def number(self, place: int, most: int) -> int | None:
        """The whole number that stands at a place, where it is no more than that."""
        token = self.tokens[place] if 0 <= place < len(self.tokens) else None
        around = self.tokens[max(place - 1, 0) : place] + self.tokens[place + 1 : place + 2]
        if any(t.text == ":" for t in around):  # "10:75"
            return None
        if token is None or token.kind != "number" or token.value is None or token.value % 1:
            return None
        return int(token.value) if 0 <= token.value <= most else None


def _is_ordinal(said: Sequence[Token], at: int, words: MomentWords) -> bool:
    """Whether it is a sign of an ordinal: of "5." in "5. prosince", of "5-го"."""
    sign = said[at].text in (".", "-") and 0 < at < len(said) - 1
    if not sign or said[at - 1].kind != "number":
        return False
    if said[at].text == "-":
        return said[at].glued and said[at + 1].glued and said[at + 1].kind == "word"
    return said[at + 1].text in words.numerals.month
