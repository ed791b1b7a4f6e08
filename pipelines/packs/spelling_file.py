"""A language's `spelling.toml`: how addresses, names and codes are spelled."""

from pathlib import Path

from pydantic import Field

from agent.numbers.digits import DigitWords
from agent.slots.spelling import SpellingWords
from pipelines.packs.toml_files import Strict, parse


class _SpellingFile(Strict):
    letters: dict[str, str] = Field(default_factory=dict)
    alphabet: frozenset[str] = frozenset()
    as_in: tuple[str, ...] = ()
    spelt: tuple[str, ...] = ()
    signs: dict[str, str] = Field(default_factory=dict)
    said: dict[str, str] = Field(default_factory=dict)
    domains: dict[str, str] = Field(default_factory=dict)
    beside: tuple[str, ...] = ()
    asides: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()


def load_spelling(path: Path, digits: DigitWords) -> SpellingWords:
    """As the dialogue takes it; without a file only what is written in letters and signs counts."""
    file = parse(_SpellingFile, path) if path.exists() else _SpellingFile()
    return SpellingWords(digits, **file.model_dump())
