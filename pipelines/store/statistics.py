"""What became of recorded calls, in numbers: nothing that was said, no name, no telephone number.

A *turn* is one decision of the answer ladder: something said, or keys that were complete. It needed
the language model if that interpreted it or composed its answer. A use case counts once a call: as
asked for once it is certain (at once, or by a yes), as finished once nothing was missing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any, cast, get_args

from agent import events
from agent.actions import Action, Compose, Explain, Interpret, Speak, Transfer
from agent.commands import FinishFlow, NotUnderstood
from agent.events import Event
from agent.fold import apply, record
from agent.state import ALTERNATIVES, Conversation

MODEL = "llm"  # the rung of the language model
RUNGS = ("rule", "question", "classifier", "knowledge", "keypad", MODEL, "none")
_EVENTS = get_args(events.Event)


@dataclass
class _Turn:
    rung: str
    asked_back: bool
    not_understood: bool
    model: bool


@dataclass(frozen=True, slots=True)
class CallFigures:
    """Of one call: how many turns there were of which kind, and what it was about."""

    seconds: float
    rungs: Mapping[str, int]
    turns: int
    without_model: int  # that were understood
    asked_back: int
    not_understood: int
    asked_for: frozenset[str]
    finished: frozenset[str]
    reasons: frozenset[str]  # why a person was to take over


def call_figures(entries: Iterable[Event | Action]) -> CallFigures:
    """A log's entries, in order."""
    c = Conversation()
    turns: list[_Turn] = []
    asked_for: set[str] = set()
    finished: set[str] = set()
    reasons: set[str] = set()
    interpreting = False
    for entry in entries:
        if isinstance(entry, _EVENTS):
            c = apply(c, cast(Event, entry))
            continue
        c = record(c, cast(Action, entry))
        asked_for |= {wanted.flow for wanted in c.flows if wanted.confirmed}
        match entry:
            case Interpret():
                interpreting = True
            case Compose() if turns:
                turns[-1].model = True
            case Explain(rung) if rung in RUNGS:
                turns.append(_turn(entry, interpreting))
                interpreting = False
            case Explain("flow"):
                finished |= {x.flow for x in entry.commands if isinstance(x, FinishFlow)}
            case Explain("escalation", intent):
                reasons.add(intent)
            case Transfer(_, reason):
                reasons.add(reason)
            case Speak() if entry.act.startswith("handoff "):
                reasons.add(entry.act.split()[1])
    return CallFigures(
        c.at,
        Counter(turn.rung for turn in turns),
        len(turns),
        sum(not (turn.model or turn.not_understood) for turn in turns),
        sum(turn.asked_back for turn in turns),
        sum(turn.not_understood for turn in turns),
        frozenset(asked_for - {ALTERNATIVES}),
        frozenset(finished - {ALTERNATIVES}),
        frozenset(reasons),
    )


def _turn(explain: Explain, interpreting: bool) -> _Turn:
    commands = explain.commands
    return _Turn(
        explain.rung,
        asked_back=any(not getattr(command, "confirmed", True) for command in commands),
        not_understood=any(isinstance(command, NotUnderstood) for command in commands),
        model=interpreting or explain.rung == MODEL,
    )


@dataclass
class Statistics:
    """Of many calls."""

    calls: list[CallFigures] = field(default_factory=list)

    def add(self, call: CallFigures) -> None:
        """One more."""
        self.calls.append(call)

    def about(self) -> dict[str, Any]:
        """Plain data for JSON: counts, shares of all turns from 0 to 1, seconds; null for none.

        `without_language_model` are the turns that were understood, and needed none.
        """
        calls = self.calls
        turns = sum(call.turns for call in calls)
        rungs: Counter[str] = Counter()
        for call in calls:
            rungs.update(call.rungs)

        def counted(count: int) -> dict[str, Any]:
            return {"turns": count, "share": round(count / turns, 4) if turns else None}

        reasons = Counter(reason for call in calls for reason in call.reasons)
        return {
            "calls": len(calls),
            "turns": turns,
            "rungs": {rung: counted(rungs[rung]) for rung in RUNGS},
            "without_language_model": counted(sum(call.without_model for call in calls)),
            "asked_back": counted(sum(call.asked_back for call in calls)),
            "not_understood": counted(sum(call.not_understood for call in calls)),
            "median_turns": median(call.turns for call in calls) if calls else None,
            "median_seconds": round(median(call.seconds for call in calls), 1) if calls else None,
            "use_cases": self._use_cases(),
            "handoffs": dict(sorted(reasons.items())),
        }

    def _use_cases(self) -> dict[str, dict[str, int]]:
        asked = Counter(flow for call in self.calls for flow in call.asked_for)
        done = Counter(flow for call in self.calls for flow in call.finished)
        return {
            flow: {"asked_for": asked[flow], "finished": done[flow]}
            for flow in sorted(asked | done)
        }
