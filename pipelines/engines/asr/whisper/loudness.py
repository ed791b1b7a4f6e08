"""Where the speech of a turn ends, by loudness alone: when a final result is worth preparing.

The voice detector decides what is speech, 0.2 s after it has ended. This file notices earlier that
it may have: each step of 20 ms is loud or quiet by what came before it in the turn, so a turn gives
the same answer however its audio is cut up. Where the line is too noisy to tell, nothing is quiet,
and nothing is prepared.
"""

import math

import numpy as np

from pipelines.engines.asr.engine import SAMPLE_RATE

STEP = SAMPLE_RATE // 50  # samples
HUSHED = -55.0  # dB of full scale: quiet on any line
ABOVE_FLOOR = 6.0  # dB; soft endings of words are louder than that against the line's own noise
BELOW_PEAK = 12.0  # dB; speech that has just begun is not its own noise floor
FAINTEST = -65.0  # dB; below, a line is silent and no line's noise can be told from another's


class Loudness:
    """A turn's. All times in seconds since it began."""

    def __init__(self) -> None:
        self.heard = 0.0
        self.end = 0.0  # of the last loud step
        self.loud = 0.0  # of loud steps together
        self._rest = b""
        self._floor = 0.0
        self._peak = FAINTEST

    @property
    def quiet(self) -> float:
        """How long nothing loud has come."""
        return self.heard - self.end

    def hear(self, pcm: bytes) -> None:
        """Audio of any length; what is not a whole step waits for the rest of it."""
        pcm = self._rest + pcm
        whole = len(pcm) // (2 * STEP) * (2 * STEP)
        self._rest = pcm[whole:]
        steps = np.frombuffer(pcm[:whole], "<i2").astype(np.float32).reshape(-1, STEP) / 32768
        for power in np.mean(steps * steps, axis=1):
            self._step(max(FAINTEST, 10 * math.log10(float(power) + 1e-12)))

    def _step(self, level: float) -> None:
        self._floor = min(self._floor, level)
        self._peak = max(self._peak, level)
        self.heard += STEP / SAMPLE_RATE
        near_floor = level < self._floor + ABOVE_FLOOR and level < self._peak - BELOW_PEAK
        if level >= HUSHED and not near_floor:
            self.end = self.heard
            self.loud += STEP / SAMPLE_RATE
