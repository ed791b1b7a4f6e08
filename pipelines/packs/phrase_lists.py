"""A language's `yes_no.toml` and `turn_taking.toml`: lists of phrases by what they do."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from pydantic import create_model

from agent.languages.language import Intent, words
from agent.languages.turn_taking import TurnTakingWords
from agent.languages.yes_no import YesNoWords
from pipelines.packs.toml_files import Strict, parse


def _file_of(kind: type[YesNoWords | TurnTakingWords]) -> type[Strict]:
    """A file with a key for each of its fields."""
    keys: Any = {each.name: (tuple[str, ...], ()) for each in fields(kind)}
    made: type[Strict] = create_model(f"_{kind.__name__}File", __base__=Strict, **keys)
    return made


_YesNoFile, _TurnTakingFile = _file_of(YesNoWords), _file_of(TurnTakingWords)


def load_yes_no(path: Path, intents: Mapping[str, Intent]) -> YesNoWords:
    """What the file has, and the samples of "affirm" and "deny"; without a file those alone."""
    file = parse(_YesNoFile, path) if path.exists() else _YesNoFile()
    said: dict[str, tuple[str, ...]] = dict(file)
    for kind, intent in (("yes", "affirm"), ("no", "deny")):
        said[kind] += intents[intent].say if intent in intents else ()
    return YesNoWords(**{kind: tuple(map(words, phrases)) for kind, phrases in said.items()})


def load_turn_taking(path: Path) -> TurnTakingWords:
    """Without a file, none."""
    file = parse(_TurnTakingFile, path) if path.exists() else _TurnTakingFile()
    return TurnTakingWords(**{kind: tuple(map(words, said)) for kind, said in file})
