"""Amounts: money, units of measure, percentages, fractions, ranges, and bare numbers."""

import re
from decimal import Decimal
from functools import cache

from pipelines.engines.tts.normalisation.agreement import (
    HEAD_FIRST,
    agree,
    counted,
    counting,
    gender,
    gender_of,
    millions_of,
    number,
)
from pipelines.engines.tts.normalisation.cardinals import cardinal
from pipelines.engines.tts.normalisation.nouns import NOUNS, noun, setting, word
from pipelines.engines.tts.normalisation.own import wolof_of
from pipelines.engines.tts.normalisation.telephone import group

IN_FIVES = frozenset({"wo", "ff"})  # five francs are one: dërëm, mbuuɗu
WITH_CENTS = frozenset({"cs", "ff", "ga", "hu", "mt", "sk", "tr", "uk"})  # they are named

_MOST_DIGITS = 12
_POINT_IS_DOT = frozenset({"en", "ga", "mt"})
CURRENCIES = {
    "€": "EUR", "EUR": "EUR", "$": "USD", "US$": "USD", "USD": "USD", "£": "GBP", "GBP": "GBP",
    "zł": "PLN", "zl": "PLN", "PLN": "PLN", "Kč": "CZK", "CZK": "CZK", "Ft": "HUF", "HUF": "HUF",
    "RON": "RON", "SEK": "SEK", "DKK": "DKK", "BGN": "BGN", "лв.": "BGN", "лв": "BGN",
    "RSD": "RSD", "ALL": "ALL", "MKD": "MKD", "BAM": "BAM",
    "TRY": "TRY", "TL": "TRY", "₺": "TRY", "UAH": "UAH", "₴": "UAH", "грн": "UAH", "грн.": "UAH",
    "CHF": "CHF", "XOF": "XOF", "FCFA": "XOF", "F CFA": "XOF", "CFA": "XOF", "MDL": "MDL",
    "francs CFA": "XOF", "franc CFA": "XOF", "CFA francs": "XOF", "CFA-Franc": "XOF",
}  # fmt: skip
_LOCAL = {  # signs that are one of these only in a language
    "bs": {"KM": "BAM"}, "sr": {"din.": "RSD", "din": "RSD"}, "da": {"kr.": "DKK", "kr": "DKK"},
    "sv": {"kr": "SEK", "kr.": "SEK"}, "ro": {"lei": "RON", "leu": "RON"}, "sq": {"L": "ALL"},
    "fr": {"F": "XOF"}, "wo": {"F": "XOF", "francs": "XOF"}, "ff": {"F": "XOF", "francs": "XOF"},
    "mk": {"ден.": "MKD", "ден": "MKD"},
}  # fmt: skip
_UNITS = {
    "%": "percent", "GB": "GB", "Go": "GB", "Gb": "GB", "ГБ": "GB", "MB": "MB", "Mo": "MB",
    "МБ": "MB", "TB": "TB", "To": "TB", "ТБ": "TB", "kB": "kB", "KB": "kB", "ko": "kB", "Ko": "kB",
    "Mbit/s": "Mbit/s", "Mb/s": "Mbit/s", "Mbps": "Mbit/s", "Мбіт/с": "Mbit/s",
    "Мбит/с": "Mbit/s", "Mbit": "Mbit", "Gbit/s": "Gbit/s", "Gb/s": "Gbit/s", "Gbps": "Gbit/s",
    "MB/s": "MB/s", "Mo/s": "MB/s", "GB/s": "GB/s", "kB/s": "kB/s",
    "Гбит/с": "Gbit/s", "Гбіт/с": "Gbit/s", "kbit/s": "kbit/s", "kb/s": "kbit/s",
    "GHz": "GHz", "MHz": "MHz", "kHz": "kHz", "Hz": "Hz", "kWh": "kWh", "kW": "kW", "W": "W",
    "V": "V", "km": "km", "км": "km", "m": "m", "м": "m", "cm": "cm", "см": "cm", "mm": "mm",
    "kg": "kg", "km/h": "kmh", "m²": "m2", "sec": "second",
    "кг": "kg", "°C": "celsius", "ºC": "celsius", "h": "hour", "год": "hour",
    "min": "minute", "мин": "minute", "хв": "minute", "s": "second", "сек": "second",
}  # fmt: skip
_ELIDED = {"it": (r"\buna (?=or[ae]\b)", "un'"), "fr": (r"(?<=million d'|illions d') ", "")}
_JOINED = "\ue001"  # between a number and its suffix while a text is read
_NUMBER = r"\d{1,3}(?:[ .,'\u00a0\u202f]\d{3})+(?!\d)(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?"
_DASHED = r"(?:[.,][-–—]{1,2})?"  # "5,-"
_FRACTION = re.compile(r"(?<![\w/.,:-])(?P<n>[1-9]\d?)/(?P<of>[2-9]|[1-9]\d)(?![\w/]|[.,]\d)")
_VULGAR = {"½": (1, 2), "⅓": (1, 3), "¼": (1, 4), "¾": (3, 4)}
_NAMED = {
    (1, 2): "half",
    (1, 3): "third",
    (2, 3): "two_thirds",
    (1, 4): "quarter",
    (3, 4): "three_quarters",
}


@cache
def _signs(language: str) -> dict[str, str]:
    return {**_UNITS, **CURRENCIES, **_LOCAL.get(language, {})}


@cache
def _pattern(language: str) -> re.Pattern[str]:
    def either(signs: dict[str, str]) -> str:
        return "|".join(re.escape(sign) for sign in sorted(signs, key=len, reverse=True))

    money = {**CURRENCIES, **_LOCAL.get(language, {})}
    return re.compile(
        rf"(?P<sign>(?:(?<!\w)(?:{either(money)}) ?))?"
        rf"(?P<minus>(?<![\w)])[-−](?=\d))?(?P<number>{_NUMBER}){_DASHED}"
        rf"(?P<unit>(?:[ \u00a0\u202f]?(?:{either(_signs(language))})(?!\w))|(?=[^\W\d_]))?"
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
        units = "|".join(
            re.escape(sign) for sign in sorted(_signs(language), key=len, reverse=True)
        )
        text = re.sub(
            rf"(\d ?(?:{units})|[€$£]\d+(?:[.,]\d+)?) ?/ ?(?=[^\W\d_]{{2}})",
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
    signs = _signs(language)
    written = found["unit"] or ""
    unit = signs.get((found["sign"] or "").strip() or written.strip(), "")
    said = _figure(found["number"], unit, language)
    if said is None and unit:
        bare = _figure(found["number"], "", language)
        said = f"{found['sign'] or ''}{bare}{written}" if bare else None
    if said is None:
        said = _by_digits(found["number"], language) + written
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


def _by_digits(figures: str, language: str) -> str:
    parts = [group(digits, language) or digits for digits in re.findall(r"\d+", figures)]
    return ", ".join(parts)


@cache
def _genders(language: str) -> dict[str, str]:
    """By the forms of our nouns, their gender."""
    found: dict[str, str] = {"Uhr": "m"} if language == "de" else {}
    for name in (*NOUNS, *(set(CURRENCIES.values()) - {"USD"})):
        for count in (1, 2, 5):
            form = noun(name, count, language)
            if form and name != "percent":
                found.setdefault(form, gender_of(noun(name, 1, language), language))
    for kind in ("m", "n", "f"):  # words of telephony
        found |= dict.fromkeys((setting("counted", language) or {}).get(kind, "").split(), kind)
    return found


def _before_noun(said: str, found: re.Match[str], language: str) -> str:
    whole, places = _parts(found["number"], language)
    between = rf"\s(?:de\s)?(?:{word('to', language)}\s\d+\s(?:de\s)?)?" if whole else ""
    if language not in HEAD_FIRST:
        between = r"\s(?:de\s)?"
    following = re.match(rf"{between}([^\W\d_]+)", found.string[found.end() :])
    known = _genders(language).get(following[1]) if following else None
    if not following or not known or places:
        return said
    if int(whole) and int(whole) % 1_000_000 == 0 and not following[0].startswith(" de "):
        return f"{said} {millions_of(following[1], language)}".rstrip()
    if re.search(r"\s\d", following[0]) and whole == "1" and (known != "f" or language == "ro"):
        return said  # "uno a dos minutos"
    return counting(int(whole), said, language) or agree(said, known, language)


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
