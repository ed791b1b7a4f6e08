"""Sentences added to a pack's `samples.toml`: its comments, order and form stay as they are.

The file is changed as text, at the end of one array, and read before and after: a change that would
touch anything else, or leave no TOML, is refused.
"""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from agent.languages.language import words
from pipelines.errors import ConfigurationError

_NAME = re.compile(r"[A-Za-z0-9_-]+")
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*|[\[\],]')


def add_samples(text: str, name: str, sentences: Sequence[str]) -> tuple[str, list[str]]:
    """The file's text with these sentences under `name`, and those that were added.

    A sentence whose words the file has already, under whatever name, is not added. A name that it
    lacks is added below all others.

    Raises:
        ConfigurationError: the text is no TOML, or the array cannot be added to without touching
            something else.
    """
    before = _read(text)
    if not _NAME.fullmatch(name):
        raise ConfigurationError(f"'{name}' cannot be a key: letters, digits, _ and - alone")
    seen = {words(each) for each in _strings(before)} | {""}
    added = []
    for sentence in sentences:
        if words(sentence) not in seen:
            seen.add(words(sentence))
            added.append(sentence)
    if not added:
        return text, []
    there = before.get(name, [])
    if not isinstance(there, list):
        raise ConfigurationError(f"{name}: expected a list of sentences")
    changed = _added(text, name, added, new=name not in before)
    try:
        after: Mapping[str, Any] = tomllib.loads(changed)
    except tomllib.TOMLDecodeError:
        after = {}
    if after != {**before, name: [*there, *added]}:
        raise ConfigurationError(f"{name}: adding to it would change something else; add by hand")
    return changed, added


def _added(text: str, name: str, sentences: Sequence[str], new: bool) -> str:
    # What JSON escapes in a string, TOML reads alike.
    end_line = "\r\n" if "\r\n" in text else "\n"
    lines = "".join(f"    {json.dumps(each, ensure_ascii=False)},{end_line}" for each in sentences)
    if new:
        above = f"{text.rstrip()}{end_line}{end_line}" if text.strip() else text
        return f"{above}{name} = [{end_line}{lines}]{end_line}"
    begin = re.search(rf"^{re.escape(name)}[ \t]*=[ \t]*\[", text, re.M)
    if begin is None:
        return text
    end, comma = _end(text, begin.end())
    if comma is not None:
        text = f"{text[:comma]},{text[comma:]}"
        end += 1
    ahead = text[:end].rstrip(" \t")
    return f"{ahead}{'' if ahead.endswith(end_line) else end_line}{lines}{text[end:]}"


def _end(text: str, at: int) -> tuple[int, int | None]:
    """Where the array that begins before `at` ends, and where its last string lacks a comma."""
    comma = None
    for token in _TOKEN.finditer(text, at):
        if token[0] == "]":
            return token.start(), comma
        if token[0] == ",":
            comma = None
        elif token[0][0] in "\"'":
            comma = token.end()
    return at, None


def _strings(table: Mapping[str, Any]) -> list[str]:
    lists = [listed for listed in table.values() if isinstance(listed, list)]
    return [each for listed in lists for each in listed if isinstance(each, str)]


def _read(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"no TOML: {error}; mend it first") from error
