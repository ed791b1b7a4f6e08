"""Strings of digits as people say them: a telephone number, a code, a card's number.

"double four eight two one", "quatre-vingt-deux quatre-vingt-trois", "plus two two one, seven seven"
are read group by group, as said. Words of other things end a run: in "I am 24 and I live at number
35" two numbers stand apart, and nobody makes one of them.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agent.numbers.numerals import Numerals, Token
from agent.numbers.spelled_numbers import spelled

HIDDEN = "•"  # a digit that must not be written down
WRONG = "◦"  # the same, of the last one where a check says that a digit of the number is wrong

_FIGURE = r"\d•⓪①-⑨⁰¹²³⁴-⁹₀-₉"  # all that has the value of a digit, as callers may type it
_FIGURES = re.compile(rf"[{_FIGURE}]+")
_APART = frozenset(",;:.…/|\n")
_ALIKE = str.maketrans({"’": "'", "ʼ": "'", "İ": "i"})
_PLUS = "+"
_WORD = re.compile(rf"[{_FIGURE}]+|[+＋]|[^\W{_FIGURE}_]+(?:['’ʼ][^\W{_FIGURE}_]+)*")


@dataclass(frozen=True, slots=True)
class DigitWords:
    """How a language says a string of digits. All words are lower case.

    `beside` are words that may stand before, among and after the digits and mean nothing of their
    own ("it's", "my number is", "then", "uh"); `instead` are those after which the caller says it
    anew ("sorry", "I mean").
    """

    single: Mapping[str, str] = field(default_factory=dict)  # "oh" -> "0"
    numerals: Numerals = field(default_factory=Numerals)
    times: Mapping[str, int] = field(default_factory=dict)  # "double" -> 2, "trois fois le" -> 3
    plurals: Mapping[str, str] = field(default_factory=dict)  # "zeros" -> "0", after how many
    beside: frozenset[str] = frozenset()
    instead: tuple[str, ...] = ()
    plus: frozenset[str] = frozenset()  # words for the "+" before a country's code
    # words for a digit that are also said for themselves ("oh"): digits only beside others
    exclaims: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Group:
    """Digits that were said in one ("forty-eight"), and where in the text."""

    digits: str
    start: int
    end: int
    anew: bool = False  # said instead of what stands before
    international: bool = False  # a country's code begins here


@dataclass(frozen=True, slots=True)
class Run:
    """Groups with nothing but words `beside` between them; `after` so many words of others."""

    groups: tuple[Group, ...]
    after: int = 0

    @property
    def digits(self) -> str:
        """All digits, whatever was said instead."""
        return "".join(group.digits for group in self.groups)


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    end: int
    apart: bool  # a sign that ends a group stands before it


def read(text: str, says: DigitWords) -> tuple[list[Run], int]:
    """The runs of digits in a text; how many words of other things stand there, too.

    Each run tells how many such words stand before it, since the one before.
    """
    said = _words(text)
    runs: list[Run] = []
    groups: list[Group] = []
    others = since = 0
    anew = plus = False
    at = 0
    while at < len(said):
        if (found := _group(said, at, says)) and not _is_exclaimed(said, at, says):
            digits, length = found
            start, end = said[at].start, said[at + length - 1].end
            groups.append(Group(digits, start, end, anew and bool(groups), plus))
            anew = plus = False
            at += length
        elif length := _starts(said, at, says.instead):
            anew = True
            at += length
        elif said[at].text == _PLUS or said[at].text in says.plus:
            plus = True
            at += 1
        elif said[at].text in says.beside or said[at].text in says.exclaims:
            at += 1
        else:
            if groups:
                runs.append(Run(tuple(groups), since))
                groups, since = [], 0
            others, since = others + 1, since + 1
            anew = plus = False
            at += 1
    if groups:
        runs.append(Run(tuple(groups), since))
    return runs, others


def all_digits(text: str, says: DigitWords) -> str:
    """Every digit that a text says, in order."""
    return "".join(run.digits for run in read(text, says)[0])


def has_two_readings(text: str, says: DigitWords) -> bool:
    """Whether a word that could end one number begins the next, with nothing said between them."""
    said = [("" if not n or word.apart else " ") + word.text for n, word in enumerate(_words(text))]
    spoken = "".join(said).replace("-", " ") if "-" not in text else ""
    numbers = says.numerals.numbers
    # "cinquante quatre vingt": 54 and 20, or 50 and 80; "soixante dix huit" is 78 and nothing else
    pairs = [name for name in numbers if " " in name and numbers.get(name.split()[0], 10) < 10]
    tens = [name for name, value in numbers.items() if 20 <= value < 70 and " " not in name]
    return any(f"{ten} {pair}" in spoken for pair in pairs for ten in tens)


def hidden(text: str, says: DigitWords) -> str:
    """A text with every digit hidden, words for digits included; each is one HIDDEN.

    A lone word among others stays: "one" and "un" are articles, too.
    """
    runs, others = read(text, says)
    groups = [group for run in runs for group in run.groups]
    if not others or len(groups) > 1:
        text = without(text, groups)
    return re.sub(rf"[{_FIGURE}]", HIDDEN, text)


def without(text: str, groups: Sequence[Group]) -> str:
    """A text with each digit of these groups hidden."""
    for group in sorted(groups, key=lambda g: g.start, reverse=True):
        text = f"{text[: group.start]}{HIDDEN * len(group.digits)}{text[group.end :]}"
    return text


def _words(text: str) -> list[_Word]:
    found: list[_Word] = []
    for m in _WORD.finditer(text):
        before = text[found[-1].end : m.start()] if found else ""
        found.append(_Word(_plain(m.group()), m.start(), m.end(), bool(_APART & set(before))))
    return found


def _plain(word: str) -> str:
    """Lower case, one apostrophe, any script's digits as 0-9."""
    folded = unicodedata.normalize("NFKC", word).translate(_ALIKE).lower()
    return "".join(str(unicodedata.digit(c)) if c > "9" and c.isdigit() else c for c in folded)


def _group(said: Sequence[_Word], at: int, says: DigitWords) -> tuple[str, int] | None:
    """The digits that begin with a word, and how many words they take."""
    text = said[at].text
    if _FIGURES.fullmatch(text):
        return text, 1
    if repeated := _repeated(said, at, says):
        return repeated
    ends = (place for place in range(at + 1, len(said)) if said[place].apart)
    tokens = [Token("word", word.text) for word in said[at : next(ends, len(said))]]
    if found := spelled(tokens, says.numerals):
        return found
    return (says.single[text], 1) if text in says.single else None


def _is_exclaimed(said: Sequence[_Word], at: int, says: DigitWords) -> bool:
    """Whether a word that may be a digit stands alone: "oh, right, four eight".

    Irish says a particle before each digit ("a dó a haon"), which stands between none of them.
    """
    if said[at].text not in says.exclaims:
        return False
    before, after = at, at + 1
    while before and not said[before].apart and said[before - 1].text in says.numerals.within:
        before -= 1
    while after < len(said) and not said[after].apart and said[after].text in says.numerals.within:
        after += 1
    follows = before > 0 and not said[before].apart and _group(said, before - 1, says) is not None
    goes_on = after < len(said) and not said[after].apart
    return not (follows or (goes_on and _group(said, after, says) is not None))


def _repeated(said: Sequence[_Word], at: int, says: DigitWords) -> tuple[str, int] | None:
    """A digit said along with how many times it comes: "double four", "three zeros"."""
    if length := _starts(said, at, tuple(says.times)):
        times = says.times[" ".join(word.text for word in said[at : at + length])]
        single = _digit(said[at + length].text, says) if at + length < len(said) else ""
        return (single * times, length + 1) if single else None
    plural = said[at + 1].text if at + 1 < len(said) and not said[at + 1].apart else ""
    times = int(_digit(said[at].text, says) or 0)
    return (says.plurals[plural] * times, 2) if plural in says.plurals and times > 1 else None


def _digit(word: str, says: DigitWords) -> str:
    """The one digit that a word is or names; "" if it does not."""
    named = says.single.get(word) or str(says.numerals.numbers.get(word, word))
    return named if len(named) == 1 and named.isdigit() else ""


def _starts(said: Sequence[_Word], at: int, phrases: Sequence[str]) -> int:
    """How many words of the longest phrase stand here."""
    begun = (phrase.split() for phrase in phrases if phrase.startswith(said[at].text))
    lengths = [
        len(phrase)
        for phrase in begun
        if [word.text for word in said[at : at + len(phrase)]] == phrase
    ]
    return max(lengths, default=0)
