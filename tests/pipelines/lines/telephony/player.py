"""What a network does with the sound that it is sent: queue it, play it, tell of marks."""

from collections import deque

STEP = 0.02  # s


class Player:
    """16-bit PCM at `rate`."""

    def __init__(self, rate: int) -> None:
        self.heard = bytearray()  # without the silence between utterances
        self.bursts: list[int] = []  # how many bytes of each stretch of sound were played
        self.dropped: list[int] = []  # bytes in the queue at each clearing
        self.waiting = 0  # bytes that are not played yet
        self._step = round(rate * STEP) * 2
        self._queue: deque[bytes | str] = deque()
        self._quiet = 100  # steps without sound

    @property
    def playing(self) -> bool:
        return self._quiet == 0

    def put(self, what: bytes | str) -> None:
        """Sound, or the name of a mark."""
        self._queue.append(what)
        self.waiting += len(what) if isinstance(what, bytes) else 0

    def step(self) -> list[str]:
        """Play 20 ms; the marks that were behind what has been played now."""
        room, marks = self._step, []
        while self._queue and (room or isinstance(self._queue[0], str)):
            first = self._queue.popleft()
            if isinstance(first, str):
                marks.append(first)
                continue
            now, rest = first[:room], first[room:]
            if rest:
                self._queue.appendleft(rest)
            room -= len(now)
            self._hear(now)
        self._quiet = self._quiet + 1 if room == self._step else 0
        return marks

    def _hear(self, data: bytes) -> None:
        if self._quiet > 10:  # 0.2 s: another stretch of sound
            self.bursts.append(0)
        self._quiet = 0
        self.bursts[-1] += len(data)
        self.waiting -= len(data)
        self.heard += data

    def clear(self) -> None:
        """Forget what waits, marks and all."""
        self.dropped.append(self.waiting)
        self.waiting = 0
        self._queue.clear()
