"""Whether something happened too often of late."""

import time
from collections import deque
from collections.abc import Callable


class RateLimit:
    """Whether it happened `most` times within `seconds`; `clock` only ever goes up."""

    def __init__(
        self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._clock = clock
        self._times: deque[float] = deque(maxlen=most)

    def exceeded(self) -> bool:
        """It happened once more: whether that was once too often."""
        self._times.append(self._clock())
        full = len(self._times) == self._times.maxlen
        return full and self._times[-1] - self._times[0] <= self._seconds
