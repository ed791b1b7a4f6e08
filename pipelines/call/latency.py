"""From the caller's last sound to the agent's first sound, measured on the audio itself.

Both channels are cut into blocks of 10 ms. The caller's last sound is the last block of the turn
within `_RANGE` dB of the turn's loudest: relative, so that a steady background does not count as
speech. The agent's first sound is the first block above `_AUDIBLE`.
"""

from collections import deque

from pipelines.audio import levels

_STEP = 0.01  # s
_RANGE = 25.0  # dB: the end of a word fades; what is softer than this is room and breath
_AUDIBLE = -50.0  # dB below full scale
_MEMORY = 3000  # blocks: a turn's longest, 30 s
_TOGETHER = 25  # pieces whose levels are computed in one go: a call of numpy costs what 20 ms do


class ResponseMeter:
    """One call's meter. Times are seconds of caller audio."""

    def __init__(self, caller_rate: int, agent_rate: int) -> None:
        self._caller_rate = caller_rate
        self._agent_rate = agent_rate
        self._blocks: deque[tuple[float, float]] = deque(maxlen=_MEMORY)
        self._pieces: list[bytes] = []  # whose levels are not known yet
        self._since = 0.0  # when they began
        self._waiting = False

    def caller(self, pcm: bytes, at: float) -> None:
        """Caller audio that began at `at`: where what came before ended, in whole blocks."""
        if not self._pieces:
            self._since = at
        self._pieces.append(pcm)
        if len(self._pieces) >= _TOGETHER:
            self._weigh()

    def _weigh(self) -> None:
        pcm, self._pieces = b"".join(self._pieces), []
        for number, level in enumerate(levels(pcm, self._caller_rate, _STEP).tolist(), 1):
            self._blocks.append((self._since + number * _STEP, level))

    def turn_started(self, at: float) -> None:
        """The caller speaks: what was before is no part of this turn."""
        self._weigh()
        while self._blocks and self._blocks[0][0] < at - 0.5:
            self._blocks.popleft()
        self._waiting = False

    def turn_ended(self) -> None:
        """From now on the agent's next sound is the answer."""
        self._waiting = True

    def cancel(self) -> None:
        """No answer is due: the keypad took over, or nothing was said."""
        self._waiting = False

    def agent(self, pcm: bytes, at: float) -> float | None:
        """Agent audio that began at `at`; the latency if this is the answer's first sound."""
        if not self._waiting:
            return None
        for number, level in enumerate(levels(pcm, self._agent_rate, _STEP)):
            if level > _AUDIBLE:
                self._waiting = False
                last = self.last_sound()
                return None if last is None else max(0.0, at + number * _STEP - last)
        return None

    def last_sound(self) -> float | None:
        """When the caller's last sound ended; None if there was none."""
        self._weigh()
        loudest = max((level for _, level in self._blocks), default=-120.0)
        if loudest < _AUDIBLE:
            return None
        return next(at for at, level in reversed(self._blocks) if level > loudest - _RANGE)
