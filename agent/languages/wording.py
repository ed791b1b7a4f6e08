"""An act in a language: templates filled in so that a voice reads them right.

A template's placeholder may name how its value is spoken: `{amount:money}`, `{until:date}`,
`{at:time}`, `{month:month}`, `{puk:digits}`, `{days:days}` (the wording `days.1`, of a CLDR plural
category, `days.few`, or `days.other`),
`{length:length}` ("nine digits"), `{value:email}` (names as words, all else spelled), `{item:item}`
(the wording `item.<value>`).

Values come from the operator's systems, and one that cannot be spoken ends no call: its sentence is
left out and reported (`Language.report`), and where nothing is left we own up (`TROUBLE`).
"""

import re
import string
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Any

from agent.languages.language import Language
from agent.numbers.phone_numbers import groups, plan
from agent.slots.email import spoken

# How values of this caller's are spoken; the other ways name wordings out of closed lists.
_NOON = 12
COUNTS = frozenset({"gigabytes", "days"})  # numbers that their noun agrees with
PERSONAL = COUNTS | {"money", "date", "time", "month", "number", "digits", "pairs", "email"}

TROUBLE = "trouble"  # said where nothing else of a wording can be
_MONEY = re.compile(r"-?\d+(\.\d\d)? [A-Z]{3}")
_WANTED = {
    "money": '"45.00 EUR"',
    "date": '"2026-12-05"',
    "month": '"2026-12"',
}


class WordingError(ValueError):
    """A placeholder cannot be filled. The text of the error has the value, `fault` has not.

    Whoever cannot be sure that nobody's bill or address gets into a log uses `fault`.
    """

    def __init__(self, wording: str, placeholder: str, why: str, value: object = None) -> None:
        self.fault = f"{wording}: {{{placeholder}}} {why}"
        super().__init__(self.fault if value is None else f"{self.fault}, and is given {value!r}")


@dataclass(frozen=True, slots=True)
class Sentence:
    """Something to say. `fixed` if it holds no value of this caller."""

    text: str
    fixed: bool


def word(language: Language, name: str, values: Mapping[str, str] | None = None) -> list[Sentence]:
    """The sentences of the wording called `name`, filled with `values`, as far as they can be.

    Raises:
        KeyError: no such wording in the pack or its fallback.
    """
    found, templates = [], language.sentences(name)
    for template in templates:
        try:
            text = fill(language, template, values or {}, name)
        except WordingError as error:
            language.report(f"not said in '{language.code}': {error.fault}")
        else:
            found.append(Sentence(text, _is_fixed(template)))
    if templates and not found:
        return [Sentence(text, fixed=True) for text in language.sentences(TROUBLE)]
    return found


def word_anew(
    language: Language, name: str, values: Mapping[str, str] | None, told: Set[str]
) -> list[Sentence]:
    """As `word`, in words that are not among those `told`, where the pack has other ones for it.

    They are named "<name>.2", "<name>.3" and so on; once all were said, the last again.
    """
    said = word(language, name, values)
    number = 2
    while said[0].text in told and language.has(f"{name}.{number}"):
        said = word(language, f"{name}.{number}", values)
        number += 1
    return said


def fill(
    language: Language, template: str, values: Mapping[str, str], name: str = "a template"
) -> str:
    """A template, or the beginning of one, with its values as they are spoken.

    Raises:
        WordingError: a value that it needs is not given, or cannot be spoken as it wants. `name` is
            what the error calls the template.
    """
    return _Filler(language, name).vformat(template, (), values)


def length(fewest: int, most: int, language: Language) -> str:
    """Which wording says how many digits are wanted: "9" of `length.9`, "other" where it varies."""
    name = str(most) if fewest == most else "other"
    return name if language.has(f"length.{name}") else "other"


def length_of_phones(language: Language) -> str:
    """The same of a telephone number where the language is spoken."""
    known = plan(language.region)
    return length(known.fewest, known.most, language)


def _is_fixed(template: str) -> bool:
    """Whether a template holds nothing, or only names out of closed lists, of this caller."""
    placeholders = [(name, how) for _, name, how, _ in string.Formatter().parse(template) if name]
    return all(how and how not in PERSONAL for _, how in placeholders)


class _Filler(string.Formatter):
    def __init__(self, language: Language, wording: str) -> None:
        self._language = language
        self._wording = wording
        self._placeholder = ""  # the one in hand

    def get_value(self, name: int | str, args: Sequence[Any], values: Mapping[str, Any]) -> Any:
        self._placeholder = str(name)
        if self._placeholder not in values:
            given = ", ".join(values) or "none"
            raise WordingError(
                self._wording, self._placeholder, f"is not among the values: {given}"
            )
        return values[self._placeholder]

    def format_field(self, value: Any, how: str) -> str:
        try:
            return self._spoken(value, how)
        except (KeyError, ValueError, IndexError) as error:
            placeholder = f"{self._placeholder}:{how}"
            wanted = _WANTED.get(how, f"a value that has a wording '{how}.VALUE'")
            raise WordingError(self._wording, placeholder, f"wants {wanted}", value) from error

    def _spoken(self, value: Any, how: str) -> str:
        match how:
            case "":
                return str(value)
            case "money":
                return self._money(str(value))
            case "date":
                return self._date(str(value))
            case "time":
                return self._time(str(value))
            case "month":
                return self._language.months[int(str(value)[5:7]) - 1]
            case "number":
                return str(value).replace(".", self._language.decimal_point)
            case "digits":
                return ", ".join(str(value))
            case "pairs":  # telephone numbers: short groups are remembered
                return ", ".join(_groups(str(value), self._language.region))
            case "email":
                return spoken(str(value), self._language.spelling)
        if how in COUNTS:
            return self._count(str(value), how)
        return " ".join(self._language.sentences(f"{how}.{value}"))

    def _count(self, number: str, how: str) -> str:
        """ "1" -> "1 day": as that number is said, else as its plural category, else as any."""
        name = self._agreeing(how, number, f"{how}.other")
        said = number.replace(".", self._language.decimal_point)
        return " ".join(self._language.sentences(name)).format(n=said)

    def _agreeing(self, wording: str, number: str, any_number: str) -> str:
        """The wording for that number, else for its plural category, else for any number."""
        language: Language | None = self._language
        while language is not None:  # its own for any number goes before another language's for one
            form = language.plural(number)
            for name in (f"{wording}.{number}", f"{wording}.{form}", any_number):
                if name in language.phrases:
                    return name
            language = language.fallback
        return any_number

    def _money(self, amount: str) -> str:
        """ "12.50 EUR" -> the pack's own way of saying it."""
        if not _MONEY.fullmatch(amount):
            raise ValueError(amount)
        number, _, currency = amount.partition(" ")
        units, _, cents = number.partition(".")
        name = f"money.{currency}" if int(cents or 0) else f"money.{currency}.round"
        name = self._agreeing(name, units, name)  # "1 euro 50"
        template = " ".join(self._language.sentences(name))
        return template.format(units=units, cents=str(int(cents or 0)))

    def _date(self, day: str) -> str:
        """ "2026-12-05" -> "5 December" or as the pack orders it."""
        on = date.fromisoformat(day[:10])
        first = "date.first" if on.day == 1 else "date"
        template = " ".join(self._language.sentences(first))
        months = self._language.months_in_dates or self._language.months
        return template.format(day=on.day, month=months[on.month - 1])

    def _time(self, time: str) -> str:
        """ "18:30" -> the pack's own way of saying it; anything else as it is."""
        hour, _, minute = time.partition(":")
        if not (hour.isdigit() and minute.isdigit()):
            return time
        name = "time" if int(minute) else "time.round"
        template = " ".join(self._language.sentences(name))
        begun = [at for at in self._language.day_parts if at <= int(hour)]
        part = self._language.day_parts[max(begun)] if begun else ""
        of_twelve = (int(hour) - 1) % _NOON + 1
        return template.format(hour=int(hour), minute=minute, of_twelve=of_twelve, part=part)


def _groups(number: str, region: str) -> list[str]:
    """As people of the region group it, or in pairs."""
    found = groups(number, region)
    if len(found) < 2:
        head = len(number) % 2
        found = [number[:head]] if head else []
        found += [number[i : i + 2] for i in range(head, len(number), 2)]
    return [" ".join(group) for group in found]
