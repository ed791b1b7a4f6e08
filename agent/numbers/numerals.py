"""How a language writes and says numbers: its words for them, and what they count."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

_SIGNS = str.maketrans(
    {"’": "'", "ʼ": "'", "`": "'", "‐": "-", "‑": "-", "–": "-", "—": "-", "−": "-", "İ": "i"}
)
_YEAR = 12  # months


@dataclass(frozen=True, eq=False)
class Numerals:
    """How a language writes numbers and what they count. All words are lower case.

    `articles` are number words that are other words as well ("one of you", "un téléphone neuf"):
    they count only before a unit or among other numbers. `above_ten` tells whether ten to nineteen
    are added to sixty and eighty (soixante-dix, quatre-vingt-onze), `ones_first` whether the ones
    may stand before the tens (fem og tyve), `ten_and_one` whether they are added to ten (fukk ak
    ñaar), `scale_first` whether hundreds are named before they are counted (teemedde ɗiɗi).
    """

    numbers: Mapping[str, int] = field(default_factory=dict)
    scales: Mapping[str, int] = field(default_factory=dict)  # hundred, thousand, million
    joins: frozenset[str] = frozenset()  # "and" of "one hundred and five"
    articles: frozenset[str] = frozenset()
    point: frozenset[str] = frozenset()  # "point" of "three point five"
    above_ten: bool = False
    ones_first: bool = False
    ten_and_one: bool = False
    scale_first: bool = False
    within: frozenset[str] = frozenset()  # what joins parts of a number and means more elsewhere
    fives: frozenset[str] = frozenset()  # words that count fives of francs, where they are money
    units: Mapping[str, str] = field(default_factory=dict)  # "euros" -> "EUR"
    periods: Mapping[str, str] = field(default_factory=dict)  # "per month" -> "month"
    months: tuple[str, ...] = ()  # twelve; and twelve more as they stand beside a day
    months_heard: Mapping[str, int] = field(default_factory=dict)  # more of their forms
    decimal_point: str = "."

    @cached_property
    def month(self) -> Mapping[str, int]:
        """The months' numbers by their names, also as they are typed without accents."""
        named = {plain(name): at % _YEAR + 1 for at, name in enumerate(self.months)}
        named |= {plain(name): number for name, number in self.months_heard.items()}
        return {without_accents(name): number for name, number in named.items()} | named

    @cached_property
    def joints(self) -> frozenset[str]:
        """All that may stand between parts of a number."""
        return self.joins | self.within

    @cached_property
    def pieces(self) -> frozenset[str]:
        """What a number in one word is put together from."""
        names = frozenset(name for name in (*self.numbers, *self.scales) if " " not in name)
        return names | self.joints if names else names

    def may_begin(self, word: str) -> bool:
        """Whether a number may begin with a word; with most words none does, and this is quick."""
        return word in self._prefixes or not self._beginnings.isdisjoint(
            (word[:1], word[:2], word[:3])
        )

    @cached_property
    def _prefixes(self) -> frozenset[str]:
        """All beginnings of names: "twen" of "twenty", "п" of "п'ять"."""
        return frozenset(
            n[:end] for n in (*self.numbers, *self.scales) for end in range(len(n) + 1)
        )

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        """The first three letters of names, and the whole of shorter ones."""
        return frozenset(name[:3] for name in (*self.numbers, *self.scales))

    @cached_property
    def longest(self) -> int:
        """Letters of the longest of these."""
        return max(map(len, self.pieces), default=0)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a sign, or a number with its value. `digits` are those it is written with."""

    kind: str  # "word", "other", "date", "clock", "number"
    text: str
    glued: bool = False  # to what stands before it
    value: Decimal | None = None
    digits: str = ""
    spelled: bool = False
    in_fives: bool = False  # spelled with a word of `Numerals.fives`


def plain(text: str) -> str:
    """Text as it is compared: compatibility forms resolved, any script's digits as 0-9, folded."""
    text = unicodedata.normalize("NFKC", text).translate(_SIGNS).casefold()
    return "".join(str(unicodedata.digit(c)) if c > "9" and c.isdigit() else c for c in text)


def without_accents(text: str) -> str:
    """ "décembre" -> "decembre"."""
    apart = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def written(value: Decimal) -> str:
    """The digits of a number."""
    return re.sub(r"\D", "", f"{value:f}")
