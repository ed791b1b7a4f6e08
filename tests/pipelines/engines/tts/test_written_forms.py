"""What is written, and how it is said: one table a language, and what holds in all of them.

The tables in written_forms/ were written by hand before the code agreed with them, by a language
model; a speaker has looked at none.
"""

import random
import re
import tomllib
import unicodedata
from pathlib import Path

import pytest

from pipelines.engines.tts.normalisation import LANGUAGES, needs_reading, spoken
from pipelines.engines.tts.normalisation.nouns import month_names, table

PROMPTS = Path(__file__).parents[4] / "prompts"
TABLES = sorted(Path(__file__).with_name("written_forms").glob("*.tsv"))
ROWS = [
    (path.stem, *line.split("\t"))
    for path in TABLES
    for line in path.read_text(encoding="utf-8").splitlines()
    if path.stem in LANGUAGES
]


@pytest.mark.parametrize(("language", "written", "said"), ROWS)
def test_it_is_said_so(language: str, written: str, said: str) -> None:
    assert spoken(written, language) == said


def _written(chance: random.Random, language: str) -> str:
    """A sentence's worth of figures, of all kinds."""
    n, cents = chance.randrange(10 ** chance.randrange(1, 8)), chance.randrange(100)
    hour, minute = chance.randrange(25), chance.randrange(60)
    day, month, year = (
        chance.randrange(1, 32),
        chance.randrange(1, 13),
        chance.randrange(1900, 2100),
    )
    names = month_names(language) or ["×"]
    point = "." if language in ("en", "ga", "mt") else ","
    return chance.choice(
        [
            str(n),
            f"{n} x, {cents}",
            f"{n}{point}{cents} %",
            f"{n}{point}{cents:02} €",
            f"€{n}",
            f"{n} FCFA",
            f"{n} {chance.choice(['PLN', 'Kč', 'Ft', 'lei', 'kr', '₴', '₺', 'USD', 'CHF', 'RSD'])}",
            f"{n} {chance.choice(['GB', 'Go', 'MB', 'km', 'kWh', 'GHz', '°C', 'min', 'h', 's'])}",
            f"{hour}:{minute:02}",
            f"{hour}h{minute:02}",
            f"{day}.{month}.{year}",
            f"{day:02}/{month:02}/{year}",
            f"{year}-{month:02}-{day:02}",
            f"{day} {names[month - 1]} {year}",
            f"{day}. {names[month - 1]}",
            f"{day}.",
            f"{n}-{n + 5} GB",
            f"{day}/{month}",
            f"+221 77 {n} {cents:02}",
            f"*{n}#",
            f"{day}G",
            f"v{day}.{month}",
            f"-{n}",
        ]
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_figure_is_left(language: str) -> None:
    chance = random.Random(language)
    for _ in range(400):
        written = f"Abc {_written(chance, language)} xyz {_written(chance, language)}."
        said = spoken(written, language)
        assert not any(c.isdigit() for c in said), (written, said)
        assert "{" not in said, (written, said)
        assert "None" not in said, (written, said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_are_left_as_they_are(language: str) -> None:
    letters = (
        "Aë é ñ ŋ ɓ ɗ ƴ ħ ġ ż Ëïőűşğıİç ßœæøå ąćęłńóśźż čďěňřšťůž ελληνικά ΰ Ћирилица їєґ áéíóú"
    )
    assert spoken(letters, language) == letters
    said = spoken(f"{letters} {letters}, 5 {letters}.", language)
    assert said.startswith(f"{letters} {letters}, ")
    assert said.endswith(f" {letters}.")
    decomposed = unicodedata.normalize("NFD", letters)
    assert spoken(decomposed, language) == letters


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_read_twice(language: str) -> None:
    chance = random.Random(language)
    for _ in range(50):
        said = spoken(f"Abc {_written(chance, language)} xyz", language)
        assert spoken(said, language) == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_whole_hours_are_never_read_with_a_clock_of_twelve_in_figures(language: str) -> None:
    assert "o'clock" not in spoken("18:00", language)
    assert spoken("18:00", language) != spoken("8:00", language)


def test_all_languages_have_a_table_of_their_words() -> None:
    assert set(LANGUAGES) <= set(table())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_without_figures_is_not_read_at_all(language: str) -> None:
    """What most sentences are costs one look."""
    phrases = tomllib.loads((PROMPTS / language / "phrases.toml").read_text(encoding="utf-8"))
    wordings = [w for each in phrases.values() if isinstance(each, list) for w in each]
    plain = [w for w in wordings if isinstance(w, str) and not re.search(r"[\d{]", w)]
    assert len(plain) > 100
    assert [w for w in plain if needs_reading(w, language)] == []
