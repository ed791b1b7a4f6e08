"""How loud the noise behind a caller is, measured from their channel, and in which band that lies.

Noise is what sounds between their words: the median level of the blocks in which neither side
speaks (what the agent says comes back as an echo). Below their speech by how many dB is told; a
line that is silent there has no noise. Music and other people's speech are taken for the caller's.
"""

import math
from typing import Literal, TypeAlias

import numpy as np

from pipelines.quality.sound import SILENT, STEP, Channels, Spans

Band: TypeAlias = Literal["quiet", "17 to 26 dB", "under 17 dB", ""]  # "": nobody knows

_QUIET = 26.0  # dB; noise that was put 20 dB below the caller, at all pitches, is told as 23 to 24
_LOUD = 17.0  # dB; such of 10 dB as 14 to 17, of 5 dB as 10 to 12
_ENOUGH = 1.0  # s between words, else the agent's words count as such


def band(channels: Channels) -> Band:
    """The noise behind the caller; "" where they say nothing."""
    below = noise_below(channels)
    if below is None:
        return ""
    if below >= _QUIET:
        return "quiet"
    return "17 to 26 dB" if below >= _LOUD else "under 17 dB"


def noise_below(channels: Channels) -> float | None:
    """By how many dB it is below the caller's speech, both in the band that the line carries.

    Infinite where there is none, None where there is no speech or nothing but speech.
    """
    levels = channels.caller
    spoken = _spoken(channels.caller_speaks, len(levels))
    agent = _spoken(channels.agent_speaks, len(levels))
    alone = spoken & ~agent  # of the rest some may be an echo
    speaks = alone if alone.any() else spoken
    between = ~spoken & ~agent
    if between.sum() * STEP < _ENOUGH:
        between = ~spoken
    if not speaks.any() or not between.any():
        return None
    sounding = levels[between & (levels > SILENT)]
    if 2 * len(sounding) < between.sum():
        return math.inf
    power = np.mean(10 ** (levels[speaks] / 10))
    return float(10 * np.log10(power) - np.median(sounding))


def _spoken(spans: Spans, blocks: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    found = np.zeros(blocks, dtype=np.bool_)
    for start, end in spans:
        found[round(start / STEP) : round(end / STEP)] = True
    return found
