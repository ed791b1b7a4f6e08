"""What the numbers in a text count: prices, durations, dates, times, volumes, telephone numbers.

"twenty euros", "€20" and "20.00 EUR" are one quantity; so are "8 p.m." and "20:00".
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from agent.numbers.numerals import Numerals, Token
from agent.numbers.tokens import tokens

# Written alike everywhere. A language's own words come on top (`Numerals.units`).
SYMBOLS: Mapping[str, str] = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "$": "USD", "£": "GBP", "xof": "XOF",
    "fcfa": "XOF", "cfa": "XOF", "f cfa": "XOF", "%": "%", "kb": "KB", "mb": "MB", "gb": "GB",
    "tb": "TB", "mbit/s": "Mbit/s", "mbps": "Mbit/s", "gbit/s": "Gbit/s", "gbps": "Gbit/s",
    "h": "hour", "min": "minute", "am": "am", "pm": "pm", "a.m.": "am", "p.m.": "pm", "a.m": "am",
    "p.m": "pm", "o'clock": "o'clock", "km": "km",
}  # fmt: skip
_WITHOUT_CENTS = frozenset({"XOF", "HUF"})
CURRENCIES = _WITHOUT_CENTS | {
    "ALL", "BAM", "BGN", "CHF", "CZK", "DKK", "EUR", "GBP", "MDL", "MKD", "PLN", "RON", "RSD",
    "SEK", "TRY", "UAH", "USD",
}  # fmt: skip
FIVE = 5  # francs are one dërëm in Wolof, one mbuuɗu in Pulaar
_IN_FIVES = "XOF in fives"
_AND_TEN = " and ten"
_OR_CENT = " or cent"  # what is cents after a sum of money
_PREFIXED = frozenset("€$£")
_NOON = {"am": 0, "pm": 12}
_BETWEEN = frozenset(",-./()+")  # signs that do not end a run of numbers
_ORDINAL = re.compile("st|nd|rd|th|er|ère|re|e|ème|eme")
_TELEPHONE = 7  # digits: too many to count anything


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of something.

    `unit` is "" where none is named, "hour" or "clock" (minutes since midnight) for times of day,
    "date-12" for a day of December. `digits` are those it is written with. `joined` if it follows
    another number and no word or unit stands between. `in_fives` if it counts fives of francs where
    it is money and no unit is named (see `Numerals.fives`).
    """

    value: Decimal
    unit: str = ""
    period: str = ""  # "month" of "20 euros per month"
    digits: str = ""
    joined: bool = False
    in_fives: bool = False


@lru_cache(maxsize=512)
def quantities(text: str, numerals: Numerals) -> tuple[Quantity, ...]:
    """Every quantity in `text`, in order."""
    return tuple(_amounts(_Reader(tokens(text, numerals), numerals), numerals.within))


def runs(found: tuple[Quantity, ...]) -> Iterator[tuple[Quantity, ...]]:
    """Numbers that follow one another without a word in between: "33 800 12 34", "one two"."""
    run: list[Quantity] = []
    for quantity in found:
        if run and not quantity.joined:
            yield tuple(run)
            run = []
        run.append(quantity)
    if run:
        yield tuple(run)


def is_telephone(run: tuple[Quantity, ...]) -> bool:
    """Whether a run is too long to count anything: it has to be known as a whole."""
    return len(run) > 3 or sum(len(q.digits) for q in run) >= _TELEPHONE


def is_ordinal(token: str) -> bool:
    """Whether this is written like "5th" or "1er"."""
    return bool(re.fullmatch(rf"\d+(?:{_ORDINAL.pattern})", token))


def names(text: str, numerals: Numerals, known: Mapping[str, str]) -> frozenset[str]:
    """What of `known` (words -> what they name) a text names."""
    said = tokens(text, numerals)
    reader = _Reader(said, numerals)
    found = set()
    for at in range(len(said)):
        name, _ = reader.at(at, known)
        found.add(name)
    return frozenset(found - {""})


class _Reader:
    def __init__(self, said: list[Token], numerals: Numerals) -> None:
        self._said = said
        self._n = numerals
        self._units = {**SYMBOLS, **numerals.units}

    def __iter__(self) -> Iterator[tuple[Quantity, tuple[str, ...]]]:
        """Each quantity with the words that stand between it and the one before."""
        at = last = 0
        bare = False  # whether the number before has no unit
        while at < len(self._said):
            if self._said[at].digits == "":
                at += 1
                continue
            quantity, end = self._read(at, last)
            between = tuple(token.text for token in self._said[last:at])
            joined = bare and all(text in _BETWEEN for text in between)
            if not self._is_other_word(at, end, quantity, joined):
                yield replace(quantity, joined=joined), between
                yield from _year(self._said[at])
                last, bare = end, quantity.unit == "" and quantity.period == ""
            at = end

    def _is_other_word(self, at: int, end: int, quantity: Quantity, joined: bool) -> bool:
        """ "one of you"; but an article may stand among numbers ("one one two")."""
        token = self._said[at]
        among = joined or (end < len(self._said) and self._said[end].kind == "number")
        alone = {self._n.numbers.get(token.text), self._n.scales.get(token.text)}
        article = token.spelled and token.text in self._n.articles and quantity.value in alone
        return article and not (among or quantity.unit)

    def _read(self, at: int, last: int) -> tuple[Quantity, int]:
        token = self._said[at]
        quantity = _number(token)
        end = at + 1
        if end < len(self._said) and self._said[end].glued:
            end += bool(_ORDINAL.fullmatch(self._said[end].text))
        if not quantity.unit:
            unit, end = self._unit(at, end, last)
            quantity = replace(quantity, unit=unit)
            if unit == _IN_FIVES:
                quantity = replace(quantity, value=quantity.value * FIVE, unit="XOF")
            elif unit.endswith(_AND_TEN):  # "dhá euro déag"
                unit = unit.removesuffix(_AND_TEN)
                quantity = replace(quantity, value=quantity.value + 10, unit=unit)
        if quantity.unit in ("", "clock", "hour"):
            half, end = self.at(end, {n: u for n, u in SYMBOLS.items() if u in _NOON})
            quantity = replace(quantity, unit=f"{quantity.unit} {half}".strip())
        period, end = self.at(end, self._n.periods)
        return _time(replace(quantity, period=period)), end

    def _unit(self, at: int, end: int, last: int) -> tuple[str, int]:
        """What a number counts, and where that ends; `last` is where the number before ended."""
        dash = end < len(self._said) and self._said[end].text == "-"  # "a 30-day pass"
        for start in (end, end + 1) if dash else (end,):
            unit, after = self.at(start, self._units)
            if unit:
                return unit, after
        after = end + 1 if end < len(self._said) and self._said[end].text in ("of", ".") else end
        if after < len(self._said) and self._said[after].text in self._n.month:
            return f"date-{self._n.month[self._said[after].text]}", after + 1
        before = [token.text for token in self._said[max(last, at - 2) : at]][::-1]
        if before and before[0] in _PREFIXED:
            return SYMBOLS[before[0]], end
        if before and self._said[at].value == 1 and self._units.get(before[0]) in CURRENCIES:
            return self._units[before[0]], end  # "ewro wieħed"
        near = [self._n.month[word] for word in before if word in self._n.month]
        if near and (len(before) == 1 or before[0] in self._n.month or before[0] == "the"):
            return f"date-{near[0]}", end
        return "", end

    def at(self, at: int, known: Mapping[str, str]) -> tuple[str, int]:
        """The longest of `known` that stands at a place, and where it ends; "" if none does."""
        for length in (4, 3, 2, 1):
            said = self._said[at : at + length]
            if len(said) < length:
                continue
            name = said[0].text + "".join(p.text if p.glued else f" {p.text}" for p in said[1:])
            if name in known:
                return known[name], at + length
        return "", at


def _amounts(read: _Reader, within: frozenset[str]) -> Iterator[Quantity]:
    """ "12 euros 50" and "12 euros and 50 cents" are one amount."""
    held: Quantity | None = None
    for found, between in read:
        either = found.unit.endswith(_OR_CENT)  # "λεπτά"
        quantity = replace(found, unit=found.unit.removesuffix(_OR_CENT)) if either else found
        cents = replace(found, unit="cent") if either else found
        if held is None:
            held = quantity
        elif _are_cents(held, cents, between, within):
            value = held.value + quantity.value / 100
            held = replace(held, value=value, period=held.period or quantity.period)
        else:
            yield held
            held = quantity
    if held is not None:
        yield held


def _are_cents(
    money: Quantity, found: Quantity, between: tuple[str, ...], within: frozenset[str]
) -> bool:
    has_cents = money.unit in CURRENCIES - _WITHOUT_CENTS
    if not has_cents or money.period or money.value % 1:
        return False
    if found.unit == "cent":
        return len(between) < 3  # ", and"
    follows = all(word in within for word in between)  # "doce euros con cincuenta"
    return follows and not found.unit and len(found.digits) == 2


def _number(token: Token) -> Quantity:
    if token.kind == "date":
        first, second, third = (int(part) for part in re.split("[-/]", token.text))
        day, month = (third, second) if first > 31 else (first, second)
        day, month = (month, day) if month > 12 else (day, month)
        unit = f"date-{month}" if 1 <= month <= 12 else ""
        return Quantity(Decimal(day), unit, digits=token.digits)
    if token.kind == "clock":
        hour, minute = (int(part) for part in re.findall(r"\d+", token.text))
        return Quantity(Decimal(hour * 60 + minute), "clock", digits=token.digits)
    return Quantity(token.value or Decimal(0), digits=token.digits, in_fives=token.in_fives)


def _year(token: Token) -> Iterator[tuple[Quantity, tuple[str, ...]]]:
    """The year of a date in figures is a number of its own, as it is in "5 December 2026"."""
    if token.kind == "date":
        year = max(re.split("[-/]", token.text), key=len)
        yield Quantity(Decimal(year), digits=year), ("of",)


def _time(q: Quantity) -> Quantity:
    """Full hours as hours of the day."""
    unit, _, half = q.unit.rpartition(" ")
    if half in _NOON:
        minutes = q.value if unit == "clock" else q.value * 60
        q = replace(q, value=minutes % 720 + _NOON[half] * 60, unit="clock")
    if q.unit == "clock" and q.value % 60 == 0:
        return replace(q, value=q.value / 60, unit="hour")
    return q
