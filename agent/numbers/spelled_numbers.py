"""Numbers in words, put together from what a language has words for.

"two hundred and five" is read word by word; "zweihundertfünf" is cut into such words first
(`compound`), "fem og tyve" is five and twenty (`Numerals.ones_first`), Wolof's "fukk ak ñaar" ten
and two (`Numerals.ten_and_one`), Pulaar's "teemedde ɗiɗi" hundreds, two (`Numerals.scale_first`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from agent.numbers.numerals import Numerals, Token, written

_NO_SCALE = 10**12
_THOUSAND = 1000
_TEN = 10
_ONES = range(1, _TEN)
_LONGEST = 80  # letters of a number in one word
_MOST_WORDS = 3  # of a name: "quatre vingts", "п ' ять"


@dataclass(frozen=True, slots=True)
class _Step:
    """A word of a number: `length` tokens; `scale` if it multiplies."""

    value: int
    length: int
    scale: bool = False


class Spelled:
    """The number that is spelled from a word on: its `value`, None if there is none, and `end`."""

    def __init__(
        self,
        found: Sequence[Token],
        at: int,
        numerals: Numerals,
        *,
        places: bool = True,
        below: int = _NO_SCALE,
    ) -> None:
        self._found = found
        self._n = numerals
        self._total = 0  # thousands that are complete
        self._current: int | None = None
        self._least = below  # the next scale has to be smaller
        self._below = below
        self._joined = False  # "and" stands before the next word
        self.end = at
        while self._take():
            self._skip_join()
        begun = self._current is not None or self._least < below
        self.value = Decimal(self._total + (self._current or 0)) if begun else None
        if begun and places:
            self._take_places()

    def _words(self, at: int) -> Iterator[_Step]:
        """What stands there, the longest first: "quatre vingts" before "quatre"."""
        for ones in self._named(at):
            tens = next(self._named(at + ones.length), None) if ones.value in _ONES else None
            if tens is not None and tens.scale and tens.value == _TEN:  # "ñaar fukk"
                yield _Step(ones.value * _TEN, ones.length + tens.length)
        for step in self._named(at):
            yield _Step(_TEN, step.length) if step.value == _TEN else step

    def _named(self, at: int) -> Iterator[_Step]:
        if at >= len(self._found) or self._found[at].kind != "word":
            return
        if not self._n.may_begin(self._found[at].text):
            return
        for length in range(_MOST_WORDS, 0, -1):
            said = self._found[at : at + length]
            if len(said) < length:
                continue
            for name in _names(said):
                if name in self._n.numbers:
                    yield _Step(self._n.numbers[name], length)
                elif name in self._n.scales:
                    yield _Step(self._n.scales[name], length, True)
        value = compound(self._found[at].text, self._n)
        if value is not None:
            yield _Step(value, 1)

    def _word(self, at: int) -> _Step | None:
        return next(self._words(at), None)

    def _next(self, at: int) -> _Step | None:
        """The longest there that fits what was said before.

        Thousands may be a shorter one and a scale: "sata kaksituhatta" is 102,000. All else that
        does not fit begins a number of its own: "quatre-vingt-dix quatre-vingt-quatre".
        """
        for step in self._words(at):
            if self._fits(step):
                return step
            if step.value < _THOUSAND:
                return None
        return None

    def _take(self) -> bool:
        step = self._one_and_twenty() or self._next(self.end)
        if step is None or not self._fits(step):
            return False
        value = step.value
        self.end += step.length
        if step.scale and self._n.scale_first and (times := self._times(value)):
            value *= times
        elif step.scale:
            value *= self._current or 1
            self._current = None
        elif value >= _THOUSAND and self._current:  # "ethundrede og ettusind"
            value += self._current * _THOUSAND
            self._current = None
        if value >= _THOUSAND:
            self._total += value - value % _THOUSAND
            self._least = step.value if step.scale else _THOUSAND
            self._current = value % _THOUSAND or None
        else:
            self._current = (self._current or 0) + value
        self._joined = False
        return True

    def _one_and_twenty(self) -> _Step | None:
        """ "fem og tyve": the ones before the tens."""
        ones = self._word(self.end) if self._n.ones_first else None
        if ones is None or ones.scale or ones.value not in _ONES:
            return None
        joint = self.end + ones.length
        tens = self._word(joint + 1) if self._at(joint) in self._n.joints else None
        if tens is None or tens.scale or tens.value not in range(20, 100, 10):
            return None
        return _Step(ones.value + tens.value, ones.length + 1 + tens.length)

    def _times(self, scale: int) -> int:
        """How many of them are said after their name; 0 if that is not said."""
        if scale >= _THOUSAND:
            after = Spelled(self._found, self.end, self._n, places=False, below=_THOUSAND)
            self.end = after.end
            return int(after.value or 0)
        step = self._word(self.end)
        if step is None or step.scale or step.value not in _ONES:
            return 0
        self.end += step.length
        return step.value

    def _fits(self, step: _Step) -> bool:
        value, now = step.value, self._current
        if step.scale and value >= _THOUSAND:
            return value < self._least and now != 0
        if step.scale:
            return now is None or (0 < now < 100 and not self._n.scale_first)
        if now is None:
            return (value > 0 or self._least == self._below) and value < self._least
        if not now or not value:
            return False
        tens = now % 100
        if tens == 0:
            thousands = self._joined and value % _THOUSAND == 0 and value < 100 * _THOUSAND
            return value < 100 or (thousands and self._least > _THOUSAND)
        if self._n.ten_and_one and self._joined and tens == 10:
            return value < 10
        most = 20 if self._n.above_ten and tens in (60, 80) else 10
        return tens >= 20 and tens % 10 == 0 and value < most

    def _skip_join(self) -> None:
        """Past "and", where a number that belongs to this one follows."""
        after_thousands = self._current is None
        apart = after_thousands and self._at(self.end) == ","  # "ñaar fukki junni, ak juróom"
        at = self.end + apart
        if self._at(at) not in self._n.joints:
            return
        self._joined = True
        step = self._next(at + 1)
        following = self._word(at + 1 + step.length) if step else None
        counts = following is not None and following.scale
        if step and not (apart or counts or step.scale) and self._is_ten_thousand(step.value):
            self._total += step.value * _THOUSAND
            self.end = at + 1 + step.length
            self._skip_join()
        elif step and (not step.scale or after_thousands):
            self.end = at + 1
        else:
            self._joined = False

    def _is_ten_thousand(self, ones: int) -> bool:
        """ "fukki junni ak ñaar": 12,000."""
        tens = self._n.ten_and_one and not self._n.scale_first and self._current is None
        return tens and ones < 10 and 0 < self._total < 100_000 and self._total % 10_000 == 0

    def _at(self, at: int) -> str:
        return self._found[at].text if at < len(self._found) else ""

    def _take_places(self) -> None:
        if self._at(self.end) not in self._n.point:
            return
        at, places = self.end + 1, ""
        while (step := self._word(at)) is not None and not step.scale:
            places += str(step.value)
            at += step.length
        if places:
            self.value = Decimal(f"{self.value}.{places}")
            self.end = at


def spelled(found: Sequence[Token], numerals: Numerals) -> tuple[str, int] | None:
    """The digits of the number that the first words spell, and how many words; None if none."""
    number = Spelled(found, 0, numerals, places=False)
    return (written(number.value), number.end) if number.value is not None else None


def compound(word: str, numerals: Numerals) -> int | None:
    """The number that is written in one word, as "zweihundertfünf"; None if it is none."""
    if len(word) > _LONGEST:
        return None
    for pieces in _cuts(word, numerals):
        if len(pieces) == 1:
            continue
        said = [Token("word", piece) for piece in pieces]
        number = Spelled(said, 0, numerals, places=False)
        if number.value is not None and number.end == len(said):
            return int(number.value)
    return None


def _names(said: Sequence[Token]) -> Iterator[str]:
    yield " ".join(token.text for token in said)
    if len(said) > 1:
        yield "".join(token.text for token in said)


def _cuts(word: str, numerals: Numerals) -> Iterator[tuple[str, ...]]:
    """A word in pieces that are words of numbers, the longest first.

    Two may share a letter: "centottanta", "tjugoettusen".
    """
    if not word:
        yield ()
    for end in range(min(len(word), numerals.longest), 0, -1):
        if word[:end] not in numerals.pieces:
            continue
        for rest in _cuts(word[end:], numerals):
            yield (word[:end], *rest)
        if 1 < end < len(word):
            for rest in _cuts(word[end - 1 :], numerals):
                yield (word[:end], *rest)
