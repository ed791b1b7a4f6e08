"""When a caller wants something: what was said, by the call's clock and people's hours."""

import os
import time
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.hours import Hours, is_open, nearest, spans
from agent.slots.moment import Clock, moment
from tests.agent.talk import CATALOG

SENTENCES = tomllib.loads(Path(__file__).with_name("moments.toml").read_text(encoding="utf-8"))
OFFICE = Hours((spans("08:00-18:00"),) * 5 + (spans("09:00-13:00"), ()))
ALWAYS = Hours()
TUESDAY = datetime(2026, 11, 24, 10)  # a Tuesday
WORDS = """
    in at tomorrow monday half past two 31 99 june the of next week morning 10:99 3/99 no sorry not
    before an hour 0 9999 midnight dans une heure demain moins le quart et demie lundi oh to 1er
    2026-02-31 31/12/9999 24h60 12 am pm days weeks 900000
"""
ALL = [(code, said) for code, table in SENTENCES.items() for said in table]


def read(said: str, code: str = "en", clock: Clock | None = None) -> str:
    words = CATALOG.languages[code].moments
    return moment(said, words, clock or Clock(TUESDAY, OFFICE)) or ""


@pytest.fixture(params=["Pacific/Kiritimati", "America/Los_Angeles"])
def elsewhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", request.param)
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(("code", "said"), ALL, ids=[f"{code}-{said}" for code, said in ALL])
def test_what_callers_say(code: str, said: str) -> None:
    wanted = SENTENCES[code][said]
    found = read(said, code)
    assert (found[: len(wanted)] if wanted else found) == wanted


@pytest.mark.usefixtures("elsewhere")
def test_where_the_machine_stands_and_what_it_speaks_is_nothing() -> None:
    assert os.environ["TZ"] == time.tzname[0] or time.timezone or time.daylight
    for code, said in ALL:
        wanted = SENTENCES[code][said]
        assert read(said, code)[: len(wanted) or None] == wanted, said


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)))
def test_the_same_words_are_as_far_off_whenever_they_are_said(now: datetime) -> None:
    clock = Clock(now, ALWAYS)
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = (day + timedelta(days=1, hours=10)).isoformat(timespec="minutes")
    assert read("tomorrow at ten", "en", clock) == read("demain à dix heures", "fr", clock)
    assert read("tomorrow at ten", "en", clock) == tomorrow
    monday = datetime.fromisoformat(read("lundi à quinze heures", "fr", clock))
    assert (monday.weekday(), monday.hour) == (0, 15)
    assert timedelta() < monday - now < timedelta(days=8)
    hour = datetime.fromisoformat(read("in an hour", "en", clock)) - now
    assert timedelta(hours=1) <= hour < timedelta(hours=1, minutes=5)


@given(
    st.text(max_size=60) | st.lists(st.sampled_from(WORDS.split()), max_size=9).map(" ".join),
    st.sampled_from(["en", "fr"]),
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)),
)
def test_nothing_raises_and_nothing_is_past(said: str, code: str, now: datetime) -> None:
    for hours in (OFFICE, ALWAYS, Hours(((),) * 7)):
        found = read(said, code, Clock(now, hours))
        if found:
            assert now - timedelta(minutes=1) < datetime.fromisoformat(found)
            assert datetime.fromisoformat(found) <= now + timedelta(days=366)


@pytest.mark.parametrize(
    "said",
    [
        "the thirty first of june at ten",
        "30 february",
        "on the 31st of november",
        "2026-02-31",
        "the third of december 2020",
        "03/12/2020 at ten",
        "today at nine in the morning",
        "this morning at eight",
        "last monday at ten",
        "two days ago",
        "yesterday morning",
        "at twenty five o'clock",
        "at 10:75",
        "at 26:00",
        "monday the third of december",  # a Thursday
        "in a thousand days",
        "in nine thousand years",
        "the 3rd of december 2099",
        "i have three phones",
        "nine",  # of what? it may be a key
        "two please",
        "my number is seven seven zero zero zero one two three four",
        "good morning",
        "i may be late",
        "",
        "no",
        "yes please",
    ],
)
def test_what_is_no_moment_ahead(said: str) -> None:
    assert read(said) == ""


def test_a_number_alone_is_an_hour_where_a_time_was_asked_for() -> None:
    assert read("nine", clock=Clock(TUESDAY, OFFICE, asked=True)) == "2026-11-25T09:00"
    assert read("ten thirty") == "2026-11-24T10:30"


@pytest.mark.parametrize(
    ("said", "hours", "found"),
    [
        ("at eight", OFFICE, "2026-11-25T08:00"),
        ("at eight", ALWAYS, "2026-11-24T20:00"),
        ("at three", ALWAYS, "2026-11-24T15:00"),
        ("tomorrow at three", ALWAYS, "2026-11-25T15:00"),
        ("at nine", Hours((spans("20:00-23:00"),) * 7), "2026-11-24T21:00"),
        ("at nine", Hours(((),) * 7), "2026-11-24T21:00"),
        ("tomorrow", Hours((spans("11:00-12:00"),) * 7), "2026-11-25T11:00"),
        ("saturday", OFFICE, "2026-11-28T09:00"),
        ("sunday", OFFICE, "2026-11-29T12:00"),
        ("today", OFFICE, "2026-11-24T10:00"),
    ],
)
def test_what_is_left_open_is_when_people_are_there(said: str, hours: Hours, found: str) -> None:
    assert read(said, clock=Clock(TUESDAY, hours)) == found


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("at eleven rather", "2026-11-27T11:00"),
        ("in the afternoon", "2026-11-27T14:00"),
        ("tomorrow at eleven", "2026-11-25T11:00"),
        ("in an hour", "2026-11-24T11:00"),
    ],
)
def test_a_time_alone_is_of_the_day_that_was_proposed(said: str, found: str) -> None:
    friday = datetime(2026, 11, 27, 8)
    assert read(said, clock=Clock(TUESDAY, OFFICE, friday)) == found


def test_a_part_of_the_day_that_has_begun_is_what_is_left_of_it() -> None:
    late = Clock(datetime(2026, 11, 24, 15, 10), OFFICE)
    assert read("this afternoon", clock=late) == "2026-11-24T15:30"
    assert read("this morning", clock=late) == ""


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("2026-11-25T10:00", "2026-11-25T10:00"),
        ("2026-11-25T19:00", "2026-11-25T17:30"),
        ("2026-11-25T07:00", "2026-11-25T08:00"),
        ("2026-11-29T12:00", "2026-11-30T08:00"),
        ("2026-11-28T15:00", "2026-11-28T12:30"),
    ],
)
def test_the_nearest_moment_at_which_somebody_is_there(wanted: str, found: str) -> None:
    time_found = nearest(OFFICE, datetime.fromisoformat(wanted), TUESDAY)
    assert time_found is not None
    assert time_found.isoformat(timespec="minutes") == found
    assert is_open(OFFICE, time_found)
    assert nearest(Hours(((),) * 7), TUESDAY, TUESDAY) is None
