"""Dates: 2026-12-05, 05/12/2026, 5. 12. 2026, "5 December", "December 5, 2026", "5.12.".

Figures are read day first, in English too; month first only where no month is above twelve
otherwise. Without a year, figures are a date only where nothing else is written so.
"""

import re
from collections.abc import Callable
from functools import cache

from pipelines.engines.tts.normalisation.cardinals import cardinal
from pipelines.engines.tts.normalisation.nouns import change, locale, month_names, setting, word
from pipelines.engines.tts.normalisation.ordinals import day, german
from pipelines.engines.tts.normalisation.years import year

_DOTTED = frozenset(
    [
        *("bg", "bs", "cs", "da", "de", "et", "fi", "hr", "hu", "lv"),
        *("mk", "pl", "ro", "sk", "sl", "sr", "tr", "uk"),
    ]
)  # where "5.12." is a date
_YEAR_FIRST = re.compile(
    r"(?<![\w./-])(?P<y>(?:19|20)\d\d)(?P<sep>[-/]|\. ?)(?P<m>\d\d?)(?P=sep)(?P<d>\d\d?)"
    r"(?:\.(?=\s[^\W\d_A-Z]|-))?(?P<end>-\w+)?(?![\w/-])"
)
_DAY_FIRST = re.compile(
    r"(?<![\w./-])(?P<d>\d\d?)(?P<sep>[-/]|\. ?)(?P<m>\d\d?)(?P=sep)(?P<y>(?:19|20)\d\d)"
    r"(?:\.(?=\s[^\W\d_A-Z]))?(?P<end>)(?![\w/-])"
)
_SHORT_YEAR = re.compile(
    r"(?<![\w./-])(?P<d>\d\d)(?P<sep>[/.])(?P<m>\d\d)(?P=sep)(?P<y>\d\d)(?P<end>)(?![\w/-]|\.\d)"
)
_NO_YEAR_DOTTED = re.compile(
    r"(?<![\w./-])(?P<d>\d\d?)\.(?P<sep> ?)(?P<m>\d\d?)\.(?! ?\d)(?P<y>)(?P<end>)"
)
_YEARS = re.compile(r"(?<![\w.,/-])((?:19|20)\d\d)\s?[-–]\s?((?:19|20)\d\d)(?![\w/-]|[.,]\d)")
_AFTER = {  # words after which "5/12" is a date
    "fr": "le|du|au|jusqu'au|dès le|depuis le", "es": "el|del|al|día",
    "it": "il|dal|al|del|entro il",
    "pt": "dia|em|até", "nl": "op|tot|vanaf", "el": "στις|την|τις|από|έως", "mt": "fit|sat|mit",
    "da": "den", "sv": "den",
}  # fmt: skip
_JOIN = (
    r"to|and|au|et|bis|bis zum|und|al|y|e|a|tot|en met|t/m|do|i|in|po|până la|до|по|и|ja|til|till|"
    r"och|og"
)
_IRISH_MONTH = {"mt": r"\sta'\s", "ga": r"\s(?:de\s)?(?:mhí\s)?(?:na\s)?"}


def dates(text: str, language: str) -> str:
    """A text with its dates in words."""

    def of_figures(found: re.Match[str]) -> str:
        return _figures(found, language)

    for pattern in (_YEAR_FIRST, _DAY_FIRST, _SHORT_YEAR):
        text = pattern.sub(of_figures, text)
    if language in _DOTTED:
        text = _NO_YEAR_DOTTED.sub(of_figures, text)
    if language in _AFTER:
        text = _after(language).sub(of_figures, text)
    written = _written(language)
    text = written(text) if written else text
    return _YEARS.sub(lambda found: _years(found, language), text)


def _years(found: re.Match[str], language: str) -> str:
    first, last = year(int(found[1]), language), year(int(found[2]), language)
    to = word("to", language)
    return f"{first}{f' {to} ' if to else ', '}{last}" if first and last else found.group()


@cache
def _after(language: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?<=\b)(?P<before>(?:{_AFTER[language]})\s)(?P<d>\d\d?)(?P<sep>[/.-])(?P<m>\d\d?)"
        r"(?P<y>)(?P<end>)(?![\w/.,-]\d|\w)",
        re.IGNORECASE,
    )


def _figures(found: re.Match[str], language: str) -> str:
    n, month = int(found["d"]), int(found["m"])
    if month > 12 and n <= 12 and found["sep"] == "/":
        n, month = month, n
    names = month_names(language)
    if not (0 < n < 32 and 0 < month < 13 and names):
        return found.group()
    before = found.groupdict().get("before") or ""
    said = day(n, language)
    if said is None:
        return found.group()
    ahead = before or found.string[: found.start()]
    if language == "de":
        said = german(said, ahead)
    if language == "en":
        said = _english(said, ahead)
    if language == "hu" and found["end"]:
        said = _suffixed(said, found["end"])
    parts = {"d": said, "month": names[month - 1]}
    if not found["y"]:
        return before + _ordered("{d} {month}", parts, language)
    number = int(found["y"]) + (2000 if len(found["y"]) == 2 else 0)
    said_year = year(number, language)
    if said_year is None:
        return found.group()
    return before + _ordered(
        word("date", language) or "{d} {month} {y}", parts, language, said_year
    )


def _ordered(template: str, parts: dict[str, str], language: str, said_year: str = "") -> str:
    if not said_year and word("date", language):
        template = re.sub(
            r"\s?(?:de |metų |gada )?\{y\}(?: metų| gada)?\s?", "", word("date", language)
        )
    return template.format(**parts, y=said_year).strip()


def _english(said: str, ahead: str) -> str:
    """ "the fifth of December"; without the article where one stands before it."""
    last = ahead.split()[-1].lower() if ahead.split() else ""
    article = (
        "" if last in ("the", "your", "our", "my", "this", "that", "every", "each") else "the "
    )
    return f"{article}{said} of"


def _suffixed(said: str, suffix: str) -> str:
    """Hungarian: "ötödike" and "-én" is "ötödikén"."""
    end = suffix.lstrip("-")
    if re.fullmatch("j?[ae]|i", end):
        return said if end != "i" else f"{said[:-1]}{'e' if said[-1] == 'e' else 'a'}i"
    if re.fullmatch("j?[áé]n", end):
        return f"{said[:-1]}{'é' if said[-1] == 'e' else 'á'}n"
    long = {"e": "é", "a": "á"}[said[-1]]
    return f"{said[:-1]}{long}{re.sub('^j?[áé]', '', end)}"


@cache
def _months(language: str) -> str:
    """A pattern of all ways to write a month in the language."""
    names = set(month_names(language))
    if language not in ("wo", "ff"):
        both = locale(language).months
        for context in ("format", "stand-alone"):
            names.update(both[context]["wide"].values())
        names.update(n for n in both["format"]["abbreviated"].values() if n.endswith("."))
    for name in sorted(names):
        if language == "et":
            stem = re.sub("er$", "r", name)
            names.add(stem + ("l" if stem[-1] in "aeiou" else "il"))
        if language == "lv":
            names.add(re.sub("is$", "ī", re.sub("(?<!i)s$", "ā", name)))
            names.add(re.sub("i?s$", "a", name))
        if language == "fi":
            names.add(name.removesuffix("ta") + "n" if name.endswith("kuuta") else name)
    if language not in ("de", "en", "tr"):
        names |= {name.capitalize() for name in names}
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


@cache
def _written(language: str) -> Callable[[str], str] | None:
    """Reads dates whose month is a word; None for a language without months."""
    if not month_names(language):
        return None
    months = _months(language)
    number = r"(?:0?[1-9]|[12]\d|3[01])"
    mark = r"(?:er|re|[º°]|\.|st|nd|rd|th|-?(?:го|ви|ри|ти|ми)|η|-?i)?"
    gap = _IRISH_MONTH.get(language, r"\s(?:of\s|de\s|di\s)?|\sd['’]")
    ended = r"(?P<ended>,?\s(?:of\s|de\s)?)(?P<y>(?:19|20)\d\d)(?!\d|[.,]\d|\s?[€$%:])"
    ended += r"(?:\.(?=\sgod))?"
    pattern = re.compile(
        rf"(?<![\w.,/-])(?:(?P<from>{number}){mark}(?P<join>\s?[-–]\s?|\s(?:{_JOIN})(?:\s(?:the|le|el|il|o))?\s))?"
        rf"(?P<d>{number}){mark}(?P<gap>{gap})(?P<month>(?:{months})(?!\w))(?:{ended})?"
    )
    month_first = {
        "en": rf"(?P<month>(?:{months})(?!\w))\s(?P<d>{number})(?:st|nd|rd|th)?"
        r"(?!\d|[.,:/]\d|\s?[%€$])"
        r"(?:(?P<ended>,?\s)(?P<y>(?:19|20)\d\d)\b)?",
        "hu": rf"(?:(?P<y>(?:19|20)\d\d)\.\s)?(?P<month>(?:{months})(?!\w))\s(?P<d>{number})"
        r"(?:\.|(?P<end>-\w+)|(?=,))",
        "lt": rf"(?:(?P<y>(?:19|20)\d\d)\s?m\.\s)?(?P<month>(?:{months})(?!\w))\s(?P<d>{number})"
        r"(?P<end>\s?d\.|(?=\sdieną))?(?!\d)",
    }.get(language)
    first = re.compile(month_first) if month_first else None

    def read(text: str) -> str:
        text = pattern.sub(lambda found: _day_first(found, language), text)
        if first:
            text = first.sub(lambda found: _month_first(found, language), text)
        return text

    return read


def _day_said(n: int, found: re.Match[str], language: str) -> str | None:
    said = day(n, language, found["month"])
    if said and language == "de":
        return german(said, found.string[: found.start()])
    return said


def _day_first(found: re.Match[str], language: str) -> str:
    said = _day_said(int(found["d"]), found, language)
    if said is None:
        return found.group()
    gap, begun = found["gap"], ""
    ahead = found.string[: found.start()]
    if word("day_said", language):
        gap = " "
    if language == "ga":
        gap = " mhí " if "mhí" in found["gap"] else " "
        said = said.removeprefix("an ") if ahead.endswith("an ") else said
    if found["from"]:
        start = _day_said(int(found["from"]), found, language)
        to = word("to_day", language) or word("to", language)
        written = found["join"]
        joined = f" {to} " if written.strip() in ("-", "–") and to else written
        begun = f"{_without_month(start or '', language)}{joined}"
    if language == "en":
        begun = begun if not begun or ahead.rstrip().endswith("the") else f"the {begun}"
        said = _english(said, ahead if not begun else "")
        gap = " "
    tail = ""
    if found["y"]:
        said_year = year(int(found["y"]), language)
        tail = found["ended"] + said_year if said_year else found["ended"] + found["y"]
    return f"{begun}{said}{gap}{found['month']}{tail}"


def _without_month(said: str, language: str) -> str:
    template = word("day_said", language)
    tail = template.partition("{d}")[2] if template else ""
    return said.removesuffix(tail)


def _month_first(found: re.Match[str], language: str) -> str:
    n = int(found["d"])
    said = day(n, language, found["month"])
    if said is None:
        return found.group()
    said_year = year(int(found["y"]), language) if found["y"] else ""
    match language:
        case "hu":
            said = _suffixed(said, found["end"]) if found["end"] else said
            return f"{said_year} {found['month']} {said}".strip()
        case "lt":
            if found["end"] is not None:
                said = change(said, [["a$", "ą"]]) + (" dieną" if found["end"] else "")
            return f"{said_year + ' metų ' if said_year else ''}{found['month']} {said}"
    tail = f"{found['ended']}{said_year}" if found["y"] else ""
    return f"{found['month']} {said}{tail}"


def known(language: str) -> bool:
    """Whether dates can be said."""
    return (
        bool(month_names(language))
        and cardinal(1, language) is not None
        and bool(
            setting("days", language)
            or word("first", language)
            or language in ("de", "nl", "tr", "wo", "ff", "en")
        )
    )
