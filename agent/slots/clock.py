"""A time of day as it is said: "at ten", "half past two", "dix heures et quart", "15h30"."""

import re

from agent.slots.moment_words import Turn

DAY = 24 * 60  # minutes
_LATEST = 24  # hours, as they are said
_MINUTES = 59
_POINTED = re.compile(r"(\d|1\d|2[0-3])\.([0-5]\d)")  # "8.30"


def clock(turn: Turn, place: int, led: bool) -> tuple[int | None, int]:
    """Minutes since midnight of what stands at a place, None if nothing; where it ends.

    A number alone is an hour where it is `led` by a word such as "at".
    """
    if place >= len(turn.tokens):
        return None, place
    token = turn.tokens[place]
    if token.kind == "clock":
        hour, minute = map(int, re.findall(r"\d+", token.text))
        return (hour * 60 + minute if hour <= _LATEST else None), place + 1
    if token.kind == "number" and (pointed := _POINTED.fullmatch(token.text)):
        return int(pointed[1]) * 60 + int(pointed[2]), place + 1
    for way in (_turned, _named):
        minutes, end = way(turn, place)
        if minutes is not None:
            return minutes, end
    minutes, end = _hours(turn, place)
    told = end > place + 1 or turn.one(end, "halves")[0] is not None
    told = told or turn.one(turn.skip(end, "beside"), "parts")[0] is not None
    return (minutes, end) if told or led else (None, place)


def _turned(turn: Turn, place: int) -> tuple[int | None, int]:
    """ "half past two", "ten to five"."""
    minutes, end = turn.one(place, "past_hour")
    if minutes is None and (number := turn.number(place, _MINUTES)) is not None:
        after = turn.skip(place + 1, "minute")
        sign, end = turn.one(after, "turns")
        exact = number % 5 == 0 or after > place + 1  # "nine to ten" is from nine to ten
        minutes = number * sign if sign is not None and exact else None
    if minutes is None:
        return None, place
    hour, end = turn.one(end, "hours")
    if hour is None and (number := turn.number(end, _LATEST)) is not None:
        hour, end = number * 60, turn.skip(end + 1, "hour")
    return (None, place) if hour is None else ((hour + minutes) % DAY, end)


def _named(turn: Turn, place: int) -> tuple[int | None, int]:
    """ "noon", "midi et demi"."""
    named, end = turn.one(place, "hours")
    return (None, place) if named is None else _with_minutes(turn, named, end, True)


def _hours(turn: Turn, place: int) -> tuple[int | None, int]:
    """ "ten", "dix heures trente", "ten thirty", "ten oh five"."""
    hour = turn.number(place, _LATEST)
    if hour is None or turn.one(place + 1, "months")[0] is not None:  # "στις 5 Δεκεμβρίου"
        return None, place
    end = turn.skip(place + 1, "hour")
    named = end > place + 1
    minutes, end = _with_minutes(turn, hour * 60, end, named)
    among = turn.number(place - 1, 10**9) is not None or turn.number(end, 10**9) is not None
    return (None, place) if not named and (among or not hour) else (minutes, end)


def _with_minutes(turn: Turn, hour: int, place: int, named: bool) -> tuple[int, int]:
    """An hour with what follows it; `named` where the word for hours was said."""
    and_minutes = turn.joined(place)  # "15 sati i 30 minuta"
    if and_minutes > place and (minutes := _minutes(turn, and_minutes)) is not None:
        return hour + minutes[0], minutes[1]
    more, end = turn.one(place, "hour_and")
    if more is not None:
        whole = more % 60 == 0  # "fukki waxtu ak benn": more hours, which minutes may follow
        return (
            _with_minutes(turn, (hour + more) % DAY, end, named)
            if whole
            else (
                (hour + more) % DAY,
                end,
            )
        )
    less = turn.one(place, "less")[1]
    number = turn.number(less, _MINUTES)
    if less > place and number is not None:
        return (hour - number) % DAY, turn.skip(less + 1, "minute")
    oh = turn.one(place, "oh")[1]
    if named and (minutes := _minutes(turn, oh)) is not None:
        return hour + minutes[0], minutes[1]
    number = turn.number(oh, _MINUTES)
    small = number is not None and number < 10 and not named and oh == place
    if number is None or small or _counts(turn, oh + 1):
        return hour, place
    return hour + number, turn.skip(oh + 1, "minute")


def _minutes(turn: Turn, place: int) -> tuple[int, int] | None:
    """ "30 minuta", "fukki simili ak juróom"; and where it ends."""
    number = turn.number(place, _MINUTES)
    end = turn.skip(place + 1, "minute")
    if number is None or end == place + 1:
        return None
    ones = turn.joined(end)
    more = turn.number(ones, 9) if turn.ten_and_one and ones > end and number % 10 == 0 else None
    return (number, end) if more is None else (number + more, ones + 1)


def _counts(turn: Turn, place: int) -> bool:
    """Whether what follows tells that the number before it is a day or a span, and no minutes."""
    kinds = ("months", "units", "hour", "turns")
    return any(turn.one(place, kind)[0] is not None for kind in kinds)
