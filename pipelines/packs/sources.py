"""Of which text each piece of a language's wording is a translation: `prompts/<code>/sources.toml`.

A name, and eight hex digits of the text that stood there when it was translated. Where that text
has changed since, the translation is stale. Only what is translated line by line is recorded: what
callers say is written anew in each language, and never was a translation.
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from pipelines.errors import ConfigurationError
from pipelines.packs.toml_files import read_toml

FILE = "sources.toml"
RECORDED = ("phrases", "callers")  # files whose entries are translated line by line
Sources: TypeAlias = Mapping[str, Mapping[str, str]]  # file -> name -> hash
_ABOUT = """\
# Of what the wording of this folder is a translation: eight hex digits of each text when it was
# translated. 'waxtaan check --language CODE' tells what has changed since, 'waxtaan translate'
# writes this file.
"""


def hashed(value: Any) -> str:
    """Eight hex digits of what a TOML file holds under a name: the same for the same value."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def now_of(folder: Path) -> dict[str, dict[str, str]]:
    """What a language's folder holds now; a file that is not there holds nothing.

    Raises:
        ConfigurationError: a file is no TOML.
    """
    paths = {name: folder / f"{name}.toml" for name in RECORDED}
    return {
        name: {key: hashed(value) for key, value in read_toml(path).items()}
        for name, path in paths.items()
        if path.exists()
    }


def stale(pack_sources: Sources, english: Sources) -> tuple[str, ...]:
    """What was translated from a text that has changed since: ("phrases ask.open", ...).

    A text that is gone makes nothing stale: nobody says its translation.
    """
    return tuple(
        f"{file} {name}"
        for file, recorded in pack_sources.items()
        for name, was in recorded.items()
        if english.get(file, {}).get(name, was) != was
    )


def stale_of(prompts: Path, code: str) -> tuple[str, ...]:
    """The same of `prompts/<code>`; nothing where no record is kept.

    Raises:
        ConfigurationError: the record, or the language that it was translated from, cannot be read.
    """
    source, recorded = read(prompts / code)
    return stale(recorded, now_of(prompts / source)) if recorded else ()


def read(folder: Path) -> tuple[str, dict[str, dict[str, str]]]:
    """The language that a folder was translated from, and its record; ("", {}) without one.

    Raises:
        ConfigurationError: the file is none that `write` has written.
    """
    path = folder / FILE
    if not path.exists():
        return "", {}
    data = read_toml(path)
    source = data.pop("source", None)
    tables = [table for table in data.values() if isinstance(table, dict)]
    wrong = len(tables) < len(data) or any(
        not isinstance(each, str) for table in tables for each in table.values()
    )
    if not isinstance(source, str) or not source or wrong:
        raise ConfigurationError(
            f'{path}: expected source = "en" and tables of hashes; \'waxtaan translate --to '
            f"{folder.name} --record' writes it anew"
        )
    return source, data


def write(folder: Path, source: str, sources: Sources) -> None:
    """Replace the record as a whole: a reader sees the one before or this one."""
    lines = [f'{_ABOUT}source = "{source}"\n']
    for file, recorded in sources.items():
        lines.append(f"\n[{file}]\n")
        lines += [f'{json.dumps(name)} = "{was}"\n' for name, was in sorted(recorded.items())]
    text = "".join(lines)
    tomllib.loads(text)
    beside = folder / f".{FILE}.new"
    beside.write_text(text, encoding="utf-8")
    beside.replace(folder / FILE)


def record(prompts: Path, code: str, source: str) -> int:
    """Take the wording that a folder has as translated from what `source` says now.

    Returns how many are recorded.

    Raises:
        ConfigurationError: a file is no TOML.
    """
    english, own = now_of(prompts / source), now_of(prompts / code)
    found = {
        file: {name: was for name, was in names.items() if name in own.get(file, {})}
        for file, names in english.items()
    }
    write(prompts / code, source, found)
    return sum(map(len, found.values()))
