"""A carrier's queue: sound that it was sent is played in real time, 20 ms at a time, with marks."""

import time
from collections import deque
from collections.abc import Callable

STEP = 160  # bytes of G.711: 20 ms
_QUIET = 10  # steps without sound after which another stretch begins: 0.2 s


class Playout:
    """One call's. `late` is how many seconds the network plays behind what it is sent."""

    def __init__(self, from_law: Callable[[bytes], bytes], late: float = 0.0) -> None:
        self.heard = bytearray()  # PCM, 8 kHz, without the silence between utterances
        self.bursts: list[int] = []  # how many bytes of each stretch of sound were played
        self.dropped: list[int] = []  # bytes in the queue at each `clear`
        self.cut = 0.0  # s of sound that were played of the stretch that a `clear` cut short
        self._from_law = from_law
        self._late = late
        self._queue: deque[bytes | str] = deque()
        self._begin = 0.0  # when the queue may be played
        self._quiet = 100  # steps without sound

    @property
    def waiting(self) -> int:
        """Bytes that are not played yet."""
        return sum(len(each) for each in self._queue if isinstance(each, bytes))

    def sound(self, data: bytes) -> None:
        if self._quiet > _QUIET and not self._queue:
            self._begin = time.monotonic() + self._late
        self._queue.append(data)

    def mark(self, name: str) -> None:
        self._queue.append(name)

    def clear(self) -> list[str]:
        """The marks that were in it."""
        waiting, self._queue = list(self._queue), deque()
        self.cut = self.bursts[-1] / 8_000 if self._quiet <= _QUIET else 0.0
        self.dropped.append(sum(len(each) for each in waiting if isinstance(each, bytes)))
        return [each for each in waiting if isinstance(each, str)]

    def step(self) -> list[str]:
        """Play 20 ms; the marks that were reached."""
        if time.monotonic() < self._begin:
            return []
        room, reached = STEP, []
        while self._queue and (room or isinstance(self._queue[0], str)):
            first = self._queue.popleft()
            if isinstance(first, str):
                reached.append(first)
                continue
            now, rest = first[:room], first[room:]
            if rest:
                self._queue.appendleft(rest)
            room -= len(now)
            self._hear(now)
        self._quiet = self._quiet + 1 if room == STEP else 0
        return reached

    def _hear(self, data: bytes) -> None:
        if self._quiet > _QUIET:
            self.bursts.append(0)
        self._quiet = 0
        self.bursts[-1] += len(data)
        self.heard += self._from_law(data)
