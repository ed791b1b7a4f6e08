"""Opening hours: half-open spans, days off, and when it opens again."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.hours import ALWAYS, Hours, is_open, next_opening, spans

DAY = spans("08:00-12:00 14:00-18:00")
OFFICE = Hours((DAY,) * 5 + ((), ()), frozenset({"2026-11-26"}))  # a Thursday
NIGHT = Hours((spans("00:00-06:00 22:00-24:00"),) * 7)
NEVER = Hours(((),) * 7)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("when", "answer"),
    [
        ("2026-11-24T07:59:59", False),
        ("2026-11-24T08:00:00", True),
        ("2026-11-24T11:59:59", True),
        ("2026-11-24T12:00:00", False),
        ("2026-11-24T14:00:00", True),
        ("2026-11-24T18:00:00", False),
        ("2026-11-26T09:00:00", False),  # the holiday
        ("2026-11-28T09:00:00", False),  # Saturday
    ],
)
def test_a_span_holds_its_start_and_not_its_end(when: str, answer: bool) -> None:
    assert is_open(OFFICE, at(when)) is answer


@pytest.mark.parametrize(
    ("after", "opens"),
    [
        ("2026-11-24T00:00:00", "2026-11-24T08:00:00"),
        ("2026-11-24T08:00:00", "2026-11-24T14:00:00"),  # later, not now
        ("2026-11-24T12:30:00", "2026-11-24T14:00:00"),
        ("2026-11-25T18:00:00", "2026-11-27T08:00:00"),  # over the holiday
        ("2026-11-27T18:00:00", "2026-11-30T08:00:00"),  # over the weekend
        ("2026-12-31T23:59:59", "2027-01-01T08:00:00"),
    ],
)
def test_it_opens_again(after: str, opens: str) -> None:
    assert next_opening(OFFICE, at(after)) == at(opens)


def test_what_runs_through_midnight_does_not_open_there() -> None:
    assert is_open(NIGHT, at("2026-11-24T23:59:59"))
    assert is_open(NIGHT, at("2026-11-25T00:00:00"))
    assert next_opening(NIGHT, at("2026-11-24T23:00:00")) == at("2026-11-25T22:00:00")


def test_always_and_never() -> None:
    assert Hours().week == ALWAYS
    assert is_open(Hours(), at("2026-11-24T03:00:00"))
    assert next_opening(Hours(), at("2026-11-24T03:00:00")) is None
    assert not is_open(NEVER, at("2026-11-24T03:00:00"))
    assert next_opening(NEVER, at("2026-11-24T03:00:00")) is None


def test_who_is_always_there_has_holidays_too() -> None:
    hours = Hours(holidays=frozenset({"2026-12-25"}))
    assert not is_open(hours, at("2026-12-25T12:00:00"))
    assert next_opening(hours, at("2026-12-25T12:00:00")) == at("2026-12-26T00:00:00")


@given(st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2030, 1, 1)))
def test_an_opening_is_the_first_open_moment_after_closed_ones(when: datetime) -> None:
    opens = next_opening(OFFICE, when)
    assert opens is not None
    assert opens > when
    assert is_open(OFFICE, opens)


@pytest.mark.parametrize(
    "text",
    ["8-18", "08:00", "18:00-08:00", "08:00-08:00", "08:00-24:30", "08:00-12:00 11:00-13:00",
     "08:00+01:00-12:00"],
)  # fmt: skip
def test_what_is_no_span_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=text.split()[-1].replace("+", r"\+")):
        spans(text)
