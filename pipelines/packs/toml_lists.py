"""The lists of sentences in a language's files, and one of them changed.

A file keeps its comments, its order and its form: tomlkit changes only the sentences that differ,
and what comes out is read again before anybody writes it.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, TypeAlias

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Array

from pipelines.errors import ConfigurationError

Place: TypeAlias = tuple[str, ...]  # the keys that lead to a list: ("balance", "say")


def lists(table: Mapping[str, Any]) -> dict[Place, tuple[str, ...]]:
    """Every list of sentences in a file's content, however deep, in the file's order."""
    return dict(_walk(table, ()))


def with_list(
    text: str, place: Place, sentences: Sequence[str], new_table: Mapping[str, str] | None = None
) -> str:
    """The file's text with these sentences at that place; all else stays as it is.

    `new_table` is what a table begins with that has to be made for it: {"kind": "flow"}.

    Raises:
        ConfigurationError: the text is no TOML, or something else would change.
    """
    try:
        before, document = tomllib.loads(text), tomlkit.parse(text)
    except (tomllib.TOMLDecodeError, TOMLKitError) as error:
        raise ConfigurationError(f"no TOML: {error}; mend it first") from error
    wanted = _put(before, place, list(sentences), new_table or {})
    table: Any = document
    for name in place[:-1]:
        if name not in table:
            table[name] = tomlkit.table()
            table[name].update(new_table or {})
        table = table[name]
    there = table.get(place[-1])
    if isinstance(there, Array):
        _change(there, sentences)
    else:
        table[place[-1]] = list(sentences)
    changed = tomlkit.dumps(document)
    try:
        after: dict[str, Any] = tomllib.loads(changed)
    except tomllib.TOMLDecodeError:
        after = {}
    if after != wanted:
        name = ".".join(place)
        raise ConfigurationError(f"{name}: changing it would change something else; do it by hand")
    return changed


def write_whole(path: Path, text: str) -> None:
    """Whole or not at all: a crash in the middle leaves the file that was there."""
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(text.encode("utf-8"))
    part.replace(path)


def _walk(table: Mapping[str, Any], above: Place) -> Iterator[tuple[Place, tuple[str, ...]]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _walk(value, (*above, key))
        elif isinstance(value, list) and all(isinstance(each, str) for each in value):
            yield (*above, key), tuple(value)


def _change(array: Array, sentences: Sequence[str]) -> None:
    """From its end, so that the places before stay right."""
    there = [str(each) for each in array]
    changes = SequenceMatcher(None, there, list(sentences), autojunk=False).get_opcodes()
    for what, begin, end, first, last in reversed(changes):
        if what == "equal":
            continue
        kept = min(end - begin, last - first)
        for number in range(kept):
            array[begin + number] = sentences[first + number]
        for number in reversed(range(begin + kept, end)):
            array.pop(number)
        for number, sentence in enumerate(sentences[first + kept : last]):
            array.insert(begin + kept + number, sentence)


def _put(
    table: Mapping[str, Any], place: Place, sentences: list[str], new_table: Mapping[str, str]
) -> dict[str, Any]:
    name, *rest = place
    if not rest:
        return {**table, name: sentences}
    return {**table, name: _put(table.get(name, new_table), tuple(rest), sentences, new_table)}
