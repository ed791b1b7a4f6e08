"""Which calls are worth a look: by lot, evenly over kinds of calls, or the doubtful first."""

import random
from collections.abc import Sequence
from itertools import chain, zip_longest
from typing import Literal, TypeAlias

from pipelines.quality.calls import Call
from pipelines.quality.turns import Turn

How: TypeAlias = Literal["random", "stratified", "doubt"]


def sample(calls: Sequence[Call], count: int, how: How, seed: int) -> list[Call]:
    """`count` of them. The same calls and seed give the same sample.

    stratified: as many of each language, outcome and first wish as there can be. doubt: those whose
    least sure decision is least sure, what was not understood before all.
    """
    usable = sorted((c for c in calls if c.turns), key=lambda c: c.recorded.id)
    lot = random.Random(seed)
    lot.shuffle(usable)
    if how == "random":
        return usable[:count]
    if how == "doubt":
        return sorted(usable, key=doubt, reverse=True)[:count]
    strata: dict[tuple[str, ...], list[Call]] = {}
    for call in usable:
        figures = call.figures
        key = (figures.language, figures.outcome, *figures.wishes[:1])
        strata.setdefault(key, []).append(call)
    order = lot.sample(sorted(strata), len(strata))
    rounds = zip_longest(*(strata[key] for key in order))
    return [call for call in chain.from_iterable(rounds) if call is not None][:count]


def doubt(call: Call) -> float:
    """0 where every turn was surely heard and surely understood, 1 where one was not at all."""
    return max((_doubt(turn) for turn in call.turns if turn.rung), default=0.0)


def _doubt(turn: Turn) -> float:
    if not turn.understood:
        return 1.0
    sure = turn.sure if turn.by == "words" else 1.0
    return round(1 - min(sure, turn.heard_surely), 3)
