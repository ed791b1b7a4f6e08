"""The words that stand with numbers, in the form the number asks for.

words.toml has what CLDR knows, written.toml what it does not and what people say otherwise; units
that neither names come from CLDR while running. Plural categories are Babel's.
"""

import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from babel import Locale

NOUNS = (
    "EUR", "XOF", "percent", "GB", "MB", "TB", "Mbit", "second", "minute", "hour", "day", "week",
    "month", "year", "km",
)  # fmt: skip
_CLDR = {
    "percent": "concentr-percent", "TB": "digital-terabyte", "GB": "digital-gigabyte",
    "MB": "digital-megabyte", "kB": "digital-kilobyte", "Gbit": "digital-gigabit",
    "Mbit": "digital-megabit", "kbit": "digital-kilobit", "GHz": "frequency-gigahertz",
    "MHz": "frequency-megahertz", "kHz": "frequency-kilohertz", "Hz": "frequency-hertz",
    "kWh": "energy-kilowatt-hour", "kW": "power-kilowatt", "W": "power-watt",
    "V": "electric-volt", "km": "length-kilometer", "m": "length-meter", "cm": "length-centimeter",
    "mm": "length-millimeter", "kg": "mass-kilogram", "celsius": "temperature-celsius",
    "second": "duration-second", "minute": "duration-minute", "hour": "duration-hour",
    "day": "duration-day", "week": "duration-week", "month": "duration-month",
    "year": "duration-year", "kmh": "speed-kilometer-per-hour", "m2": "area-square-meter",
}  # fmt: skip
_LOCALES = {"sr": "sr_Latn", "pt": "pt_PT", "en": "en_GB"}
_NOT_THEIRS = frozenset({"ff", "mt", "wo"})  # CLDR falls back to English for some
_SENTENCE_CASE = frozenset({"mk", "pt", "wo", "ff"})  # CLDR writes their currencies with a capital


@cache
def table() -> Mapping[str, Mapping[str, Any]]:
    """Everything in words.toml and written.toml, by language; the latter's word counts."""
    found: dict[str, dict[str, Any]] = {}
    for name in ("words.toml", "written.toml"):
        path = Path(__file__).with_name(name)
        for language, words in tomllib.loads(path.read_text(encoding="utf-8")).items():
            found.setdefault(language, {}).update(words)
    return found


def word(name: str, language: str) -> str:
    """A word that has one form; "" where the language lacks it."""
    return str(table().get(language, {}).get(name, ""))


def setting(name: str, language: str) -> Any:
    """A list or table of the language's; empty where it has none."""
    return table().get(language, {}).get(name) or []


def month_names(language: str) -> list[str]:
    """The twelve months as they stand in a date; none where the language lacks them."""
    return list(table().get(language, {}).get("months", ()))


def change(said: str, rules: Any) -> str:
    """The first of the rules `[pattern, replacement]` that fits, applied; else as it was."""
    for pattern, replacement in rules:
        changed = re.sub(pattern, replacement, said)
        if changed != said:
            return changed
    return said


def noun(name: str, count: int | Decimal, language: str) -> str:
    """A unit, or a currency by its code, in the form for `count` of it; "" where it lacks."""
    forms = table().get(language, {}).get(name, "")
    if isinstance(forms, str):
        return forms or _by_cldr(name, count, language)
    if isinstance(count, Decimal) and "decimal" in forms:
        return str(forms["decimal"])
    kind = category(count, language)
    fraction = forms.get("part") if isinstance(count, Decimal) else None
    return str(forms.get(kind) or fraction or forms.get("other") or [*forms.values()][-1])


@lru_cache(maxsize=4096)
def category(n: int | Decimal, language: str) -> str:
    """CLDR's plural category of a number; of a decimal as it is written ("1.50" is not "1.5")."""
    return locale(language).plural_form(n)


@cache
def locale(language: str) -> "Locale":
    """Babel's locale of the language."""
    from babel import Locale  # takes a tenth of a second

    return Locale.parse(_LOCALES.get(language, language))


@lru_cache(maxsize=4096)
def _by_cldr(name: str, count: int | Decimal, language: str) -> str:
    if re.fullmatch("[A-Z]{3}", name) and name not in _CLDR:
        return _currency(name, count, language)
    unit = _CLDR.get(name)
    if unit is None:
        return ""
    from babel.units import format_unit

    long, short = (
        re.sub(r"[\d.,\s]*\d[\d.,]*", "", format_unit(count, unit, length, locale=locale(language)))
        for length in ("long", "short")
    )
    known = long.strip() != short.strip() or len(long) > 3
    return long.strip() if known and not re.search("[%/°]", long) else ""


def _currency(code: str, count: int | Decimal, language: str) -> str:
    from babel.numbers import get_currency_name

    name = get_currency_name(code, count, locale(language))
    name = re.sub(r"\s*\(.*?\)", "", name)
    if name == code or (language in _NOT_THEIRS and name == get_currency_name(code, count, "en")):
        return ""
    return name.lower() if language in _SENTENCE_CASE else name
