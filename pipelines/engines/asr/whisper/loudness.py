"""Where the speech of a turn ends, by loudness alone: when a final result is worth preparing.

The voice detector decides what is speech, 0.2 s after it has ended. This file notices earlier that
it may have: each step of 20 ms is loud or quiet by the turn so far, so a turn gives the same answer
however its audio is cut up, and a caller who speaks softly is heard like another. Where the line is
too noisy to tell, nothing is quiet, and nothing is prepared.
"""

import numpy as np

from pipelines.engines.asr.engine import SAMPLE_RATE

STEP = SAMPLE_RATE // 50  # samples
SILENT = -75.0  # dB of full scale: quiet on any line
ABOVE_FLOOR = 6.0  # dB; soft endings of words are louder than that against the line's own noise
BELOW_PEAK = 12.0  # dB; a turn that is all speech is not its own noise floor
FAR_BELOW_PEAK = 40.0  # dB; nothing said is so much softer than the loudest, so it is the line


class Loudness:
    """A turn's. All times in seconds since it began."""

    def __init__(self) -> None:
        self.begin = 0.0  # of the first loud step
        self.end = 0.0  # of the last one
        self.loud = 0.0  # of loud steps together
        self._rest = b""
        self._levels = np.zeros(0)

    @property
    def heard(self) -> float:
        """Of all steps."""
        return len(self._levels) * STEP / SAMPLE_RATE

    @property
    def quiet(self) -> float:
        """How long nothing loud has come."""
        return self.heard - self.end

    @property
    def peak(self) -> float:
        """Of the loudest step, in dB of full scale."""
        return float(self._levels.max(initial=SILENT))

    def hear(self, pcm: bytes) -> None:
        """Audio of any length; what is not a whole step waits for the rest of it."""
        pcm = self._rest + pcm
        whole = len(pcm) // (2 * STEP) * (2 * STEP)
        self._rest = pcm[whole:]
        if not whole:
            return
        steps = np.frombuffer(pcm[:whole], "<i2").astype(np.float64).reshape(-1, STEP) / 32768
        levels = 10 * np.log10(np.mean(steps * steps, axis=1) + 1e-12)
        self._levels = np.append(self._levels, np.maximum(SILENT, levels))
        self._judge()

    def _judge(self) -> None:
        """All steps anew: the turn's peak and floor say what was loud in its beginning too."""
        peak, floor = self._levels.max(), self._levels.min()
        near_floor = min(max(floor + ABOVE_FLOOR, peak - FAR_BELOW_PEAK), peak - BELOW_PEAK)
        (loud,) = np.nonzero((self._levels >= near_floor) & (self._levels > SILENT))
        step = STEP / SAMPLE_RATE
        self.loud = len(loud) * step
        self.begin, self.end = (loud[0] * step, (loud[-1] + 1) * step) if len(loud) else (0.0, 0.0)
