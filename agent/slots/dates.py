"""Days and spans of time as they are said: "the 3rd of december", "in an hour"."""

from typing import TypeAlias

from agent.slots.clock import DAY
from agent.slots.moment_words import Turn

Date: TypeAlias = tuple[int, int, int]  # year, month and day; 0 where one was not said

_SUFFIXES = frozenset({"st", "nd", "rd", "th", "er", "re", "e", "ème", "eme"})
_DAYS = 31
_TENS = (20, 30)
_MONTHS = 12


def span(turn: Turn, place: int) -> tuple[int | None, int]:
    """Minutes from now: "in an hour", "an hour from now"."""
    past, hour = turn.one(place, "past_hour")
    if past is not None and (turn.number(hour, DAY) or turn.one(hour, "hours")[0]) is not None:
        return None, place  # "za kwadrans szósta": a quarter to six, not in a quarter of an hour
    begins = turn.one(place, "ahead")[1]
    minutes, end = _length(turn, begins)
    ends = turn.one(end, "since")[1]
    return (minutes, ends) if begins > place or ends > end else (None, place)


def date(turn: Turn, place: int, on: bool) -> tuple[Date | None, int]:
    """A date; a day of the month alone ("the 3rd") where it stands `on` one."""
    if turn.tokens[place].kind == "date":
        return _written(turn.tokens[place].text), place + 1
    month, end = turn.one(place, "months")
    if month is not None:  # "december the third"
        day, end = _day(turn, turn.skip(end, "beside"))
        return _with_year(turn, month, day, end) if day else (None, place)
    day, end = _day(turn, place)
    if day is None:
        return None, place
    month, after = _month(turn, end)
    if month is not None:
        return _with_year(turn, month, day, after)
    slash = end < len(turn.tokens) and turn.tokens[end].text == "/"
    if slash and (month := turn.number(end + 1, _MONTHS)):  # "3/12"
        return _with_year(turn, month, day, end + 2)
    ordinal = turn.number(place, _DAYS) is None or end > place + 1
    last = end >= len(turn.tokens) or turn.tokens[end].kind == "other"
    known = turn.at(end)[0].keys() - {"hour", "units"}
    return ((0, 0, day), end) if on and ordinal and (last or known) else (None, place)


def _month(turn: Turn, place: int) -> tuple[int | None, int]:
    """A month, past what may stand before it: "of", and no more ("de mhí an Mhárta")."""
    while True:
        month, end = turn.one(place, "months")
        after = turn.one(place, "beside")[1]
        if month is not None or after == place:
            return month, end
        place = after


def _length(turn: Turn, place: int) -> tuple[int | None, int]:
    """ "half an hour", "an hour", "two days"."""
    whole, end = turn.one(place, "spans")
    if whole is not None:
        return whole, end
    number, end = turn.number(place, DAY), place + 1
    if number is None:
        one, end = turn.one(place, "one")
        number = None if one is None else 1
    unit, end = turn.one(end, "units")
    return (None, place) if number is None or unit is None else (number * unit, end)


def _written(text: str) -> Date:
    """ "2026-12-03", "03/12/2026"."""
    first, second, third = (int(part) for part in text.replace("/", "-").split("-"))
    year, month, day = (first, second, third) if first > _DAYS else (third, second, first)
    return (year, day, month) if month > _MONTHS else (year, month, day)


def _with_year(turn: Turn, month: int, day: int | None, end: int) -> tuple[Date, int]:
    token = turn.tokens[end] if end < len(turn.tokens) else None
    year = turn.number(end, 9999) if token is not None and len(token.digits) == 4 else None
    return (year or 0, month, day or 0), end + (year is not None)


def _day(turn: Turn, place: int) -> tuple[int | None, int]:
    """ "3", "3rd", "third", "twenty sixth"; and where it ends."""
    number = turn.number(place, _DAYS)
    start = place if number is None else place + 1
    ordinal, end = turn.one(turn.joined(start) if number in _TENS else start, "ordinals")
    if number is None:
        return (None, place) if ordinal is None else (ordinal, end)
    token = turn.tokens[start] if start < len(turn.tokens) else None
    if token is not None and token.glued and token.text in _SUFFIXES:
        return number, start + 1
    tens = ordinal is not None and ordinal < 10 and number in _TENS
    return (number + (ordinal or 0), end) if tens else (number, start)
