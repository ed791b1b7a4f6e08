"""Numbers in text, written in figures or in words, as values.

"twenty-five", "25" and "２５" are one number. Which words there are in a language is told by
`Numerals`, built from its pack; with an empty one only figures are read.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

_SIGNS = str.maketrans(
    {"’": "'", "ʼ": "'", "`": "'", "‐": "-", "‑": "-", "–": "-", "—": "-", "−": "-"}
)
_BLANKS = "['  ]"  # between thousands
_TOKEN = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/\d{4})"
    r"|(?P<clock>\d{1,2}(?::| ?h ?)[0-5]\d(?!\d))"
    rf"|(?P<number>\d{{1,3}}(?:(?:\.|,|{_BLANKS})\d{{3}})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?)"
    r"|(?P<word>[^\W\d_]+(?:\.[^\W\d_]\b\.?)*)"  # "a.m." is one word
    r"|(?P<other>\S)"
)
_IN_LETTERS = re.compile(r"\b(?:[^\W\d_][ .-]){3,}[^\W\d_]\b")  # "t w e n t y"
_NO_SCALE = 10**12
_YEAR = 12  # months


@dataclass(frozen=True, eq=False)
class Numerals:
    """How a language writes numbers and what they count. All words are lower case.

    `articles` are number words that are other words as well ("one of you", "un téléphone neuf"):
    they count only before a unit or among other numbers. `above_ten` tells whether ten to nineteen
    are added to sixty and eighty (soixante-dix, quatre-vingt-onze).
    """

    numbers: Mapping[str, int] = field(default_factory=dict)
    scales: Mapping[str, int] = field(default_factory=dict)  # hundred, thousand, million
    joins: frozenset[str] = frozenset()  # "and" of "one hundred and five"
    articles: frozenset[str] = frozenset()
    point: frozenset[str] = frozenset()  # "point" of "three point five"
    above_ten: bool = False
    units: Mapping[str, str] = field(default_factory=dict)  # "euros" -> "EUR"
    periods: Mapping[str, str] = field(default_factory=dict)  # "per month" -> "month"
    months: tuple[str, ...] = ()  # twelve; and twelve more as they stand beside a day
    decimal_point: str = "."

    @cached_property
    def month(self) -> Mapping[str, int]:
        """The months' numbers by their names."""
        return {name.casefold(): at % _YEAR + 1 for at, name in enumerate(self.months)}


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a sign, or a number with its value. `digits` are those it is written with."""

    kind: str  # "word", "other", "date", "clock", "number"
    text: str
    glued: bool = False  # to what stands before it
    value: Decimal | None = None
    digits: str = ""
    spelled: bool = False


def plain(text: str) -> str:
    """Text as it is compared: compatibility forms resolved, any script's digits as 0-9, folded."""
    text = unicodedata.normalize("NFKC", text).translate(_SIGNS).casefold()
    return "".join(str(unicodedata.digit(c)) if c > "9" and c.isdigit() else c for c in text)


def tokens(text: str, numerals: Numerals) -> list[Token]:
    """The words, signs and numbers of a text, in order; number words have become numbers."""
    text = _IN_LETTERS.sub(lambda m: re.sub(r"[ .-]", "", m.group()), plain(text))
    text = re.sub(r"(?<=[^\W\d_])-(?=[^\W\d_])", " ", text)
    found = [_token(m, text, numerals.decimal_point) for m in _TOKEN.finditer(text)]
    return list(_counted(found, numerals))


def written(value: Decimal) -> str:
    """The digits of a number."""
    return re.sub(r"\D", "", f"{value:f}")


def spelled(found: Sequence[Token], numerals: Numerals) -> tuple[str, int] | None:
    """The digits of the number that the first words spell, and how many words; None if none."""
    number = _Spelled(list(found), 0, numerals, places=False)
    return (written(number.value), number.end) if number.value is not None else None


def _token(match: re.Match[str], text: str, point: str) -> Token:
    kind, said = match.lastgroup or "other", match.group()
    glued = match.start() > 0 and not text[match.start() - 1].isspace()
    value = _value(said, point) if kind == "number" else None
    return Token(kind, said, glued, value, re.sub(r"\D", "", said))


def _value(figures: str, point: str) -> Decimal:
    """ "3 500", "3,500", "12,50" as the language means them."""
    figures = re.sub(_BLANKS, "", figures)
    groups = "." if point == "," else ","
    if re.fullmatch(rf"\d+(?:[{groups}]\d{{3}})+", figures):
        return Decimal(figures.replace(groups, ""))
    if len(re.findall(r"[.,]", figures)) > 1:
        whole, places = re.split(r"[.,](?=\d*$)", figures)
        thousands = len(set(re.findall(r"[.,]", figures))) == 1  # 1.000.000
        whole = re.sub(r"[.,]", "", whole)
        return Decimal(whole + places if thousands else f"{whole}.{places}")
    return Decimal(figures.replace(",", "."))


def _counted(found: list[Token], numerals: Numerals) -> Iterator[Token]:
    at = 0
    while at < len(found):
        token = found[at]
        if token.kind == "number" and token.value is not None:
            following = found[at + 1].text if at + 1 < len(found) else ""
            if scale := numerals.scales.get(following):  # "2 million"
                value = token.value * scale
                token = Token("number", token.text, token.glued, value, written(value))
                at += 1
        elif token.kind == "word" and (spelled := _Spelled(found, at, numerals)).value is not None:
            value = spelled.value
            token = Token("number", token.text, token.glued, value, written(value), True)
            at = spelled.end - 1
        yield token
        at += 1


class _Spelled:
    """The number that is spelled from a word on: its `value`, None if there is none, and `end`."""

    def __init__(
        self, found: list[Token], at: int, numerals: Numerals, *, places: bool = True
    ) -> None:
        self._found = found
        self._n = numerals
        self._total = 0  # thousands that are complete
        self._current: int | None = None
        self._least = _NO_SCALE  # the next scale has to be smaller
        self.end = at
        while self._take():
            self._skip_join()
        begun = self._current is not None or self._least < _NO_SCALE
        self.value = Decimal(self._total + (self._current or 0)) if begun else None
        if begun and places:
            self._take_places()

    def _word(self, at: int) -> tuple[int, int, bool] | None:
        """(value, how many words, whether it multiplies), the longest that stands there."""
        for length in (2, 1):
            said = [token.text for token in self._found[at : at + length]]
            if len(said) < length:
                continue
            for name in (" ".join(said), "".join(said)):  # "quatre vingts", "twen-ty"
                if name in self._n.numbers:
                    return self._n.numbers[name], length, False
                if name in self._n.scales:
                    return self._n.scales[name], length, True
        return None

    def _take(self) -> bool:
        step = self._word(self.end)
        if step is None or not self._fits(step[0], step[2]):
            return False
        value, length, scale = step
        if scale and value >= 1000:
            self._total += (1 if self._current is None else self._current) * value
            self._current, self._least = None, value
        elif scale:
            self._current = (self._current or 1) * value
        else:
            self._current = (self._current or 0) + value
        self.end += length
        return True

    def _fits(self, value: int, scale: bool) -> bool:
        now = self._current
        if scale and value >= 1000:
            return value < self._least and now != 0
        if scale:
            return now is None or 0 < now < 100
        if now is None:
            return value > 0 or self._least == _NO_SCALE
        if not now or not value:
            return False
        tens = now % 100
        if tens == 0:
            return value < 100
        most = 20 if self._n.above_ten and tens in (60, 80) else 10
        return tens >= 20 and tens % 10 == 0 and value < most

    def _skip_join(self) -> None:
        """Past "and", where a number that belongs to this one follows."""
        joins = self.end < len(self._found) and self._found[self.end].text in self._n.joins
        step = self._word(self.end + 1) if joins else None
        if step and not step[2] and self._fits(step[0], False):
            self.end += 1

    def _take_places(self) -> None:
        if self.end >= len(self._found) or self._found[self.end].text not in self._n.point:
            return
        at, places = self.end + 1, ""
        while (step := self._word(at)) is not None and not step[2]:
            places += str(step[0])
            at += step[1]
        if places:
            self.value = Decimal(f"{self.value}.{places}")
            self.end = at
