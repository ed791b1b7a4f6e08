"""What a turn says of a moment: a day, a time of day, a part of it, or how long from now.

Nothing here knows what time it is (`agent/slots/moment.py` does). Of each the first that is said
counts; what is said again after a word of correction ("no, sorry") counts instead.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

from agent.slots.clock import DAY, clock
from agent.slots.dates import Date, date, span
from agent.slots.moment_words import MomentWords, Turn

_LATEST = 24  # hours, as they are said
_PHRASES = ("days", "weekdays", "weeks", "further", "parts", "soon")
_MEANT = frozenset({"at", "beside", "ahead", "one", "greetings", "before", "hour", "since"})


@dataclass(frozen=True, slots=True)
class Said:
    """What was said; None is not said. Times of day and spans are minutes."""

    after: int | None = None  # "in an hour"
    days: int | None = None  # "tomorrow" is 1
    weekday: int | None = None  # Monday is 0
    weeks: int | None = None  # "next week" is 1
    further: int | None = None  # weeks after the day of the week that is next
    date: Date | None = None
    clock: int | None = None
    half: int | None = None  # of the day: 0 before noon, 720 after
    part: int | None = None
    early: bool | None = None  # before that time
    soon: int | None = None  # "any time": of the day that was said, or now

    @property
    def dated(self) -> bool:
        """Whether a day was said."""
        days = (self.after, self.days, self.weekday, self.weeks, self.date)
        return any(part is not None for part in days)

    @property
    def timed(self) -> bool:
        """Whether a time of day was said."""
        return self.clock is not None or self.part is not None

    def first(self, **values: Any) -> "Said":
        """With what was not said before."""
        return replace(self, **{n: v for n, v in values.items() if getattr(self, n) is None})

    def instead(self, other: "Said") -> "Said":
        """What counts where `other` was said after a word of correction: of it all there is."""
        kept = self
        if other.dated:
            kept = Said(clock=self.clock, half=self.half, part=self.part, early=self.early)
        if other.timed:
            kept = replace(kept, clock=None, half=None, part=None, early=None)
        return other.first(**{f.name: getattr(kept, f.name) for f in fields(Said)})


def read(text: str, words: MomentWords, asked: bool = True) -> Said | None:
    """What a turn says; None where it speaks of what is past, or of no moment.

    A number alone is an hour only where a time was `asked` for.
    """
    reader = _Reader(Turn(text, words), asked)
    said = reader.read()
    if said is None or said.dated or said.timed:
        return said
    return replace(said, after=0) if said.soon is not None and reader.whole else None


class _Reader:
    def __init__(self, turn: Turn, asked: bool) -> None:
        self._turn = turn
        self._asked = asked
        self._said = Said()
        self._bare: int | None = None  # a number alone: an hour, or a day of the month
        self._on_bare = False  # whether it stands where a day of the month would
        self.whole = True  # whether nothing else was said

    def read(self) -> Said | None:
        before, refused, place = Said(), False, 0
        while place < len(self._turn.tokens):
            found, end = self._turn.at(place)
            if "gone" in found:
                return None
            if "nots" in found:
                refused = True
            elif "instead" in found:
                before, refused = before.instead(self._end()), False
            else:
                kept, taken = self._said, self._take(place)
                if taken > place:
                    self._said = kept if refused else self._said
                    refused, end = False, taken
                elif not found.keys() & _MEANT:
                    sign = self._turn.tokens[place].kind == "other"
                    self.whole, refused = self.whole and sign, refused and sign
                    end = place + 1
            place = max(end, place + 1)
        return before.instead(self._end())

    def _end(self) -> Said:
        """All that was said since the last word of correction."""
        said, bare = self._said, self._bare
        self._said, self._bare = Said(), None
        if bare is None:
            return said
        timed = said.clock is not None
        if (timed or bare > _LATEST) and said.date is None and self._on_bare:
            return said.first(date=(0, 0, bare))
        hour = not timed and bare <= _LATEST and ((self._asked and self.whole) or said.dated)
        return said.first(clock=bare * 60) if hour else said

    def _take(self, place: int) -> int:
        """Take what stands at a place; where it ends, or that place where nothing does."""
        ways = (self._phrase, self._span, self._date, self._clock, self._number)
        return next((end for way in ways if (end := way(place)) > place), place)

    def _phrase(self, place: int) -> int:
        found, end = self._turn.at(place)
        names = {"weekdays": "weekday", "parts": "part"}
        kinds = [kind for kind in _PHRASES if kind in found]
        values = {names.get(kind, kind): found[kind] for kind in kinds}
        self._said = self._said.first(**values)
        return end if values else place

    def _span(self, place: int) -> int:
        minutes, end = span(self._turn, place)
        if minutes is None:
            return place
        days, rest = divmod(minutes, DAY)
        self._said = self._said.first(**({"after": minutes} if rest else {"days": days}))
        return end

    def _date(self, place: int) -> int:
        found, end = date(self._turn, place, self._stands_on_day(place))
        if found is not None:
            self._said = self._said.first(date=found)
        return end if found is not None else place

    def _clock(self, place: int) -> int:
        early = self._turn.one(place, "before")[1]
        start = self._turn.skip(early, "at")
        minutes, end = clock(self._turn, start, start > place)
        if minutes is None:
            return place
        half, end = self._turn.one(end, "halves")
        if self._said.clock is None:
            self._said = self._said.first(clock=minutes, half=half, early=early > place)
        return end

    def _number(self, place: int) -> int:
        number = self._turn.number(place, 31)
        if number is None or self._bare is not None:
            return place
        self._bare, self._on_bare = number, self._stands_on_day(place)
        return place + 1

    def _stands_on_day(self, place: int) -> bool:
        """Whether "the" or a day of the week stands before."""
        the = place > 0 and self._turn.one(place - 1, "beside")[0] is not None
        return the or self._said.weekday is not None
