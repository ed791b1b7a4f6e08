"""Dates and times of day in every language: what is written and spoken is understood."""

from datetime import date, datetime

import pytest

from agent.hours import Hours
from agent.languages.wording import fill
from agent.slots.moment import Clock, moment
from pipelines.engines.tts.normalisation import spoken
from pipelines.packs.language_files import EVERY
from pipelines.packs.reader import PROMPTS, load

PACKS = load(PROMPTS, (EVERY,)).packs
CLOCK = Clock(datetime(2026, 11, 30, 8, 0), Hours())
DAYS = [date(2026 + n // 12, n % 12 + 1, day) for n, day in enumerate((5, 21, 1, 30, 8), start=11)]
DAYS += [date(2027, month, 3 * month - 7) for month in range(5, 12)]
TIMES = ("09:00", "10:00", "11:45", "12:00", "14:00", "15:30", "18:15", "20:00")
LED = {"el": "στις "}  # the other languages' wording of a time needs no word before it


def written(language: str, day: str, time: str) -> str:
    pack = PACKS[language].language
    said = fill(pack, "{day:date}, {led}{time:time}", {"day": day, "time": time, "led": ""})
    return said.replace(", ", f", {LED.get(language, '')}")


@pytest.mark.parametrize("language", PACKS)
def test_a_day_is_understood_as_it_is_written_and_spoken(language: str) -> None:
    words = PACKS[language].language.moments
    for day in map(str, DAYS):
        text = written(language, day, "10:00")
        assert moment(text, words, CLOCK) == f"{day}T10:00", text
        said = spoken(text, language)
        assert moment(said, words, CLOCK) == f"{day}T10:00", said


@pytest.mark.parametrize("language", PACKS)
def test_a_time_is_understood_as_it_is_written_and_spoken(language: str) -> None:
    words = PACKS[language].language.moments
    for time in TIMES:
        text = written(language, "2026-12-05", time)
        assert moment(text, words, CLOCK) == f"2026-12-05T{time}", text
        said = spoken(text, language)
        assert moment(said, words, CLOCK) == f"2026-12-05T{time}", said


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("lv", "piektajā decembrī pulksten 10"),
        ("lv", "5. decembris pulksten 10"),
        ("lt", "gruodžio 5 dieną 10 valandą"),
        ("el", "στις 5 Δεκέμβρη στις 10"),
        ("el", "στις 5 δεκεμβριου στις 10"),
        ("uk", "5-го грудня о 10"),
        ("hr", "5. prosinca u 10 sati i 0 minuta"),
        ("hu", "december 5-én 10 órakor"),
        ("ga", "an 5 de mhí na Nollag ar a 10 a chlog"),
        ("fr", "le 5 decembre a 10 heures"),
    ],
)
def test_a_month_in_its_other_forms(language: str, text: str) -> None:
    assert moment(text, PACKS[language].language.moments, CLOCK) == "2026-12-05T10:00"
