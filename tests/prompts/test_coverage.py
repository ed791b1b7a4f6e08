"""Every language's folder against the coverage list, drafts as well."""

import re

import pytest

from agent.languages.wording import word
from pipelines.cli.check import pack_problems
from pipelines.packs.coverage import coverage
from pipelines.packs.fixed_wording import sentences, with_values
from pipelines.packs.language_files import EVERY
from pipelines.packs.pack import Pack
from pipelines.packs.reader import PROMPTS, load

CODES = tuple(sorted(path.parent.name for path in PROMPTS.glob("*/language.toml")))


def pack(code: str) -> Pack:
    return load(PROMPTS, (EVERY,)).packs[code]


@pytest.mark.parametrize("code", CODES)
def test_it_is_complete(code: str) -> None:
    lacking = {part.name: part.missing for part in coverage(PROMPTS, code, CODES) if part.missing}
    assert lacking == {}


@pytest.mark.parametrize("code", CODES)
def test_nothing_is_wrong_with_it(code: str) -> None:
    assert pack_problems(pack(code), load(PROMPTS, (EVERY,))) == []


@pytest.mark.parametrize("code", CODES)
def test_what_it_says_is_filled_in(code: str) -> None:
    language = pack(code).language
    said = [*sentences(language), *with_values(language)]
    assert len(said) > 350
    assert [text for text in said if re.search(r"[{}]|\s\s|\s$|^\s", text)] == []


@pytest.mark.parametrize("code", CODES)
def test_it_says_every_day_of_a_year_and_every_hour(code: str) -> None:
    language = pack(code).language
    values = {"queue": "general", "at": "00:00", "opens": "08:00", "closes": "17:45"}
    days = {
        word(language, "closed", {**values, "day": f"2026-{month:02}-{day:02}"})[-1].text
        for month in range(1, 13)
        for day in range(1, 29)
    }
    assert len(days) == 12 * 28
    hours = {
        word(language, "closed", {**values, "day": "2026-05-02", "at": f"{hour:02}:30"})[-1].text
        for hour in range(24)
    }
    assert len(hours) == 24
