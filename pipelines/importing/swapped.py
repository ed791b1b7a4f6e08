"""Whether caller and agent are the wrong way round: told with its evidence, never acted on."""

from collections.abc import Sequence

import numpy as np

from pipelines.importing.measure import Measured
from pipelines.store.transcript import Utterance

_FRAMES = 50  # levels a second
_LEAD = 1.0  # s by which a caller speaks first
_ENOUGH = 1.0  # s of utterances with times
_MOST = 0.7  # of these seconds


def swapped(
    caller: Measured, agent: Measured, utterances: Sequence[Utterance], start: float
) -> str | None:
    """What speaks for it: the transcript's times where there are some, else who speaks first.

    `start` is the second of the call at which the sound begins.
    """
    wrong, told = _against(caller, agent, utterances, start)
    if told >= _ENOUGH:
        if wrong / told < _MOST:
            return None
        return (
            f"perhaps swapped: for {wrong / told:.0%} of {told:.1f} s in which the transcript has "
            "one side speak, the other's channel is the louder; exchange them with --swap if so"
        )
    first, second = caller.first_speech(), agent.first_speech()
    if first is None or second is None or first + _LEAD > second:
        return None
    return (
        f"perhaps swapped: the caller speaks first, at {first:.1f} s, the agent at {second:.1f} s, "
        "and who answers usually greets; exchange them with --swap if so. A guess: in calls that "
        "the agent made, or recorded late, it is right as it is"
    )


def _against(
    caller: Measured, agent: Measured, utterances: Sequence[Utterance], start: float
) -> tuple[float, float]:
    """Seconds of utterances in which the other channel is the louder, and of all with times."""
    levels = {"caller": caller.levels, "agent": agent.levels}
    frames = min(map(len, levels.values()))
    louder = levels["caller"][:frames] > levels["agent"][:frames]
    wrong = told = 0
    for each in utterances:
        if each.start is None or each.end is None:
            continue
        span = slice(*(max(0, round((at - start) * _FRAMES)) for at in (each.start, each.end)))
        its_own = louder[span] if each.speaker == "caller" else ~louder[span]
        told += len(its_own)
        wrong += int(np.count_nonzero(~its_own))
    return wrong / _FRAMES, told / _FRAMES
