"""Which form a counted noun takes, by the Unicode CLDR's rules for each language."""

import re
from collections.abc import Callable
from decimal import Decimal

from babel import Locale, UnknownLocaleError

_EXACT = re.compile(r"(days|gigabytes|money\.[A-Z]{3}(\.round)?)\.\d+")


def is_exact(wording: str) -> bool:
    """Whether it is for one number alone ("days.1"), which a language may need or not."""
    return bool(_EXACT.fullmatch(wording))


def plurals(code: str) -> Callable[[str], str]:
    """Of a language: a number as in "3.5" -> "zero", "one", "two", "few", "many" or "other".

    A language that CLDR does not know has one form for all numbers.
    """
    try:
        rule = Locale.parse(code, sep="-").plural_form
    except (UnknownLocaleError, ValueError):
        return _any

    def form(number: str) -> str:
        try:
            return str(rule(Decimal(number)))
        except ArithmeticError:  # no number: said as any
            return "other"

    return form


def _any(number: str) -> str:
    return "other"
