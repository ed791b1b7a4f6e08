"""Says what is written in figures, signs and short forms: kind by kind, the most telling first."""

import re
import unicodedata
from functools import lru_cache

from pipelines.engines.tts.normalisation.addresses import addresses, versions
from pipelines.engines.tts.normalisation.agreement import number
from pipelines.engines.tts.normalisation.amounts import IN_FIVES, amounts, fractions, ranges
from pipelines.engines.tts.normalisation.cardinals import THEIRS
from pipelines.engines.tts.normalisation.cases import cases
from pipelines.engines.tts.normalisation.clock import clock
from pipelines.engines.tts.normalisation.dates import dates
from pipelines.engines.tts.normalisation.dates import known as dates_known
from pipelines.engines.tts.normalisation.multiples import multiples
from pipelines.engines.tts.normalisation.nouns import NOUNS, noun, setting, word
from pipelines.engines.tts.normalisation.ordinals import ordinals
from pipelines.engines.tts.normalisation.own import OWN
from pipelines.engines.tts.normalisation.prepared import mended, prepared
from pipelines.engines.tts.normalisation.short_forms import (
    has_short_forms,
    names,
    short_forms,
    signs,
    without_decoration,
)
from pipelines.engines.tts.normalisation.telephone import codes, telephone
from pipelines.engines.tts.normalisation.typed import in_their_order, keys, typed
from pipelines.engines.tts.normalisation.years import years

LANGUAGES = tuple(sorted(THEIRS | OWN.keys()))

_FIGURES = re.compile(r"\d")
_TELLING = re.compile(r"[\d€$£&+=@*#/…_±°§|~^<>{}\[\]\\½¼¾⅓`]|\.\w|VoLTE|eSIM|USSD|IMEI|APN")
_OF_FIGURES = (
    multiples,
    cases,
    clock,
    codes,
    telephone,
    fractions,
    ordinals,
    ranges,
    amounts,
)  # in this order
_WITH_CASES = frozenset(
    [*("bs", "cs", "el", "et", "fi", "hr", "lt"), *("lv", "pl", "sk", "sl", "sr", "uk")]
)
_WORDS = (
    "star", "hash", "to", "second_each", "all_week", "half", "plus", "slash", "point", "minus",
    "plus_minus",
)  # fmt: skip


def needs_reading(text: str, language: str) -> bool:
    """Whether anything in a text could be said otherwise than it is written."""
    return _TELLING.search(text) is not None or has_short_forms(text, language)


@lru_cache(maxsize=2048)
def spoken(text: str, language: str) -> str:
    """A text as it is said. `language` is lower-case BCP 47; its region is ignored.

    NFC; letters outside of figures, addresses and short forms come out as they went in.
    """
    code = language.partition("-")[0]
    text = without_decoration(unicodedata.normalize("NFC", text))
    if code not in LANGUAGES or not needs_reading(text, code):
        return text
    text = keys(names(short_forms(addresses(text, code), code)), code)
    if _FIGURES.search(text):
        text = versions(years(dates(prepared(text, code), code), code), code)
        text = typed(in_their_order(text, code), code)
        for read in _OF_FIGURES:
            text = read(text, code)
        text = mended(text, code)
    else:
        text = fractions(text, code)
    return signs(text, code)


def gaps() -> dict[str, tuple[str, ...]]:
    """What cannot be said, by language; a language that is not in here at all keeps its figures."""
    found: dict[str, tuple[str, ...]] = {}
    for code in LANGUAGES:
        missing = [f"the word for {name}" for name in NOUNS if not noun(name, 2, code)]
        missing += [f"the word for {name}" for name in _WORDS if not word(name, code)]
        if not dates_known(code):
            missing.append("days of the month")
        if not word("full", code) and code != "wo":
            missing.append("times of day")
        if not setting("short", code):
            missing.append("abbreviations")
        if number(1_000_000, code) is None:
            missing.append("numbers from a million on, but figure by figure")
        if code in _WITH_CASES:
            missing.append("numbers in the case that a sentence asks for, days of a date aside")
        if code in IN_FIVES:
            missing.append("a speaker's review")
        if missing:
            found[code] = tuple(missing)
    return found
