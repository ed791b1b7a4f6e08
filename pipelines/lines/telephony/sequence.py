"""Numbered pieces of sound in their order: what came twice goes out once, what came late in time.

Networks number what they send, and some promise no order. A number is a stranger's claim: one that
is far from those before it is not waited for, and two in a row that are decide where we are.
"""

from typing import Any

_HELD = 3  # pieces that wait for one that is missing: 60 ms
_FAR = 10  # numbers ahead or behind that may still be disorder


class Sequence:
    """One stream's."""

    def __init__(self) -> None:
        self._next: int | None = None  # the number that is due
        self._held: dict[int, bytes] = {}
        self._astray: int | None = None  # the last number that was far away

    def take(self, number: int | None, pcm: bytes) -> list[bytes]:
        """What can be heard now that this piece has come; without a number, at once."""
        if number is None:
            return [pcm]
        if self._next is None:
            self._next = number
        if abs(number - self._next) > _FAR:
            return self._far(number, pcm)
        if number < self._next or number in self._held:
            return []
        self._held[number] = pcm
        if len(self._held) > _HELD:
            self._next = min(self._held)
        return self._due()

    def rest(self) -> list[bytes]:
        """What still waits; nothing more will come."""
        held, self._held = self._held, {}
        return [held[number] for number in sorted(held)]

    def _due(self) -> list[bytes]:
        found = []
        while self._next in self._held:
            found.append(self._held.pop(self._next))
            self._next += 1
        return found

    def _far(self, number: int, pcm: bytes) -> list[bytes]:
        before, self._astray = self._astray, number
        if before is None or number != before + 1:
            return [*self.rest(), pcm]
        self._next, self._astray = number + 1, None
        return [*self.rest(), pcm]


def number(value: Any) -> int | None:
    """The number that a message carries as a string or as a number; None where it is neither."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 15:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**15:
        return value
    return None
