"""When a caller wants something: "tomorrow at ten", "monday afternoon", "dans une heure".

What was said (`agent/slots/moment_reading.py`) becomes a local time, ISO to the minute. It comes
after `now`, the call's own clock, and lies within the hours in which people are there where what
was said leaves that open: "at eight" is the next eight o'clock in them, a day alone their opening.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from agent.hours import Hours, is_open, next_opening
from agent.slots.clock import DAY
from agent.slots.moment_reading import Said, read
from agent.slots.moment_words import MomentWords

_NOON = 12 * 60
_WAKING = (7 * 60, 22 * 60)  # "at three" is in the afternoon where people are always there
_AT_WORK = 9 * 60  # a day alone, where people are always there
_AHEAD = 8  # days in which a time of day is looked for
_FARTHEST = 366  # days: nobody means a moment after that
_MONTHS = 12
_ROUND = timedelta(minutes=5)  # a time that is proposed is one that people say
_HALF_HOUR = timedelta(minutes=30)
_EARLY = 60  # minutes: "before noon" is an hour before it
_LASTS = 4 * 60  # minutes that a part of the day lasts


@dataclass(frozen=True, slots=True)
class Clock:
    """What a moment depends on: the call's local clock, when people are there, what was asked."""

    now: datetime
    hours: Hours
    near: datetime | None = None  # what was proposed: "at three, rather" is on that day
    asked: bool = False  # whether a time was asked for: then a number alone is an hour


def moment(text: str, words: MomentWords, clock: Clock) -> str | None:
    """The moment that a text names; None where it names none, or one that is past or is none."""
    said = read(text, words, clock.asked)
    try:
        found = _moment(said, clock) if said else None
    except OverflowError:  # the year 9999, and after
        return None
    soonest = clock.now.replace(second=0, microsecond=0)
    if found is None or not soonest <= found <= clock.now + timedelta(days=_FARTHEST):
        return None
    return found.isoformat(timespec="minutes")


def names_time(text: str, words: MomentWords) -> bool:
    """Whether a text names a time of day, or a part of it."""
    said = read(text, words)
    return said is not None and (said.timed or said.after is not None)


def rounded(time: datetime, to: timedelta = _ROUND) -> datetime:
    """Up to the next time that people say."""
    midnight = time.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - (midnight - time) // to * to


def _moment(said: Said, clock: Clock) -> datetime | None:
    if said.after is not None:
        return rounded(clock.now + timedelta(minutes=said.after))
    if said.dated:
        day, today = _day(said, clock.now.date()), clock.now.date()
        return _on_day(said, day, clock) if day and day >= today else None
    if clock.near and (found := _on_day(said, clock.near.date(), clock)):
        return found
    days = [clock.now.date() + timedelta(days=n) for n in range(_AHEAD)]
    times = [time for day in days for time in _times(said, day)]
    return _best(times, clock) or _on_day(said, days[0], clock)


def _on_day(said: Said, day: date, clock: Clock) -> datetime | None:
    """At the time that was said, or when people come that day."""
    if said.timed:
        return _best(list(_times(said, day)), clock) or _what_is_left(said, day, clock.now)
    begins = max(datetime.combine(day, datetime.min.time()), rounded(clock.now))
    if is_open(clock.hours, begins):  # who is there at night is not what was asked
        waking = datetime.combine(day, datetime.min.time()) + timedelta(minutes=_AT_WORK)
        return max(begins, waking) if is_open(clock.hours, waking) else begins
    opens = next_opening(clock.hours, begins)
    noon = datetime.combine(day, datetime.min.time()) + timedelta(minutes=_NOON)
    return opens if opens and opens.date() == day else max(noon, begins)


def _best(times: list[datetime], clock: Clock) -> datetime | None:
    """The next one in which people are there and awake."""

    def rank(time: datetime) -> tuple[bool, bool, datetime]:
        waking = _WAKING[0] <= time.hour * 60 + time.minute < _WAKING[1]
        return not is_open(clock.hours, time), not waking, time

    return min((time for time in times if time > clock.now), key=rank, default=None)


def _times(said: Said, day: date) -> Iterator[datetime]:
    """All that a time of day can mean on a day."""
    midnight = datetime.combine(day, datetime.min.time())
    for minutes in _minutes(said):
        yield midnight + timedelta(minutes=minutes - (_EARLY if said.early else 0))


def _minutes(said: Said) -> tuple[int, ...]:
    clock, part = said.clock, said.part
    if clock is None:
        return () if part is None else (part,)
    half = said.half
    if half is None and part is not None:
        half = 0 if part < _NOON else _NOON
    if not 60 <= clock < 60 + _NOON:  # only one of the day's hours is called so
        return (clock,) if clock <= DAY else ()
    if half is None:
        return clock, (clock + _NOON) % DAY if clock >= _NOON else clock + _NOON
    return (clock % _NOON + half,)


def _what_is_left(said: Said, day: date, now: datetime) -> datetime | None:
    """Of a part of the day that has begun: "this afternoon", said at three."""
    if said.clock is not None or said.part is None or day != now.date():
        return None
    ends = datetime.combine(day, datetime.min.time()) + timedelta(minutes=said.part + _LASTS)
    later = rounded(now + _ROUND, _HALF_HOUR)
    return later if later < ends else None


def _day(said: Said, today: date) -> date | None:
    """The day that was said; None where there is no such day."""
    if said.date is not None:
        found = _dated(said.date, today)
    elif said.days is not None:
        found = today + timedelta(days=said.days)
    elif said.weeks is not None:
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=said.weeks)
        return max(monday, today) if said.weekday is None else monday + timedelta(said.weekday)
    else:
        ahead = ((said.weekday or 0) - today.weekday()) % 7 or 7
        return today + timedelta(days=ahead, weeks=said.further or 0)
    fits = found is None or said.weekday is None or found.weekday() == said.weekday
    return found if fits else None


def _dated(said: tuple[int, int, int], today: date) -> date | None:
    """The next such date; "the 31st of June" is none."""
    year, month, day = said
    if year:
        return _date(year, month, day)
    if month:
        years = (today.year, today.year + 1)
        return next((d for y in years if (d := _date(y, month, day)) and d >= today), None)
    for ahead in range(_MONTHS):
        years_on, month = divmod(today.month - 1 + ahead, _MONTHS)
        found = _date(today.year + years_on, month + 1, day)
        if found and found >= today:
            return found
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
