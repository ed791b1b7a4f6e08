"""What a language's folder has to have, and what of it is there: the coverage list.

What is missing falls back along the language's chain where it is wording, and is not there at all
where it is what callers say.
"""

import string
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.packs.plurals import is_exact, plurals

SOURCE = "en"  # the language that the others are made from, and measured by
FEWEST = 4  # ways to say an intent
_FEWEST_ANSWERS = 2  # an answer to a question that names it: "by card"
_SHARE = 0.25  # of the source's phrases: a language may need fewer to say the same
_INTEGERS = 200  # numbers that are tried for the plural categories of a language
_COUNTED = ("days", "gigabytes")
# of a date, a time, a counted noun: a language may put them together otherwise than English
OWN_FIELDS = frozenset({"hour", "minute", "of_twelve", "part", "day", "month", "n"})
_DIGITS = frozenset("0123456789")
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the coverage list: `wanted` items, and which of them are missing, by name."""

    name: str
    wanted: int
    missing: tuple[str, ...]

    @property
    def share(self) -> float:
        """How much of it is there, 0 to 1."""
        return 1 - len(self.missing) / self.wanted if self.wanted else 1.0


def coverage(prompts: Path, code: str, languages: Sequence[str]) -> tuple[Part, ...]:
    """Of one language; `languages` are all that a caller may ask for."""
    source, own = _Folder(prompts / SOURCE), _Folder(prompts / code)
    return tuple(
        _part(name, wanted(source, own, code, languages))
        for name, wanted in (
            ("wording", _wording),
            ("plurals", _plurals),
            ("names", _names),
            ("samples", _samples),
            ("tests", _tests),
            ("signals", _signals),
            ("yes, no", _yes_no),
            ("numbers", _numbers),
            ("moments", _moments),
            ("spelling", _spelling),
            ("gate", _gate),
            ("search", _search),
            ("talk", _talk),
            ("asking for", _asking),
            ("callers", _callers),
        )
    )


class _Folder:
    """A language's files as they stand; one that is not there, or is none, is empty."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: dict[str, Mapping[str, Any]] = {}

    def __getitem__(self, name: str) -> Mapping[str, Any]:
        if name not in self._read:
            try:
                text = (self._path / f"{name}.toml").read_text(encoding="utf-8")
                self._read[name] = tomllib.loads(text)
            except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
                self._read[name] = {}
        return self._read[name]


_Wanted = Iterator[tuple[str, bool]]  # what is wanted, and whether it is there
_Wants = Callable[[_Folder, _Folder, str, Sequence[str]], _Wanted]


def _part(name: str, wanted: _Wanted) -> Part:
    items = list(wanted)
    return Part(name, len(items), tuple(item for item, there in items if not there))


def _wording(source: _Folder, own: _Folder, _: str, __: Sequence[str]) -> _Wanted:
    for name, said in source["phrases"].items():
        if not is_exact(name) and not name.startswith("language_name."):
            there = own["phrases"].get(name)
            yield name, bool(there) and fields(there or ()) <= fields(said) | OWN_FIELDS


def fields(sentences: Sequence[str]) -> frozenset[str]:
    """The names of the values in them. Raises ValueError where a brace is not closed."""
    parsed = (part for said in sentences for part in string.Formatter().parse(said))
    return frozenset(name for _, name, _, _ in parsed if name)


def _plurals(_: _Folder, own: _Folder, code: str, __: Sequence[str]) -> _Wanted:
    """Each category that a whole number can have: as such, or by its exact numbers."""
    form = plurals(code)
    found: dict[str, list[str]] = {}
    for number in range(1, _INTEGERS):
        found.setdefault(form(str(number)), []).append(str(number))
    known = own["phrases"]
    for name in _COUNTED:
        for category, numbers in found.items():
            exact = len(numbers) == 1 and f"{name}.{numbers[0]}" in known
            yield f"{name}.{category}", f"{name}.{category}" in known or exact


def _names(_: _Folder, own: _Folder, __: str, languages: Sequence[str]) -> _Wanted:
    for code in languages:
        yield f"language_name.{code}", f"language_name.{code}" in own["phrases"]


def _samples(source: _Folder, own: _Folder, _: str, __: Sequence[str]) -> _Wanted:
    for name, intent in source["intents"].items():
        fewest = _FEWEST_ANSWERS if intent["kind"] == "answer" else FEWEST
        wanted = min(fewest, len(intent["say"]))
        yield f"[{name}] say", len(own["intents"].get(name, {}).get("say", ())) >= wanted


def _tests(source: _Folder, own: _Folder, _: str, __: Sequence[str]) -> _Wanted:
    for name, intent in source["intents"].items():
        if intent.get("must"):
            yield f"[{name}] must", bool(own["intents"].get(name, {}).get("must"))


def _signals(source: _Folder, own: _Folder, _: str, __: Sequence[str]) -> _Wanted:
    for name, intent in source["intents"].items():
        for key in ("words", "unless"):
            if intent.get(key):
                yield f"[{name}] {key}", bool(own["intents"].get(name, {}).get(key))


def _yes_no(source: _Folder, own: _Folder, _: str, __: Sequence[str]) -> _Wanted:
    for name in source["yes_no"]:
        if name not in ("contrasts", "without"):  # not every language puts it in such words
            yield name, bool(own["yes_no"].get(name))


def _numbers(_: _Folder, own: _Folder, __: str, ___: Sequence[str]) -> _Wanted:
    about, gate = own["language"], own["gate"].get("numbers", {})
    said = set(about.get("digits", {}).values())
    for digit in sorted(_DIGITS):
        yield f"[digits] {digit}", digit in said
    values = set(gate.get("words", {}).values())
    for number in (*range(11), 20):  # beyond, some languages make them of these
        yield f"gate.toml [numbers.words] {number}", number in values
    scales = {**gate.get("scales", {}), **gate.get("words", {})}.values()
    for number in (100, 1000):
        yield f"gate.toml [numbers.scales] {number}", number in scales
    yield "ordinals", bool(about.get("ordinals"))
    yield "[digit_strings]", bool(about.get("digit_strings"))


def _moments(_: _Folder, own: _Folder, __: str, ___: Sequence[str]) -> _Wanted:
    about = own["language"].get("moments", {})
    yield "months", len(set(own["language"].get("months", ()))) == len(range(12))
    days = set(about.get("weekdays", {}).values())
    for day in range(_WEEK):
        yield f"[moments.weekdays] {day}", day in days
    for name in ("days", "weeks", "parts", "hours", "units"):
        yield f"[moments.{name}]", bool(about.get(name))
    for name in ("soon", "hour", "nots"):
        yield f"[moments] {name}", bool(about.get(name))
    yield "[moments] ahead, or since", bool(about.get("ahead") or about.get("since"))


def _spelling(_: _Folder, own: _Folder, __: str, ___: Sequence[str]) -> _Wanted:
    for name in ("letters", "alphabet", "as_in", "spelt", "signs", "domains", "beside"):
        yield name, bool(own["spelling"].get(name))


def _gate(source: _Folder, own: _Folder, _: str, __: Sequence[str]) -> _Wanted:
    there = own["gate"]
    for name in source["gate"].get("phrases", {}):
        yield f"[phrases] {name}", bool(there.get("phrases", {}).get(name))
    for name in ("claims", "units", "periods", "fillers"):
        yield name, len(there.get(name, ())) >= _SHARE * len(source["gate"].get(name, ()))


def _search(_: _Folder, own: _Folder, __: str, ___: Sequence[str]) -> _Wanted:
    for name in ("skip", "asks", "same"):
        yield name, bool(own["search"].get(name))


def _talk(source: _Folder, own: _Folder, _: str, __: Sequence[str]) -> _Wanted:
    for name in source["turn_taking"]:
        yield name, len(own["turn_taking"].get(name, ())) >= FEWEST


def _asking(_: _Folder, own: _Folder, code: str, languages: Sequence[str]) -> _Wanted:
    for other in languages:
        if other != code:
            yield other, bool(own["languages"].get(other))


def _callers(source: _Folder, own: _Folder, _: str, __: Sequence[str]) -> _Wanted:
    for name in source["callers"]:
        yield name, name in own["callers"]
    for name in source["llm"].get("examples", {}):
        yield f"llm.toml {name}", name in own["llm"].get("examples", {})
