"""Where a replayed call left the recorded one: the caller answers a question that was not asked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.actions import Action, Listen
from agent.events import Event
from pipelines.replay.caller_channel import Played
from pipelines.replay.caller_turns import CallerTurn

OVER = "the call was over"  # no question: nobody was there any more


@dataclass(frozen=True, slots=True)
class Divergence:
    """At `at` seconds of the replayed call the caller's `turn`, from 1, answered what was `then`
    asked, while today's agent asked `now`: questions as in `Listen.question`, or `OVER`.
    """

    at: float
    turn: int
    then: str
    now: str


def divergence(
    turns: Sequence[CallerTurn], played: Sequence[Played], entries: Iterable[Event | Action]
) -> Divergence | None:
    """The first one; None where today's agent asked all that the caller answered.

    `turns` are the recorded call's, `played` those that the replay came to, `entries` its log.
    """
    asked, at = [(0.0, "")], 0.0
    for entry in entries:
        at = getattr(entry, "at", at)
        if isinstance(entry, Listen):
            asked.append((at, entry.question))
    for number, turn in enumerate(turns, start=1):
        if turn.hangs_up:
            continue
        if number > len(played):
            return Divergence(at, number, turn.question, OVER)
        began = played[number - 1].at
        now = next(question for since, question in reversed(asked) if since <= began)
        if now != turn.question:
            return Divergence(began, number, turn.question, now)
    return None
