"""What libraries know of a language, so that no model has to be trusted with it.

Months, weekdays, the decimal point and what languages are called are the Unicode CLDR's (babel);
number words are num2words'. Where a library does not know the language, nothing is derived.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from babel import Locale, UnknownLocaleError
from num2words import num2words

from pipelines.packs.coverage import SOURCE

Place: TypeAlias = tuple[str, str, str]  # file, table, key ("": the table)
_APOSTROPHES = str.maketrans("", "", "'’ʼ")  # are letters in a word: "п'ять"
_TENS = range(30, 100, 10)
_SCALES = (100, 1_000, 1_000_000, 1_000_000_000)


def locale(code: str) -> Locale | None:
    """What CLDR knows of a language; None: nothing."""
    try:
        return Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError):
        return None


def called(code: str) -> tuple[str, str]:
    """What a language calls itself, and its English name; "" where CLDR does not know."""
    found = locale(code)
    own = found.get_display_name(found) if found else ""
    english = found.get_display_name(SOURCE) if found else ""
    return own or "", english or ""


def derived(code: str, codes: Sequence[str]) -> dict[Place, Any]:
    """Values by the place where they stand; `codes` are the languages that callers may ask for."""
    found: dict[Place, Any] = {}
    known = locale(code)
    if known is not None:
        found |= _dates(known)
        names = {other: known.languages.get(other.replace("-", "_")) for other in codes}
        found |= {
            ("phrases", "", f"language_name.{c}"): [name] for c, name in names.items() if name
        }
    return found | _numbers(code)


def _dates(known: Locale) -> dict[Place, Any]:
    alone, within = (known.months[each]["wide"] for each in ("stand-alone", "format"))
    months, in_dates = ([each[n] for n in range(1, 13)] for each in (alone, within))
    found: dict[Place, Any] = {("language", "", "months"): months}
    if in_dates != months:
        found["language", "", "months_in_dates"] = in_dates
    days: dict[str, int] = {}
    for each in ("stand-alone", "format"):
        days |= {str(name).lower(): day for day, name in known.days[each]["wide"].items()}
    found["language", "moments.weekdays", ""] = dict(sorted(days.items(), key=lambda d: d[1]))
    symbols: Mapping[str, Any] = known.number_symbols.get("latn") or {}
    if symbols.get("decimal") in (".", ","):
        found["language", "", "decimal_point"] = symbols["decimal"]
    if "a" not in known.time_formats["short"].pattern:  # no forenoon and afternoon
        found["phrases", "", "time"] = ["{hour}:{minute}"]
        found["phrases", "", "time.round"] = ["{hour}:00"]
    return found


def _numbers(code: str) -> dict[Place, Any]:
    say = _sayer(code)
    if say is None:
        return {}
    words = {word: n for n in (*range(21), *_TENS) if (word := say(n))}
    found: dict[Place, Any] = {
        ("language", "digits", ""): {word: str(n) for word, n in words.items() if n < 10},
        ("gate", "numbers", "words"): words,
    }
    if scales := {word: n for n in _SCALES if (word := say(n))}:
        found["gate", "numbers", "scales"] = scales
    return found


def _sayer(code: str) -> Callable[[int], str] | None:
    """A number as one word of a language; "" where it is more than one."""
    language = code.replace("-", "_")

    def say(number: int) -> str:
        word = str(num2words(number, lang=language)).lower()
        return word if word.translate(_APOSTROPHES).isalpha() else ""

    try:
        return say if len({say(n) for n in range(10)} - {""}) == 10 else None
    except NotImplementedError:
        return None
