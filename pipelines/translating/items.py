"""What there is to draft in a language's folder: entries of its files, and the parts of each.

Two ways to draft a part. `lines`: each line is translated, its {placeholders} kept. `ways`: the
model writes what people of that language say in the same place, not word by word; what counts is
that there are enough of them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pipelines.packs.coverage import FEWEST
from pipelines.packs.toml_files import read_toml

MOST = 20  # lines that a part has at most, and that a request asks for
_PATTERNS = 5  # of them: each is as long as several lines
FILES = (
    *("phrases", "intents", "yes_no", "language", "turn_taking"),
    *("languages", "spelling", "gate", "search", "llm", "callers"),
)
# What a library knows, or a clerk has to write: how half past is said differs too much between
# languages to be told by the English ("half four" is half past three in German).
LEFT = {
    "language": ("[digits]", "[moments] past_hour, turns, hour_and, halves, further, oh"),
    "gate": ("[numbers] words, scales",),
}
_NOT_LANGUAGE = frozenset({"voice", "digits", "asr", "llm"})
_NOT_MOMENTS = frozenset({"past_hour", "turns", "hour_and", "halves", "further", "oh"})
# What callers say who do not speak the language, and what stands in addresses.
_FOREIGN = frozenset(
    {("intents", "english"), ("intents", "french"), ("spelling", "names"), ("spelling", "alphabet")}
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that are drafted together.

    `name` is what they are for ("[balance] say"), `stands_for` the value that they are ways to say,
    where they are that ("1" of the weekdays). `fewest` ways are enough.
    """

    name: str
    lines: tuple[str, ...]
    how: Literal["lines", "ways"] = "lines"
    fewest: int = 1
    stands_for: str = ""
    pattern: bool = False  # of the gate, with signs of its own
    foreign: bool = False  # may be in another language or script: "do you speak english"

    @property
    def most(self) -> int:
        """How many lines are asked for."""
        if self.how == "lines":
            return len(self.lines)
        return min(MOST, max(len(self.lines), self.fewest, 3))


Drafted: TypeAlias = Sequence[tuple[str, ...]]  # for each part its lines, () where it was refused


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of a file, or with key "" a whole table; `build` makes its value of its parts."""

    file: str
    table: str
    key: str
    parts: tuple[Part, ...]
    build: Callable[[Drafted], Any]

    @property
    def name(self) -> str:
        """As people find it: "intents.toml [balance] say"."""
        where = f"[{self.table}] {self.key}".strip() if self.table else self.key
        return f"{self.file}.toml {where}"


def items_of(folder: Path, only: Sequence[str] = FILES) -> list[Item]:
    """Everything that the folder of the source language has, in the order of `FILES`.

    Raises:
        ConfigurationError: a file is missing or no TOML.
    """
    return [
        item
        for file in FILES
        if file in only
        for item in _OF[file](read_toml(folder / f"{file}.toml"))
    ]


def line_by_line(file: str, key: str, lines: Sequence[str]) -> Item:
    """An entry whose lines are translated one by one."""
    return Item(file, "", key, (Part(key, tuple(lines)),), lambda found: list(found[0]))


def ways(file: str, table: str, key: str, lines: Sequence[str], *, pattern: bool = False) -> Item:
    """An entry that lists what people say; a long one is drafted in several parts."""
    name = f"[{table}] {key}" if table else key
    foreign = (file, table or key) in _FOREIGN
    most = _PATTERNS if pattern else MOST
    chunks = [tuple(lines[at : at + most]) for at in range(0, len(lines), most)]
    parts = [Part(name, c, "ways", _enough(c), "", pattern, foreign) for c in chunks]
    return Item(file, table, key, tuple(parts), _merged)


def _enough(lines: Sequence[str]) -> int:
    return max(min(FEWEST, len(lines)), len(lines) // 3)


def _merged(found: Drafted) -> list[str]:
    return list(dict.fromkeys(line for lines in found for line in lines))


def table(file: str, at: str, key: str, values: Mapping[str, Any]) -> Item:
    """A table of phrases and what each means: for each meaning, the ways to say it."""
    means: dict[Any, list[str]] = {}
    for phrase, value in values.items():
        means.setdefault(value, []).append(phrase)
    name = f"[{at}] {key}" if key else f"[{at}]"
    parts = tuple(
        Part(name, tuple(phrases)[:MOST], "ways", 1, str(value)) for value, phrases in means.items()
    )
    meant = tuple(means)

    def build(found: Drafted) -> dict[str, Any]:
        said: dict[str, Any] = {}
        for value, phrases in zip(meant, found, strict=True):
            for phrase in phrases:
                said.setdefault(phrase, value)  # what means two things means the first
        return said

    return Item(file, at, key, parts, build)


def _phrases(data: Mapping[str, Any]) -> Iterator[Item]:
    for key, lines in data.items():
        yield line_by_line("phrases", key, lines)


def _intents(data: Mapping[str, Any]) -> Iterator[Item]:
    for intent, entry in data.items():
        for key in ("say", "must", "words", "unless"):
            if entry.get(key):
                yield ways("intents", intent, key, entry[key])


def _lists(file: str) -> Callable[[Mapping[str, Any]], Iterator[Item]]:
    def items(data: Mapping[str, Any]) -> Iterator[Item]:
        for key, lines in data.items():
            yield ways(file, "", key, lines)

    return items


def _entries(file: str, at: str, data: Mapping[str, Any], skip: frozenset[str]) -> Iterator[Item]:
    """Lists are ways; tables within are phrases by what they mean."""
    for key, value in data.items():
        if key in skip:
            continue
        if isinstance(value, dict):
            yield table(file, f"{at}.{key}" if at else key, "", value)
        elif isinstance(value, list):
            yield ways(file, at, key, value)


def _language(data: Mapping[str, Any]) -> Iterator[Item]:
    yield line_by_line("language", "months", data["months"])
    inner = frozenset({"digit_strings", "moments", "months"})
    yield from _entries("language", "", data, _NOT_LANGUAGE | inner)
    strings = data.get("digit_strings", {})
    for key in ("beside", "instead", "plus"):
        if strings.get(key):
            yield ways("language", "digit_strings", key, strings[key])
    if strings.get("times"):
        yield table("language", "digit_strings", "times", strings["times"])
    yield from _entries("language", "moments", data.get("moments", {}), _NOT_MOMENTS)


def _spelling(data: Mapping[str, Any]) -> Iterator[Item]:
    yield from _entries("spelling", "", data, frozenset({"letters", "said", "domains"}))
    named: dict[str, str] = {letter: letter for letter in _LETTERS}
    named |= data.get("letters", {})
    yield table("spelling", "letters", "", named)
    said: dict[str, str] = data.get("said", {})
    signs = tuple(said)
    parts = tuple(Part("[said]", (said[sign],), "lines", stands_for=sign) for sign in signs)
    yield Item(
        *("spelling", "said", "", parts),
        lambda found: {s: lines[0] for s, lines in zip(signs, found, strict=True) if lines},
    )


def _gate(data: Mapping[str, Any]) -> Iterator[Item]:
    yield ways("gate", "", "fillers", data["fillers"])
    for key, lines in data["phrases"].items():
        yield ways("gate", "phrases", key, lines, pattern="denials" not in key)
    for key in ("claims", "units", "periods"):
        yield table("gate", key, "", data[key])
    for key in ("joins", "point", "articles"):
        yield ways("gate", "numbers", key, data["numbers"][key])


def _search(data: Mapping[str, Any]) -> Iterator[Item]:
    for key, value in data.items():
        if all(isinstance(each, str) for each in value):
            yield ways("search", "", key, value)
        else:
            parts = tuple(Part(key, tuple(each)[:MOST], "ways", 2) for each in value)
            yield Item("search", "", key, parts, lambda found: [list(e) for e in found if e])


def _llm(data: Mapping[str, Any]) -> Iterator[Item]:
    for key, lines in data.get("examples", {}).items():
        yield ways("llm", "examples", key, lines)


def _callers(data: Mapping[str, Any]) -> Iterator[Item]:
    for caller, entry in data.items():
        steps = entry["steps"]
        lines = (entry["title"], *(step["say"] for step in steps if "say" in step))

        def build(found: Drafted, steps: Any = steps) -> dict[str, Any]:
            title, *said = found[0]
            left = iter(said)
            spoken = [{**step, "say": next(left)} if "say" in step else step for step in steps]
            return {"title": title, "steps": spoken}

        yield Item("callers", caller, "", (Part(f"[{caller}]", lines),), build)


_OF: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Item]]] = {
    "phrases": _phrases,
    "intents": _intents,
    "yes_no": _lists("yes_no"),
    "language": _language,
    "turn_taking": _lists("turn_taking"),
    "languages": _lists("languages"),
    "spelling": _spelling,
    "gate": _gate,
    "search": _search,
    "llm": _llm,
    "callers": _callers,
}
