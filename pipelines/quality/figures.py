"""One call in figures: what it was about, what became of it, how it went.

`counts` are pairs (of how many, in how many) that are summed over calls, `series` are single values
that are looked at as a distribution; `metrics.py` names both and says which way is better.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from agent.actions import Action
from agent.commands import NotUnderstood
from agent.events import CallStarted, Event
from pipelines.quality.checks import CHECKS, Violation
from pipelines.quality.given import asked_again, context_complete
from pipelines.quality.sound import SoundFigures
from pipelines.quality.turns import Turn
from pipelines.store.replay_note import Depth
from pipelines.store.statistics import call_figures

# What a replay at some depth cannot tell: it has it from the recording, or from no clock at all.
_TIMES = frozenset({"wait", "stop", "pause", "after_decision", "to_escalation", "duration"})
_HEARD = frozenset(
    {"heard_surely", "silences", "word_errors", "character_errors", "language_right"}
)
UNTOLD: Mapping[Depth, frozenset[str]] = {
    "decisions": _TIMES | _HEARD,
    "text": _TIMES | _HEARD,
    "audio": frozenset({"wait", "after_decision"}),  # engines take no time on its clock
    "live": frozenset(),
}

Outcome: TypeAlias = Literal["resolved", "handed over", "unresolved", "no wish"]
ANSWERED = "knowledge"  # a question that a page answered, beside the use cases


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one call. `seconds` of caller audio; `caller` and `began` are as `CallStarted` has them.

    `noise` is the band of the noise behind the caller, `version` what recorded the call; both are
    "" where they are not known.

    `wishes` are the use cases that were asked for, `done` those that told all; `reasons` the
    escalation rules by which a person was to take over.
    """

    outcome: Outcome
    seconds: float
    language: str = ""
    channel: str = ""
    caller: str = ""
    began: str = ""
    wishes: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    counts: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    series: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    violations: tuple[Violation, ...] = ()
    noise: str = ""
    version: str = ""


def figures(
    entries: Iterable[Event | Action],
    turns: list[Turn],
    sound: SoundFigures | None = None,
    violations: Iterable[Violation] = (),
) -> Figures:
    """Of a log's entries; `turns` are theirs, `sound` where there are both channels."""
    log = list(entries)
    call = call_figures(log)
    started = next((e for e in log if isinstance(e, CallStarted)), None)
    known = {name for turn in turns for name in _answered(turn)}
    wishes, done = call.asked_for | known, call.finished | known
    found = tuple(violations)
    handed_over = any(turn.closing.startswith("transfer") for turn in turns)
    outcome: Outcome = "unresolved"
    if handed_over:
        outcome = "handed over"
    elif not wishes:
        outcome = "no wish"
    elif wishes <= done:
        outcome = "resolved"
    counts = _counts(turns, outcome, found)
    series = _series(turns, call.seconds)
    if sound is not None:
        counts |= _sound_counts(sound)
        series |= {"wait": sound.waits, "stop": sound.stops}
    return Figures(
        outcome,
        call.seconds,
        started.language if started else "",
        started.channel if started else "",
        (started.caller or "") if started else "",
        started.now if started else "",
        tuple(sorted(wishes)),
        tuple(sorted(done)),
        tuple(sorted(call.reasons)),
        counts,
        series,
        found,
    )


def told_at(found: Figures, depth: Depth) -> Figures:
    """Without what a replay at that depth cannot tell."""
    untold = UNTOLD[depth]
    counts = {name: pair for name, pair in found.counts.items() if name not in untold}
    series = {name: values for name, values in found.series.items() if name not in untold}
    return replace(found, counts=counts, series=series)


def _answered(turn: Turn) -> Iterable[str]:
    return (ANSWERED for each in turn.spoken[:1] if each.act.startswith("answer "))


def _counts(
    turns: list[Turn], outcome: Outcome, found: tuple[Violation, ...]
) -> dict[str, tuple[float, float]]:
    decided = [turn for turn in turns if turn.rung]
    lost = sum(any(isinstance(c, NotUnderstood) for c in turn.commands) for turn in decided)
    asked_back = sum(
        any(not getattr(c, "confirmed", True) for c in turn.commands) for turn in decided
    )
    model = sum(turn.asked_model for turn in decided)
    spoken = [turn for turn in decided if turn.by == "words"]
    energy = [turn.joules for turn in turns if turn.joules is not None]
    resolved = float(outcome == "resolved")
    counts = {
        "resolved": (resolved, float(outcome != "no wish")),
        "contained": (float(outcome != "handed over"), 1.0),
        "handed_over": (float(outcome == "handed over"), 1.0),
        "not_understood": (float(lost), float(len(decided))),
        "asked_back": (float(asked_back), float(len(decided))),
        "without_model": (float(len(decided) - model), float(len(decided))),
        "model_calls": (float(model), 1.0),
        "model_tokens": (float(sum(turn.model_tokens for turn in turns)), 1.0),
        "turns": (float(len(decided)), 1.0),
        "silences": (float(sum(turn.by == "silence" for turn in turns)), 1.0),
        "asked_again": _pair(asked_again(turns)),
        "context_complete": _pair(context_complete(turns)),
        "heard_surely": (sum(turn.heard_surely for turn in spoken), float(len(spoken))),
    }
    if energy:
        counts["model_watt_hours"] = (sum(energy) / 3600, resolved)
    for name in CHECKS:
        kept = not any(violation.check == name for violation in found)
        counts[f"check_{name}"] = (float(kept), 1.0)
    return counts


def _pair(counted: tuple[int, int]) -> tuple[float, float]:
    return float(counted[0]), float(counted[1])


def _series(turns: list[Turn], seconds: float) -> dict[str, tuple[float, ...]]:
    spoken = [turn for turn in turns if turn.by == "words" and turn.ended and turn.rung]
    answered = [(t, t.answered - t.ended) for t in spoken if t.answered and t.ended]
    over = [turn.ended or turn.at for turn in turns if turn.escalated]
    return {
        "pause": tuple(round(turn.paused, 3) for turn in spoken),
        "after_decision": tuple(round(took, 3) for _, took in answered),
        "to_escalation": tuple(over[:1]),
        "duration": (seconds,),
    }


def _sound_counts(sound: SoundFigures) -> dict[str, tuple[float, float]]:
    whole = sound.seconds
    return {
        "talk_over": (sound.talk_over, whole),
        "dead_air": (sound.dead_air, whole),
        "caller_talks": (sound.caller_talks, whole),
        "agent_talks": (sound.agent_talks, whole),
        "cut_in": (float(sound.cut_in), 1.0),
        "too_early": (float(sound.too_early), 1.0),
    }
