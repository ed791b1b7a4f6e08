"""Amounts: money, units of measure, percentages, fractions, ranges, and bare numbers."""

import re
from decimal import Decimal
from functools import cache

from pipelines.engines.tts.normalisation.agreement import (
    agree,
    beside,
    counted,
    counting,
    gender,
    kind_of,
    millions_of,
    number,
)
from pipelines.engines.tts.normalisation.cardinals import cardinal
from pipelines.engines.tts.normalisation.nouns import noun, word
from pipelines.engines.tts.normalisation.own import wolof_of
from pipelines.engines.tts.normalisation.telephone import by_digits, group
from pipelines.engines.tts.normalisation.units import CURRENCIES, money, signs

IN_FIVES = frozenset({"wo", "ff"})  # five francs are one: dërëm, mbuuɗu
WITH_CENTS = frozenset({"cs", "ff", "ga", "hu", "mt", "sk", "tr", "uk"})  # they are named

_MOST_DIGITS = 12
_SHORTENED = frozenset({("es", "m"), ("it", "m"), ("ro", "m"), ("ro", "n"), ("ro", "f")})  # "un"
_POINT_IS_DOT = frozenset({"en", "ga", "mt"})
_ELIDED = {"it": (r"\buna (?=or[ae]\b)", "un'"), "fr": (r"(?<=million d'|illions d') ", "")}
_JOINED = "\ue001"  # between a number and its suffix while a text is read
_NUMBER = r"\d{1,3}(?:[ .,'\u00a0\u202f]\d{3})+(?!\d)(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?"
_DASHED = r"(?:[.,][-–—]{1,2})?"  # "5,-"
_FRACTION = re.compile(r"(?<![\w/.,:-])(?P<n>[1-9]\d?)/(?P<of>[2-9]|[1-9]\d)(?![\w/]|[.,]\d)")
_VULGAR = {"½": (1, 2), "⅓": (1, 3), "¼": (1, 4), "¾": (3, 4)}
_NAMED = {(1, 2): "half", (1, 3): "third", (1, 4): "quarter", (3, 4): "three_quarters",
          (2, 3): "two_thirds"}  # fmt: skip


@cache
def _pattern(language: str) -> re.Pattern[str]:
    def either(signs: dict[str, str]) -> str:
        return "|".join(re.escape(sign) for sign in sorted(signs, key=len, reverse=True))

    return re.compile(
        rf"(?P<sign>(?:(?<!\w)(?:{either(money(language))}) ?))?"
        rf"(?P<minus>(?<![\w)])[-−](?=\d))?(?P<number>{_NUMBER}){_DASHED}"
        rf"(?P<unit>(?:[ \u00a0\u202f]?(?:{either(signs(language))})(?!\w))|(?=[^\W\d_]))?"
    )


def fractions(text: str, language: str) -> str:
    """A text with "1/2" and "¾" in words."""

    def said(n: int, of: int) -> str | None:
        if word(_NAMED.get((n, of), ""), language):
            return word(_NAMED[n, of], language)
        first, second, over = cardinal(n, language), cardinal(of, language), word("over", language)
        return f"{first} {over} {second}".replace("  ", " ") if first and second else None

    for sign, parts in _VULGAR.items():
        if sign in text:
            joint = f" {word('and', language)} "
            text = re.sub(rf"(?<=\d)\s?{sign}", joint + (said(*parts) or sign), text)
            text = text.replace(sign, said(*parts) or sign)
    if "/" not in text:
        return text
    return _FRACTION.sub(
        lambda found: said(int(found["n"]), int(found["of"])) or found.group(), text
    )


def ranges(text: str, language: str) -> str:
    """A text with the dash of "10-15" said."""
    to = word("to", language)
    text = re.sub(r"(\d\s?[h%€°$£])\s?[-–—]\s?(?=\d)", rf"\1 {to} " if to else r"\1, ", text)
    return re.sub(r"(?<=\d)\s?[-–—]\s?(?=\d)", f" {to} " if to else ", ", text)


def amounts(text: str, language: str) -> str:
    """A text with all numbers that are left in words."""
    if language == "tr" and "%" in text:
        text = re.sub(rf"%\s?({_NUMBER})", r"\1 %", text)
        text = re.sub(rf"({_NUMBER}) ila ({_NUMBER})\s?%", r"yüzde \1 ila \2", text)
    if "/" in text and word("per", language):  # "10 €/month"
        units = "|".join(re.escape(sign) for sign in sorted(signs(language), key=len, reverse=True))
        text = re.sub(
            rf"(\d ?(?:{units})|[€$£]\d+(?:[.,]\d+)?) ?/ ?(?<!км/)(?=[^\W\d_]{{2}})",
            rf"\1 {word('per', language)} ",
            text,
        )
    if language == "hu":  # "5-kor"
        text = re.sub(r"(?<=[\d%])-(?=[^\W\d_])", _JOINED, text)
    if language == "fr":  # "12€50"
        text = re.sub(r"(?<![\d.,])(\d+) ?€(\d\d)(?!\d)", r"\1,\2 €", text)
    text = _pattern(language).sub(lambda found: _amount(found, language), text)
    if language in _ELIDED:
        text = re.sub(*_ELIDED[language], text)
    return text.replace(_JOINED, "")


def _amount(found: re.Match[str], language: str) -> str:
    written = found["unit"] or ""
    unit = signs(language).get((found["sign"] or "").strip() or written.strip(), "")
    said = _figure(found["number"], unit, language)
    if said is None and unit:
        bare = _figure(found["number"], "", language)
        said = f"{found['sign'] or ''}{bare}{written}" if bare else None
    if said is None:
        said = by_digits(found["number"], language) + written
    if not unit:
        said = _before_noun(said, found, language)
    if found["sign"] and written.strip() and unit:
        said += f" {written.strip()}"
    if found["minus"]:
        said = f"{word('minus', language)} {said}".strip()
    if written.endswith(".") and not found.string[found.end() :].strip():
        said += "."
    if re.search(r"[^\W\d_]$", found.string[: found.start()]):
        said = f" {said}"  # "A4"
    return said + (" " if found["unit"] == "" else "")  # "5G": the letter follows


def _before_noun(said: str, found: re.Match[str], language: str) -> str:
    whole, places = _parts(found["number"], language)
    following = beside(found.string[found.end() :], language)
    kind = kind_of(whole, following["noun"], language) if following and not places else ""
    if not following or not kind:
        return said
    if int(whole) and int(whole) % 1_000_000 == 0 and not following[0].startswith(" de "):
        return f"{said} {millions_of(following['noun'], language)}".rstrip()
    if following["range"] and whole == "1" and (language, kind) in _SHORTENED:
        return said  # "uno a dos minutos"
    return counting(int(whole), said, language) or agree(said, kind, language)


def _figure(figures: str, unit: str, language: str) -> str | None:
    whole, places = _parts(figures, language)
    if len(whole) > _MOST_DIGITS:
        return None
    money = unit in CURRENCIES.values()
    if len(whole) > 1 and whole.startswith("0"):  # a code: figure by figure
        return group(whole, language) if not places else None
    count = int(whole)
    if unit == "XOF" and language in IN_FIVES and not places.strip("0"):
        return _fives(count, language)
    if money and unit != "XOF" and 0 < len(places) < 3:
        return _money(count, int(places.ljust(2, "0")), unit, language)
    places = places.rstrip("0")
    if not places:
        return _whole(count, unit, language)
    said = number(count, language)
    if said is None:
        return None
    said = f"{said} {word('point', language)} {_places(places, language)}"
    if not unit:
        return said
    return _with_unit(said, Decimal(f"{count}.{places}"), unit, language)


def _whole(count: int, unit: str, language: str) -> str | None:
    if not unit:
        return number(count, language)
    name, _, each = unit.partition("/")
    if language == "tr" and unit == "percent":
        return f"{word('percent', language)} {number(count, language)}"
    if unit == "percent" and language in ("ga", "mt"):
        return f"{number(count, language)} {noun('percent', count, language)}"
    if language == "wo" and name in ("hour", "minute", "day", "km", "kg", "m", "celsius"):
        return wolof_of(count, noun(name, count, language))
    said = counted(count, name, language)
    return _per_second(said, each, language)


def _with_unit(said: str, count: Decimal, unit: str, language: str) -> str | None:
    if language == "tr" and unit == "percent":
        return f"{word('percent', language)} {said}"
    name, _, each = unit.partition("/")
    named = noun(name, count, language)
    if not named:
        return None
    return _per_second(f"{agree(said, gender(name, language), language)} {named}", each, language)


def _per_second(said: str | None, each: str, language: str) -> str | None:
    return f"{said} {word('second_each', language)}".strip() if said and each else said


def _money(units: int, cents: int, code: str, language: str) -> str | None:
    said, rest = counted(units, code, language), cardinal(cents, language)
    if said is None or rest is None:
        return None
    if not cents:
        return said
    name = f"{code}_cents"
    small = counted(cents, name, language) if noun(name, cents, language) else None
    if not units and small:
        return small
    if small and (cents < 10 or language in WITH_CENTS):
        joint = f" {word('and', language)} " if language in ("en", "ga", "mt", "ff", "pt") else " "
        if language == "mt" and units == 1:  # "ewro wieħed u ħamsin" could be fifty-one
            joint = f",{joint}"
        return f"{said}{joint}{small}"
    return f"{said} {rest}"


def _fives(francs: int, language: str) -> str | None:
    """Wolof and Pulaar count francs in fives; from a thousand of them on without the noun."""
    count, rest = divmod(francs, 5)
    if rest:
        said = cardinal(francs, language)
        return f"{said} francs CFA" if said else None
    said = number(count, language)
    if said is None:
        return None
    if language == "wo":
        return wolof_of(count, "dërëm") if count < 100 else said
    return f"{said} {noun('XOF', count, language)}"


def _places(places: str, language: str) -> str:
    if language in ("de", "en") or len(places) > 3:
        return " ".join(cardinal(int(digit), language) or "" for digit in places)
    zeros = len(places) - len(places.lstrip("0"))
    said = [cardinal(0, language)] * zeros + [cardinal(int(places), language)]
    return " ".join(s for s in said if s)


def _parts(figures: str, language: str) -> tuple[str, str]:
    """The digits before and after the decimal point, as the language writes them."""
    point = "." if language in _POINT_IS_DOT else ","
    groups = "," if point == "." else "."
    figures = re.sub(r"[ '\u00a0\u202f]", "", figures)
    if re.fullmatch(rf"\d{{1,3}}(?:[{groups}]\d{{3}})+", figures):
        return figures.replace(groups, ""), ""
    whole, _, places = figures.replace(",", ".").rpartition(".")
    return (whole.replace(".", ""), places) if whole else (places, "")
