"""Wording that a language needs and the source language has not: its forms of counted nouns."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from pipelines.packs.plurals import plurals
from pipelines.translating.items import Item, Part, ways

_COUNTED = re.compile(r"(days|gigabytes)\.other|money\.[A-Z]{3}(\.round)?")
_INTEGERS = 200  # numbers that are tried for the categories of a language
_SHOWN = 4  # numbers that an example names


def plural_items(
    code: str, phrases: Mapping[str, Sequence[str]], there: Collection[str]
) -> Iterator[Item]:
    """For each counted noun its wording in each category of the CLDR that the language has.

    An amount of money whose wording is `there` has what forms it needs, as somebody found.
    """
    form, numbers = plurals(code), dict[str, list[str]]()
    for number in map(str, range(1, _INTEGERS)):
        numbers.setdefault(form(number), []).append(number)
    for key, said in phrases.items():
        if not _COUNTED.fullmatch(key) or (key.startswith("money.") and key in there):
            continue
        base = key.removesuffix(".other")
        for category, which in numbers.items():
            exact = len(which) == 1 and f"{base}.{which[0]}" in phrases
            name = f"{base}.{category}"
            if category == "other" or exact or name in phrases:
                continue
            told = f"{name}: the form for the numbers {', '.join(which[:_SHOWN])}"
            part = Part(told, tuple(said))
            yield Item("phrases", "", name, (part,), lambda found: list(found[0]))


def source_language_item(source: str, before: Mapping[str, Mapping[str, Any]]) -> Iterator[Item]:
    """How callers ask for the source language, which does not say that of itself."""
    names = before["phrases"]
    own = names.get(f"language_name.{source}", [""])[0].lower()
    for other, said in before["languages"].items():
        name = names.get(f"language_name.{other}", [""])[0].lower()
        if own and name and other != source and source not in before["languages"]:
            yield ways("languages", "", source, [line.replace(name, own) for line in said])
            return
