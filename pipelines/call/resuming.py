"""A sentence that was cut, from a little before where it was: the nearest pause between words."""

from collections.abc import AsyncGenerator, AsyncIterator

import numpy as np

from pipelines.audio import levels, seconds

_BACK = 0.4  # s before the cut in which a pause is looked for: the word that was cut is said again
_STEP = 0.01  # s


async def resumed(
    pieces: AsyncIterator[bytes], since: float, rate: int
) -> AsyncGenerator[tuple[bytes, float]]:
    """Pieces of a sentence's sound from second `since` on, each with the second at which it begins.

    Where the sentence is not as long as that, nothing of it is left.
    """
    before, at = b"", 0.0
    resuming = since > 0
    async for pcm in pieces:
        if resuming:
            before += pcm
            if seconds(before, rate) < since:
                continue
            resuming, at = False, _pause_before(before, since, rate)
            pcm = before[round(at * rate) * 2 :]
        yield pcm, at
        at += seconds(pcm, rate)


def _pause_before(pcm: bytes, since: float, rate: int) -> float:
    """The second, up to `since`, at which it is quietest."""
    first = max(0.0, since - _BACK)
    window = pcm[round(first * rate) * 2 : round(since * rate) * 2]
    level = levels(window, rate, _STEP)
    return first if not len(level) else round(first + int(np.argmin(level)) * _STEP, 3)
