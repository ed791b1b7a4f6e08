"""The words that stand with numbers, in the form the number asks for (words.toml)."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

NOUNS = (
    "EUR", "XOF", "percent", "GB", "MB", "TB", "Mbit", "second", "minute", "hour", "day", "week",
    "month", "year", "km",
)  # fmt: skip


@cache
def table() -> Mapping[str, Mapping[str, Any]]:
    """Everything in words.toml, by language."""
    path = Path(__file__).with_name("words.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def word(name: str, language: str) -> str:
    """A word that has one form; "" where the language lacks it."""
    return str(table().get(language, {}).get(name, ""))


def month_names(language: str) -> list[str]:
    """The twelve months as they stand in a date; none where the language lacks them."""
    return list(table().get(language, {}).get("months", ()))


def noun(name: str, count: int | None, language: str) -> str:
    """A noun in the form for `count` of it, None for a number with decimals; "" where it lacks."""
    forms = table().get(language, {}).get(name, "")
    if isinstance(forms, str):
        return forms
    form = "part" if count is None else category(count, language)
    return str(forms.get(form) or forms.get("other") or next(iter(forms.values())))


def category(n: int, language: str) -> str:
    """CLDR's plural category of a whole number (its cardinal rules, release 45)."""
    ten, hundred = n % 10, n % 100
    match language:
        case "fr" | "pt" | "ff":
            return "one" if n < 2 else "other"
        case "cs" | "sk":
            return "one" if n == 1 else "few" if 2 <= n <= 4 else "other"
        case "hr":
            if ten == 1 and hundred != 11:
                return "one"
            return "few" if 2 <= ten <= 4 and not 12 <= hundred <= 14 else "other"
        case "pl":
            if n == 1:
                return "one"
            return "few" if 2 <= ten <= 4 and not 12 <= hundred <= 14 else "many"
        case "lt":
            if 11 <= hundred <= 19 or ten == 0:
                return "other"
            return "one" if ten == 1 else "few"
        case "lv":
            if ten == 0 or 11 <= hundred <= 19:
                return "zero"
            return "one" if ten == 1 else "other"
        case "ro":
            return "one" if n == 1 else "few" if n == 0 or 1 <= hundred <= 19 else "other"
        case "sl":
            return {1: "one", 2: "two", 3: "few", 4: "few"}.get(hundred, "other")
        case "mt":
            if n in (1, 2):
                return "one" if n == 1 else "two"
            if n == 0 or 3 <= hundred <= 10:
                return "few"
            return "many" if 11 <= hundred <= 19 else "other"
        case "ga":
            if n in (1, 2):
                return "one" if n == 1 else "two"
            return "few" if 3 <= n <= 6 else "many" if 7 <= n <= 10 else "other"
    return "one" if n == 1 else "other"
