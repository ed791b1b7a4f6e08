"""Numbers in text, with what they count: prices, durations, dates, times, volumes, telephone numbers.

Figures and number words are read alike, so that "twenty euros", "€20" and "20,00 EUR" are one
quantity. Which words there are in a language is told by `Numerals`, built from its pack; with an
empty one only figures and the symbols below are read.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache

# Written alike everywhere. A language's own words come on top (`Numerals.units`).
SYMBOLS: Mapping[str, str] = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "¢": "cent", "$": "USD", "£": "GBP",
    "xof": "XOF", "fcfa": "XOF", "cfa": "XOF", "f cfa": "XOF", "franc cfa": "XOF",
    "francs cfa": "XOF", "%": "%", "kb": "KB", "ko": "KB", "mb": "MB", "mo": "MB", "gb": "GB",
    "go": "GB", "tb": "TB", "to": "TB", "mbit/s": "Mbit/s", "mbps": "Mbit/s", "gbit/s": "Gbit/s",
    "gbps": "Gbit/s", "h": "hour", "min": "minute", "s": "second", "am": "am", "pm": "pm",
    "a.m.": "am", "p.m.": "pm", "a.m": "am", "p.m": "pm", "km": "km",
}  # fmt: skip
_ONLY_GLUED = frozenset({"h", "s", "to", "go", "mo", "ko"})  # words of their own elsewhere
_CURRENCIES = frozenset({"EUR", "USD", "GBP", "XOF"})
_CASE = {"am": 0, "pm": 12}
_TELEPHONE = 7  # digits that are too many for a number that counts something
_TOKEN = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)|(?P<slashed>\d{1,2}/\d{1,2}/\d{4})"
    r"|(?P<clock>\d{1,2}(?::| ?h ?)\d\d(?!\d))"
    r"|(?P<number>\d{1,3}(?:[.,'  ]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?)"
    r"|(?P<word>[^\W\d_]+(?:\.[^\W\d_]\b\.?)*)|(?P<other>\S)"
)
_SIGNS = str.maketrans({"’": "'", "ʼ": "'", "`": "'", "‐": "-", "‑": "-", "–": "-", "—": "-"})


@dataclass(frozen=True, eq=False)
class Numerals:
    """How a language writes quantities. Words are lower case; several may stand in one key.

    `articles` are number words that are other words as well ("one of you", "un téléphone neuf"):
    they count only before a unit or among other numbers. `above_ten` tells whether ten to nineteen
    are added to tens (soixante-dix, quatre-vingt-onze).
    """

    numbers: Mapping[str, int] = field(default_factory=dict)
    scales: Mapping[str, int] = field(default_factory=dict)  # hundred, thousand, million
    joins: frozenset[str] = frozenset()  # "and" of "one hundred and five"
    articles: frozenset[str] = frozenset()
    point: frozenset[str] = frozenset()  # "point" of "three point five"
    above_ten: bool = False
    units: Mapping[str, str] = field(default_factory=dict)
    periods: Mapping[str, str] = field(default_factory=dict)  # "per month" -> "month"
    months: tuple[str, ...] = ()
    decimal_point: str = "."


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of something. `unit` is "" where none is named, "date-12" for a day of December."""

    value: Decimal
    unit: str = ""
    period: str = ""  # "month" of "20 euros per month"
    digits: str = ""  # as written: what a telephone number is compared by
    words: bool = False  # written in words
    joined: bool = False  # nothing but a blank, a comma or a dash stands before it and a number


def plain(text: str) -> str:
    """Text as it is compared: compatibility forms resolved, any digits as 0-9, lower case."""
    text = unicodedata.normalize("NFKC", text).translate(_SIGNS).casefold()
    return "".join(str(unicodedata.digit(c)) if c.isdigit() and c > "9" else c for c in text)


@lru_cache(maxsize=512)
def quantities(text: str, numerals: Numerals) -> tuple[Quantity, ...]:
    """Every quantity in `text`, in order."""
    return tuple(_Reader(plain(text), numerals).read())


def runs(found: tuple[Quantity, ...]) -> Iterator[tuple[Quantity, ...]]:
    """Quantities that follow one another without a word in between: "33 800 12 34", "one two"."""
    run: list[Quantity] = []
    for quantity in found:
        if run and not (quantity.joined and not run[-1].unit):
            yield tuple(run)
            run = []
        run.append(quantity)
    if run:
        yield tuple(run)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    glued: bool  # no blank before it


class _Reader:
    def __init__(self, text: str, numerals: Numerals) -> None:
        self._n = numerals
        self._tokens = [
            _Token(m.lastgroup or "", m.group(), m.start() > 0 and not text[m.start() - 1].isspace())
            for m in _TOKEN.finditer(text)
        ]
        self._units = {**SYMBOLS, **numerals.units}
        self._at = 0

    def read(self) -> Iterator[Quantity]:
        last = -1  # where the last number ended
        before: Quantity | None = None
        while self._at < len(self._tokens):
            start = self._at
            found = self._number()
            if found is None:
                self._at = start + 1
                continue
            between = [t.text for t in self._tokens[last:start]] if last >= 0 else ["start"]
            joined = all(t in (",", "-", ".", "(", ")", "/") for t in between)
            found = replace(found, joined=joined)
            found = self._with_unit(found, start)
            last = self._at
            if found.words and not (joined or found.unit) and self._is_article(start, last):
                continue
            if before is not None and self._are_cents(before, found, between):
                yield replace(before, value=before.value + found.value / 100)
                before = None
                continue
            if before is not None:
                yield before
            before = found
        if before is not None:
            yield before

    def _is_article(self, start: int, end: int) -> bool:
        """An article may begin a run: "one one two"."""
        said = self._tokens[start:end]
        return len(said) == 1 and said[0].text in self._n.articles and not self._is_number(end)

    def _are_cents(self, money: Quantity, found: Quantity, between: list[str]) -> bool:
        """ "12 euros 50", "12 euros and 50 cents": one amount."""
        apart = [t for t in between if t not in self._n.joins]
        return (
            money.unit in _CURRENCIES
            and money.unit != "XOF"
            and not apart
            and found.unit in ("", "cent")
            and len(found.digits) <= 2
            and money.value == int(money.value)
        )

    def _number(self) -> Quantity | None:
        token = self._tokens[self._at]
        match token.kind:
            case "date":
                year, month, day = token.text.split("-")
                self._at += 1
                return Quantity(Decimal(int(day)), f"date-{int(month)}", digits=year + month + day)
            case "slashed":
                day, month, year = token.text.split("/")
                self._at += 1
                return Quantity(Decimal(int(day)), f"date-{int(month)}", digits=day + month + year)
            case "clock":
                hour, minute = re.findall(r"\d+", token.text)
                self._at += 1
                return _clock(int(hour), int(minute))
            case "number":
                self._at += 1
                return self._scaled(_figure(token.text, self._n.decimal_point))
        return self._in_words()

    def _scaled(self, quantity: Quantity) -> Quantity:
        """ "2 million", "3,5 millions"."""
        token = self._peek()
        if token and token.text in self._n.scales and not token.glued:
            self._at += 1
            value = quantity.value * self._n.scales[token.text]
            return replace(quantity, value=value, digits=_digits(value))
        return quantity

    def _in_words(self) -> Quantity | None:
        total = Decimal(0)  # thousands that are complete
        current: int | None = None
        least = 10**12  # the smallest scale so far: the next has to be smaller
        while (step := self._word_at(self._at)) is not None:
            value, length, scale = step
            if scale and value >= 1000:
                if value >= least:
                    break
                total += (current if current is not None else 1) * value
                current, least = None, value
            elif scale:
                if current is not None and (current >= 100 or current == 0):
                    break
                current = (current or 1) * 100
            elif current is None and (value or least == 10**12):
                current = value
            elif current is not None and self._adds(current, value):
                current += value
            else:
                break
            self._at += length
            self._skip_join(current)
        if current is None and least == 10**12:
            return None
        whole = total + (current or 0)
        return self._with_point(Quantity(whole, digits=_digits(whole), words=True))

    def _adds(self, current: int, value: int) -> bool:
        if not current or not value:
            return False
        if current % 100 == 0:
            return value < 100
        tens = current % 100
        most = 20 if self._n.above_ten and tens in (60, 80) else 10
        return tens >= 20 and tens % 10 == 0 and value < most

    def _skip_join(self, current: int | None) -> None:
        """Past "-" and "and", where a number that can be added follows."""
        at = self._at
        while at < len(self._tokens) and self._tokens[at].text in {"-", *self._n.joins}:
            at += 1
        step = self._word_at(at)
        if at > self._at and step is not None:
            value, _, scale = step
            if scale or current is None or self._adds(current, value):
                self._at = at

    def _with_point(self, quantity: Quantity) -> Quantity:
        token = self._peek()
        if token is None or token.text not in self._n.point:
            return quantity
        here = self._at
        self._at += 1
        places = ""
        while (step := self._word_at(self._at)) is not None and not step[2]:
            places += str(step[0])
            self._at += step[1]
        if not places:
            self._at = here
            return quantity
        value = Decimal(f"{quantity.value}.{places}")
        return replace(quantity, value=value, digits=_digits(value))

    def _word_at(self, at: int) -> tuple[int, int, bool] | None:
        """(value, how many tokens, whether it multiplies); the longest that stands there."""
        for length in (5, 3, 1):  # words joined by dashes or blanks: "quatre-vingts"
            said = [t.text for t in self._tokens[at : at + length] if t.text != "-"]
            name = " ".join(said)
            if length > 1 and name not in self._n.numbers:
                name = "".join(said)  # "twen-ty"
            if name in self._n.numbers:
                return self._n.numbers[name], length, False
            if name in self._n.scales:
                return self._n.scales[name], length, True
        name = " ".join(t.text for t in self._tokens[at : at + 2])
        return (self._n.numbers[name], 2, False) if name in self._n.numbers else None

    def _with_unit(self, quantity: Quantity, start: int) -> Quantity:
        quantity = self._ordinal(quantity)
        if quantity.unit == "":
            quantity = replace(quantity, unit=self._take(self._units) or self._date())
        before = self._tokens[start - 1] if start else None
        if quantity.unit == "" and before and before.text in ("€", "$", "£"):
            quantity = replace(quantity, unit=SYMBOLS[before.text])
        if quantity.unit == "" and before and before.text in self._n.months:
            quantity = replace(quantity, unit=f"date-{self._n.months.index(before.text) + 1}")
        if quantity.unit in ("", "clock", "hour") and (case := self._take(_CASE_NAMES)):
            quantity = replace(quantity, unit=case if quantity.unit != "clock" else f"clock {case}")
        period = self._take(self._n.periods)
        return _normal(replace(quantity, period=period))

    def _ordinal(self, quantity: Quantity) -> Quantity:
        token = self._peek()
        if token and token.glued and re.fullmatch("st|nd|rd|th|er|re|e|ème|eme", token.text):
            self._at += 1
        return quantity

    def _date(self) -> str:
        at = self._at
        skipped = self._tokens[at : at + 1]
        if skipped and skipped[0].text in ("of", "."):
            at += 1
        token = self._tokens[at] if at < len(self._tokens) else None
        if token and token.text in self._n.months:
            self._at = at + 1
            return f"date-{self._n.months.index(token.text) + 1}"
        return ""

    def _take(self, names: Mapping[str, str]) -> str:
        """The longest of `names` that stands next, and go past it; "" if none."""
        at = self._at
        if at + 1 < len(self._tokens) and self._tokens[at].text == "-":
            at += 1  # "a 30-day pass"
        for length in (4, 3, 2, 1):
            tokens = self._tokens[at : at + length]
            if len(tokens) < length:
                continue
            name = tokens[0].text + "".join(
                t.text if t.glued else f" {t.text}" for t in tokens[1:]
            )
            loose = name in _ONLY_GLUED and not tokens[0].glued and name not in self._n.units
            if name in names and not loose:
                self._at = at + length
                return names[name]
        return ""

    def _is_number(self, at: int) -> bool:
        if at >= len(self._tokens):
            return False
        return self._tokens[at].kind == "number" or self._word_at(at) is not None

    def _peek(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None


_CASE_NAMES = {name: unit for name, unit in SYMBOLS.items() if unit in _CASE}


def _normal(q: Quantity) -> Quantity:
    """Times of day as hours, or as minutes since midnight where they are not full."""
    if q.unit in _CASE:
        return replace(q, value=q.value % 12 + _CASE[q.unit], unit="hour")
    if q.unit.startswith("clock "):
        return replace(_clock(int(q.value // 60) % 12 + _CASE[q.unit[6:]], int(q.value % 60)))
    if q.unit == "clock" and q.value % 60 == 0:
        return replace(q, value=q.value / 60, unit="hour")
    return q


def _clock(hour: int, minute: int) -> Quantity:
    return Quantity(Decimal(hour * 60 + minute), "clock", digits=f"{hour}{minute:02}")


def _figure(text: str, decimal_point: str) -> Quantity:
    """A number in figures: "3 500", "3,500", "12,50" as the language means them."""
    text = re.sub(r"['  ]", "", text)
    other = "." if decimal_point == "," else ","
    whole, mark, places = text, "", ""
    if match := re.fullmatch(r"(.*)([.,])(\d+)", text):
        whole, mark, places = match.groups()
    if mark == other and len(places) == 3 or mark in whole and mark:
        whole, places = whole + places, ""
    whole = re.sub(r"[.,]", "", whole)
    value = Decimal(f"{whole}.{places or 0}")
    return Quantity(value, digits=re.sub(r"\D", "", text))


def _digits(value: Decimal) -> str:
    return re.sub(r"\D", "", f"{value.normalize():f}")


def is_telephone(run: tuple[Quantity, ...]) -> bool:
    """Whether a run is too long to count anything: it has to be known as a whole."""
    return len(run) > 3 or sum(len(q.digits) for q in run) >= _TELEPHONE
