"""When a desk is open, by its own wall clock.

Times are minutes since midnight, spans half-open: a desk that closes at 18:00 is closed at 18:00.
All moments are naive and local; whoever starts the call knows the time zone. A span does not run
past midnight: an evening that does is "22:00-24:00" and the next day "00:00-06:00", and the desk
does not open at midnight because it never closed.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS: tuple[tuple[Span, ...], ...] = (((0, 1440),),) * 7

_SPAN = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_AHEAD = 400  # days: a desk that does not open within a year does not open
_MINUTE = timedelta(minutes=1)
_LAST = 30  # minutes before it closes, a desk still has time for a call


@dataclass(frozen=True, slots=True)
class Hours:
    """The spans of each day, Monday first, and the days ("2026-12-25") on which nobody is there."""

    week: tuple[tuple[Span, ...], ...] = ALWAYS
    holidays: frozenset[str] = field(default_factory=frozenset)


def spans(text: str) -> tuple[Span, ...]:
    """ "08:00-12:00 14:00-18:00" as spans; "" is a day off.

    Raises:
        ValueError: says which part is no span, or which begins before the one before it ends.
    """
    found: list[Span] = []
    for part in text.split():
        match = _SPAN.fullmatch(part)
        if match is None:
            raise ValueError(f"'{part}' is not of the form 08:00-18:00")
        hour, minute, to_hour, to_minute = map(int, match.groups())
        span = (hour * 60 + minute, to_hour * 60 + to_minute)
        if span[0] >= span[1] or span[1] > 1440:
            raise ValueError(f"'{part}' does not end after it begins and by 24:00")
        if found and span[0] < found[-1][1]:
            raise ValueError(f"'{part}' begins before the span before it ends")
        found.append(span)
    return tuple(found)


def is_open(hours: Hours, local: datetime) -> bool:
    """Whether somebody is there at that moment."""
    minute = local.hour * 60 + local.minute
    return any(start <= minute < end for start, end in _spans_of(hours, local))


def next_opening(hours: Hours, after: datetime) -> datetime | None:
    """The first moment after `after` at which a closed desk opens; None if it never does."""
    midnight = after.replace(hour=0, minute=0, second=0, microsecond=0)
    for day in range(_AHEAD):
        date = midnight + timedelta(days=day)
        for start, _ in _spans_of(hours, date):
            opens = date + timedelta(minutes=start)
            if opens > after and not is_open(hours, opens - _MINUTE):
                return opens
    return None


def span_of(hours: Hours, local: datetime) -> tuple[datetime, datetime] | None:
    """From when to when somebody is there around that moment; None if nobody is."""
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    for start, end in _spans_of(hours, local):
        if start <= local.hour * 60 + local.minute < end:
            return midnight + timedelta(minutes=start), midnight + timedelta(minutes=end)
    return None


def nearest(hours: Hours, wanted: datetime, now: datetime) -> datetime | None:
    """The moment nearest to that, from now on, at which somebody is there; None if never."""
    if wanted >= now and is_open(hours, wanted):
        return wanted
    found = [opens for opens in (next_opening(hours, max(wanted, now)),) if opens]
    for back in range((wanted.date() - now.date()).days + 1):
        midnight = datetime.combine(wanted.date() - timedelta(days=back), datetime.min.time())
        ends = [
            midnight + timedelta(minutes=max(start, end - _LAST))
            for start, end in _spans_of(hours, midnight)
        ]
        before = [time for time in ends if now < time <= wanted]
        if before:
            found.append(before[-1])
            break
    return min(found, key=lambda time: abs(time - wanted), default=None)


def _spans_of(hours: Hours, date: datetime) -> tuple[Span, ...]:
    return () if date.date().isoformat() in hours.holidays else hours.week[date.weekday()]
