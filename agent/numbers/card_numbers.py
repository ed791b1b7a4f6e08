"""Payment cards' numbers are never written down, however they are said or typed.

13 to 19 digits (ISO/IEC 7812) that end with Luhn's check digit are one, whatever stands between
them; so are as many in one run, right or not, since a misheard one is nearly a right one.
"""

from collections.abc import Iterable, Iterator, Sequence

from agent.numbers.digits import DigitWords, Group, Run, read, without

_SHORTEST, _LONGEST = 13, 19
_APART = 6  # words of other things between two parts of one number


def without_cards(text: str, says: Iterable[DigitWords]) -> str:
    """A text in which the digits of cards' numbers are hidden; they are read in each language."""
    for language in says:
        runs, _ = read(text, language)
        hide = {group for run in runs for group in _in_one(run)}
        for chain in _chains(runs):
            hide.update(_checked(chain))
        text = without(text, [*hide])
    return text


def is_luhn(digits: str) -> bool:
    """Whether the last digit is Luhn's check digit (ISO/IEC 7812-1, annex B)."""
    doubled = (sum(divmod(2 * int(d), 10)) for d in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def _in_one(run: Run) -> tuple[Group, ...]:
    return run.groups if _SHORTEST <= len(run.digits) <= _LONGEST else ()


def _chains(runs: Sequence[Run]) -> Iterator[list[Group]]:
    chain: list[Group] = []
    for run in runs:
        if run.after > _APART:
            yield chain
            chain = []
        chain += run.groups
    yield chain


def _checked(chain: Sequence[Group]) -> Iterator[Group]:
    """The groups that together are a number with a right check digit."""
    for first in range(len(chain)):
        digits = ""
        for last in range(first, len(chain)):
            digits += chain[last].digits
            if len(digits) > _LONGEST:
                break
            if len(digits) >= _SHORTEST and digits.isdigit() and is_luhn(digits):
                yield from chain[first : last + 1]
