"""A circuit breaker: a server that keeps failing is left alone for a while.

Callers then hear at once that the answer cannot be had, rather than after a timeout each, and the
server can recover without our retries. After the rest one question is let through as a trial;
its outcome closes the circuit or opens it for another rest.
"""

import time
from collections.abc import Callable


class Breaker:
    """Counts failures in a row. `clock` is any monotonic clock in seconds."""

    def __init__(
        self, failures: int = 5, rest: float = 10.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit = failures
        self._rest = rest
        self._clock = clock
        self._failed = 0
        self._next_trial = 0.0  # on the clock; only looked at while the circuit is open

    @property
    def open(self) -> bool:
        """Whether the last `failures` questions all failed."""
        return self._failed >= self._limit

    def admits(self) -> bool:
        """Whether a question may be asked now."""
        if not self.open:
            return True
        if self._clock() < self._next_trial:
            return False
        # A trial. Others wait as long again, so a trial whose caller hung up blocks nobody forever.
        self._next_trial = self._clock() + self._rest
        return True

    def succeeded(self) -> None:
        """An answer came."""
        self._failed = 0

    def failed(self) -> None:
        """No answer came."""
        self._failed += 1
        if self.open:
            self._next_trial = self._clock() + self._rest
