"""Thousands, and what is left of them, as most languages put them together."""

from collections.abc import Callable


def thousands_and_rest(
    n: int, below: Callable[[int], str], thousand: Callable[[int], str], joint: str = " "
) -> str:
    """A number below a million: `below` says what is less than a thousand, `thousand` thousands."""
    thousands, rest = divmod(n, 1000)
    if not thousands:
        return below(rest)
    return thousand(thousands) + (joint + below(rest) if rest else "")
