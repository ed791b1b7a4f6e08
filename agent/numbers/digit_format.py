"""What a string of digits has to be like to answer a question, and the one in a text that does.

So many digits, from `fewest` to `most`; a payment card's number, which ends with Luhn's digit; a
date that begins with a month; a telephone number, which is kept as it is dialled in the region.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from agent.numbers.card_numbers import is_luhn
from agent.numbers.digits import WRONG, DigitWords, Group, Run, has_two_readings, read
from agent.numbers.phone_numbers import LONGEST, is_international, phone

Check: TypeAlias = Literal["", "luhn", "month", "phone"]

_MONTHS = frozenset(f"{month:02}" for month in range(1, 13))
_FEW = 3  # words of other things beside a number that stands out
_LONGEST_CODE = 5  # digits of a country's code, with the "00" before it


@dataclass(frozen=True, slots=True)
class Taken:
    """Digits that fit, as they are kept; `whole` if no more can follow."""

    value: str
    whole: bool


@dataclass(frozen=True, slots=True)
class DigitFormat:
    """What the digits have to be like. `abroad` takes telephone numbers of other countries, too."""

    fewest: int
    most: int
    check: Check = ""
    region: str = ""  # of a telephone number
    abroad: bool = False

    def take(self, digits: str, ended: bool = False) -> Taken | None:
        """These digits, which may follow a "+", if they fit.

        A telephone number that the plan does not know, and that more digits would make one that it
        knows, fits only where the caller said that it has `ended`.
        """
        if self.check == "phone":
            return self._phone(digits, ended)
        digits = digits.removeprefix("+")
        if not self.fewest <= len(digits) <= self.most or self.is_wrong(digits):
            return None
        return Taken(digits, len(digits) == self.most)

    def _phone(self, digits: str, ended: bool) -> Taken | None:
        found = phone(digits, self.region)
        if found is None or (found.foreign and not self.abroad):
            return None
        if found.valid:
            return Taken(found.number, not found.goes_on)
        if ended or not (found.goes_on or found.foreign):
            return Taken(found.number, len(found.number) == self.most)
        return None

    def is_wrong(self, digits: str) -> bool:
        """Whether as many digits as are wanted fail their check.

        Of hidden ones a log tells it by the last (`agent/privacy.py`).
        """
        if self.check not in ("luhn", "month") or not self.fewest <= len(digits) <= self.most:
            return False
        if not digits.isdecimal():
            return digits.endswith(WRONG)
        return not is_luhn(digits) if self.check == "luhn" else digits[:2] not in _MONTHS

    def goes_on(self, digits: str) -> bool:
        """Whether there may be more of them."""
        if self.check == "phone" and is_international(digits, self.region):
            found = phone(digits, self.region)
            whole = found is not None and found.valid and not found.goes_on
            return len(digits) < LONGEST and not whole
        return len(digits) < self.most


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is kept, whether it is beyond doubt, and whether no more can follow.

    It `stands_out` if hardly anything else was said, and no other digit ("the code is 4821, sir").
    """

    value: str
    plainly: bool
    whole: bool
    stands_out: bool = False


def number(text: str, says: DigitWords, wanted: DigitFormat) -> Number | None:
    """The one number that a text says; None where it says none, several, or one that does not fit.

    In doubt is what was corrected on the way, what stands among words of other things, and what can
    be read in two ways ("cinquante quatre vingt trois").
    """
    runs, others = read(text, says)
    found = [number for run in runs if (number := _fitting(run, wanted))]
    if len({number.value for number in found}) != 1:
        return None
    first = found[0]
    plainly = first.plainly and len(runs) == len(found) and not has_two_readings(text, says)
    stands_out = plainly and len(runs) == 1 and others <= _FEW
    return Number(first.value, plainly and not others, first.whole, stands_out)


def _fitting(run: Run, wanted: DigitFormat) -> Number | None:
    """The run as a number, in doubt if something of it was corrected.

    What is said twice is one; a country's code before what is no telephone number is left out.
    """
    digits, plainly = _corrected(run.groups, wanted)
    if taken := wanted.take(digits):
        return Number(taken.value, plainly, taken.whole)
    half, odd = divmod(len(digits), 2)
    twice = plainly and not odd and digits[:half] == digits[half:]
    if twice and (taken := wanted.take(digits[:half])):
        return Number(taken.value, plainly, taken.whole)
    code = len(digits) - wanted.most
    if wanted.check or not plainly or not 1 <= code <= _LONGEST_CODE:
        return None
    if digits.startswith(("+", "00")) and (taken := wanted.take(digits[code:])):
        return Number(taken.value, plainly, taken.whole)
    return None


def _corrected(groups: Sequence[Group], wanted: DigitFormat) -> tuple[str, bool]:
    """The digits as they stand after what was said instead, and whether nothing was."""
    parts: list[list[Group]] = [[]]
    for group in groups:
        if group.anew:
            parts.append([])
        parts[-1].append(group)
    kept = _joined(parts[0])
    for part in map(_joined, parts[1:]):
        if wanted.take(part) or not kept:
            kept = part
        else:
            over = len(part)  # the last digits were wrong, as many as were said instead
            if wanted.fewest == wanted.most and not kept.startswith("+"):
                over = len(kept) + len(part) - wanted.most or over
            kept = (kept[:-over] if 0 < over <= len(kept) else kept) + part
    return kept, len(parts) == 1


def _joined(groups: Sequence[Group]) -> str:
    plus = "+" if groups and groups[0].international else ""
    return plus + "".join(group.digits for group in groups)
