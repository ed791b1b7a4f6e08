"""Finds the figures of a text and says them: one pass, the most telling reading first."""

import re
from collections.abc import Mapping
from functools import lru_cache

from pipelines.engines.tts.normalisation.cardinals import THEIRS, before, cardinal, ordinal
from pipelines.engines.tts.normalisation.nouns import NOUNS, month_names, noun, word
from pipelines.engines.tts.normalisation.own import OWN, wolof_of

LANGUAGES = tuple(sorted(THEIRS | OWN.keys()))
IN_FIVES = frozenset({"wo", "ff"})  # five francs are one: dërëm, mbuuɗu

_MOST_DIGITS = 12
_POINT_IS_DOT = frozenset({"en", "ga", "mt"})
_SIGNS = {"€": "EUR", "EUR": "EUR", "FCFA": "XOF", "F CFA": "XOF", "XOF": "XOF", "CFA": "XOF",
          "francs CFA": "XOF", "franc CFA": "XOF", "CFA francs": "XOF", "%": "percent",
          "GB": "GB", "Go": "GB", "MB": "MB", "Mo": "MB", "TB": "TB", "To": "TB", "km": "km",
          "Mbit/s": "Mbit", "Mb/s": "Mbit", "Mbps": "Mbit", "h": "hour", "min": "minute",
          "s": "second"}  # fmt: skip
_NUMBER = r"\d{1,3}(?:[ .,'  ]\d{3})+(?!\d)(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?"
_UNIT = "|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True))
_FIGURES = re.compile(
    r"(?P<date>\b\d{4}-\d\d-\d\d\b)"
    r"|(?P<clock>(?<![\d:])(?:[01]?\d|2[0-4])(?::| ?h ?)[0-5]\d(?![\d:]))"
    r"|(?P<code>[*#][\d*#]*\d[\d*#]*)"
    r"|(?P<telephone>(?<![\w+])(?=\+?(?:[ .\-]?\d){8})\+?\d{1,15}(?:[ .\-]\d{1,10}){0,6}(?!\w|,\d))"
    r"|(?P<ordinal>\b\d{1,3}(?:st|nd|rd|th|er|re|ère|e|ème)\b)"
    r"|(?P<range>(?<=\d) ?[-–] ?(?=\d))"
    rf"|(?P<sign>[€$£] ?)?(?P<minus>(?<![\w)])[-−](?=\d))?(?P<number>{_NUMBER})"
    rf"(?P<unit>(?:[  ]?(?:{_UNIT})(?!\w))|(?=[^\W\d_]))?"
)
_GROUPED = re.compile(r"\d{1,3}(?:[ .]\d{3})+(?:[.,]\d{1,2})?")  # in thousands
_ABBREVIATIONS: Mapping[str, Mapping[str, str]] = {
    "en": {"e.g.": "for example", "i.e.": "that is", "etc.": "and so on", "Mr": "Mister",
           "Mrs": "Missis", "Dr": "Doctor", "no.": "number", "approx.": "approximately"},
    "fr": {"M.": "monsieur", "MM.": "messieurs", "Mme": "madame", "Mmes": "mesdames",
           "Mlle": "mademoiselle", "Dr": "docteur", "etc.": "et cetera", "p. ex.": "par exemple",
           "c.-à-d.": "c'est-à-dire", "n°": "numéro", "N°": "numéro", "env.": "environ"},
    "de": {"z. B.": "zum Beispiel", "z.B.": "zum Beispiel", "d. h.": "das heißt",
           "usw.": "und so weiter", "Dr.": "Doktor", "Nr.": "Nummer", "ca.": "circa"},
}  # fmt: skip


@lru_cache(maxsize=2048)
def spoken(text: str, language: str) -> str:
    """A text with its figures in words. `language` is lower-case BCP 47; its region is ignored."""
    code = language.partition("-")[0]
    text = _abbreviations(text, code)
    if code not in LANGUAGES:
        return text
    return _FIGURES.sub(_Reader(code).read, text)


def gaps() -> dict[str, tuple[str, ...]]:
    """What cannot be said, by language; a language that is not in here at all keeps its figures."""
    found: dict[str, tuple[str, ...]] = {}
    for code in LANGUAGES:
        missing = [f"the word for {name}" for name in NOUNS if not noun(name, 2, code)]
        missing += [f"the key {name}" for name in ("star", "hash") if not word(name, code)]
        if code not in ("de", "en", "es", "fr", "it", "pt"):
            missing.append("numbers that agree with their noun")
        if code not in ("en", "fr"):
            missing.append("days of the month as ordinals")
        if code in IN_FIVES:
            missing.append("a speaker's review; francs that are no multiple of five")
        if missing:
            found[code] = tuple(missing)
    return found


def _abbreviations(text: str, language: str) -> str:
    for short, full in _ABBREVIATIONS.get(language, {}).items():
        if short in text:
            end = "" if short.endswith((".", "°")) else r"\b"
            text = re.sub(rf"(?<!\w){re.escape(short)}{end}", full, text)
    return text


class _Reader:
    """Says what the pattern found, in one language; leaves what it has no words for."""

    def __init__(self, language: str) -> None:
        self._language = language

    def read(self, match: re.Match[str]) -> str:
        said: str | None
        match match.lastgroup:
            case "date":
                said = self._date(match.group())
            case "clock":
                said = self._clock(match.group())
            case "code":
                said = self._code(match.group())
            case "telephone":
                said = self._telephone(match.group())
            case "ordinal":
                said = self._ordinal(match.group())
            case "range":
                said = f" {word('to', self._language)} " if word("to", self._language) else ", "
            case _:
                said = self._amount(match)
        return match.group() if said is None else said

    def _date(self, figures: str) -> str | None:
        year, month, day = (int(part) for part in figures.split("-"))
        months = month_names(self._language)
        if not (1 <= month <= 12 and months):
            return None
        first = word("first_day", self._language) if day == 1 else ""
        day_said = first or (ordinal(day, "en") if self._language == "en" else self._say(day))
        year_said = self._say(year)
        return f"{day_said} {months[month - 1]} {year_said}" if day_said and year_said else None

    def _clock(self, figures: str) -> str | None:
        hour, minute = (int(part) for part in re.findall(r"\d+", figures))
        code = self._language
        if code == "wo":
            minutes = f" yu teg {wolof_of(minute, 'simili')}" if minute else ""
            return wolof_of(hour, "waxtu") + minutes
        said, rest = self._say(hour), self._say(minute)
        if said is None or rest is None:
            return None
        if code == "fr" or not minute:
            hours = word("full_hour", code) or noun("hour", hour, code)
            said = f"{before(said, 'hour', code)} {hours}".strip()
        if 0 < minute < 10 and code != "fr":
            rest = f"{'oh' if code == 'en' else self._say(0)} {rest}"
        return f"{said} {rest}" if minute else said

    def _code(self, figures: str) -> str | None:
        names = {"*": word("star", self._language), "#": word("hash", self._language)}
        parts = [self._say(int(c)) if c.isdigit() else names[c] for c in figures]
        return " ".join(p for p in parts if p) if all(parts) else None

    def _telephone(self, figures: str) -> str | None:
        if _GROUPED.fullmatch(figures):
            return self._figure(figures, "")
        groups = re.findall(r"\d+", figures)
        if len(groups) == 1 and word("pairs", self._language):
            head = len(figures.strip("+")) % 2
            digits = groups[0]
            groups = [digits[:head]] * bool(head) + re.findall("..", digits[head:])
        said = [self._group(group) for group in groups]
        plus = "plus, " if figures.startswith("+") else ""
        return plus + ", ".join(s for s in said if s) if all(said) else None

    def _group(self, digits: str) -> str | None:
        if word("pairs", self._language) and len(digits) <= 3:
            zeros = len(digits) - len(digits.lstrip("0"))
            numbers = [0] * zeros + ([int(digits)] if digits.strip("0") else [])
        else:
            numbers = [int(digit) for digit in digits]
        said = [self._say(number) for number in numbers]
        return " ".join(s for s in said if s) if all(said) else None

    def _ordinal(self, figures: str) -> str | None:
        figure = re.match(r"\d+", figures)
        said = ordinal(int(figure.group()), self._language) if figure else None
        return re.sub("premier$", "première", said) if said and figures.endswith("re") else said

    def _amount(self, match: re.Match[str]) -> str | None:
        unit = _SIGNS.get((match["unit"] or "").strip(), "")
        if (match["sign"] or "").strip() == "€":
            unit = "EUR"
        elif match["sign"]:
            return None  # other currencies have no names here
        said = self._day(match) or self._figure(match["number"], unit)
        if said is None:
            return None
        if match["minus"]:
            said = f"{word('minus', self._language)} {said}"
        return said + (" " if match["unit"] == "" else "")  # "5G": the letter follows

    def _day(self, match: re.Match[str]) -> str | None:
        """ "5 December": English says days as ordinals."""
        following = match.string[match.end() :].split(maxsplit=1)[:1]
        if self._language != "en" or not following or not match["number"].isdigit():
            return None
        named = following[0].strip(".,;:!?") in month_names("en")
        return ordinal(int(match["number"]), "en") if named and len(match["number"]) < 3 else None

    def _figure(self, figures: str, unit: str) -> str | None:
        whole, places = _parts(figures, self._language)
        if len(whole) > _MOST_DIGITS:
            return None
        if unit == "EUR" and len(places) == 2:
            return self._money(int(whole), int(places))
        if len(whole) > 1 and whole.startswith("0"):  # a code: figure by figure
            return self._group(whole) if not places else None
        count = int(whole)
        if unit == "XOF" and self._language in IN_FIVES:
            return self._fives(count) if not places.strip("0") else None
        places = places.rstrip("0")
        said = self._say(count)
        if said is None:
            return None
        if places:
            said = f"{said} {word('point', self._language)} {self._places(places)}"
        if not unit:
            return said
        name = noun(unit, None if places else count, self._language)
        if unit == "Mbit" and word("second_each", self._language):
            name += f" {word('second_each', self._language)}"
        if not name:
            return None
        return f"{before(said, unit, self._language)} {name}"

    def _money(self, units: int, cents: int) -> str | None:
        said, rest = self._say(units), self._say(cents)
        if said is None or rest is None:
            return None
        said = f"{before(said, 'EUR', self._language)} {noun('EUR', units, self._language)}"
        return f"{said} {rest}" if cents else said

    def _fives(self, francs: int) -> str | None:
        """Wolof and Pulaar count francs in fives; from a thousand of them on without the noun."""
        count, rest = divmod(francs, 5)
        said = self._say(count)
        if rest or said is None:
            return None
        if self._language == "wo":
            return wolof_of(count, "dërëm") if count < 100 else said
        return f"{said} {noun('XOF', count, self._language)}"

    def _places(self, places: str) -> str:
        if self._language == "en":
            return " ".join(self._say(int(digit)) or "" for digit in places)
        zeros = len(places) - len(places.lstrip("0"))
        said = [self._say(0)] * zeros + [self._say(int(places))]
        return " ".join(s for s in said if s)

    def _say(self, n: int) -> str | None:
        return cardinal(n, self._language)


def _parts(figures: str, language: str) -> tuple[str, str]:
    """The digits before and after the decimal point, as the language writes them."""
    point = "." if language in _POINT_IS_DOT else ","
    groups = "," if point == "." else "."
    figures = re.sub(r"[ '  ]", "", figures)
    if re.fullmatch(rf"\d{{1,3}}(?:[{groups}]\d{{3}})+", figures):
        return figures.replace(groups, ""), ""
    whole, _, places = figures.replace(",", ".").rpartition(".")
    return (whole.replace(".", ""), places) if whole else (places, "")
