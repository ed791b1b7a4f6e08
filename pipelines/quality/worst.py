"""Which calls are worth looking at first: all of them in one order, the worst first.

One thing after the other decides, and the next only between calls that the one before finds alike:

1. how many of the rules that must hold in every call (`checks.py`) are broken;
2. all was done in the baseline and is not any more;
3. the caller wanted something, did not get all of it, and no person took over;
4. the share of turns that were not understood;
5. the longest wait for the agent.

A call that stands apart comes after all that do not: from where it left its recording on, its
caller answers other questions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.quality.calls import Call

COUNT = 20
SLOW = 2.0  # s: a shorter wait alone is no reason to look at a call


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a check's name, or "lost", "unresolved", "not_understood", "wait"."""

    what: str
    told: str = ""


@dataclass(frozen=True, slots=True)
class Worst:
    """A call to be looked at, why, and the turn to look at first; None is the whole call."""

    id: str
    why: tuple[Reason, ...]
    turn: int | None


def ordered(
    calls: Sequence[Call], before: Mapping[str, Call], apart: Mapping[str, str]
) -> list[Call]:
    """The worst first; `before` are the baseline's calls by id, `apart` why a call is so."""

    def key(call: Call) -> tuple[bool, int, bool, bool, float, float, str]:
        id_, told = call.recorded.id, call.figures
        return (
            id_ in apart,
            -len({violation.check for violation in told.violations}),
            not _is_lost(call, before.get(id_)),
            told.outcome != "unresolved",
            -_share_not_understood(call),
            -(longest_wait(call) or 0.0),
            id_,
        )

    return sorted(calls, key=key)


def worst(
    calls: Sequence[Call],
    before: Mapping[str, Call],
    apart: Mapping[str, str],
    count: int = COUNT,
) -> list[Worst]:
    """Of `calls`, the worst first, at most `count` with which something is wrong."""
    found: list[Worst] = []
    for call in calls:
        id_ = call.recorded.id
        why = _why(call, before.get(id_))
        if why and id_ not in apart and len(found) < count:
            found.append(Worst(id_, why, _first_turn(call)))
    return found


def longest_wait(call: Call) -> float | None:
    """In seconds: by the sound, by the log where there is none; None where nothing tells it."""
    series = call.figures.series
    if series.get("wait"):
        return max(series["wait"])
    both = zip(series.get("pause", ()), series.get("after_decision", ()), strict=False)
    return max((round(pause + rest, 3) for pause, rest in both), default=None)


def _why(call: Call, then: Call | None) -> tuple[Reason, ...]:
    told = call.figures
    broken: dict[str, Reason] = {}
    for violation in told.violations:
        broken.setdefault(violation.check, Reason(violation.check, violation.told))
    why = list(broken.values())
    if _is_lost(call, then):
        why.append(Reason("lost", told.outcome))
    elif told.outcome == "unresolved":
        why.append(Reason("unresolved"))
    lost, decided = told.counts.get("not_understood", (0.0, 0.0))
    if lost:
        why.append(Reason("not_understood", f"{lost:.0f} of {decided:.0f} turns"))
    wait = longest_wait(call)
    if wait is not None and wait >= SLOW:
        why.append(Reason("wait", f"{wait:.1f} s"))
    return tuple(why)


def _is_lost(call: Call, then: Call | None) -> bool:
    was_done = then is not None and then.figures.outcome == "resolved"
    return was_done and call.figures.outcome != "resolved"


def _share_not_understood(call: Call) -> float:
    lost, decided = call.figures.counts.get("not_understood", (0.0, 0.0))
    return lost / decided if decided else 0.0


def _first_turn(call: Call) -> int | None:
    """Where the first rule was broken, or the first turn that was not understood."""
    if call.figures.violations:
        at = min(violation.at for violation in call.figures.violations)
        begun = [number for number, turn in enumerate(call.turns) if turn.at <= at]
        return begun[-1] if begun else 0
    lost = (n for n, turn in enumerate(call.turns) if turn.rung and not turn.understood)
    return next(lost, None)
