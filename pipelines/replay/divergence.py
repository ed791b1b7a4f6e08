"""Where a replayed call left the recorded one: the caller answers a question that was not asked."""

from collections.abc import Iterable, Sequence

from agent.actions import Action, Listen
from agent.events import Event
from pipelines.replay.caller_channel import Played
from pipelines.replay.caller_turns import CallerTurn
from pipelines.store.replay_note import Divergence

OVER = "the call was over"  # no question: nobody was there any more


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
    return divergence_of(turns, played, asked, at)


def divergence_of(
    turns: Sequence[CallerTurn],
    played: Sequence[Played],
    asked: Sequence[tuple[float, str]],
    ended: float,
) -> Divergence | None:
    """The same of what was `asked`, each question with the seconds since when it was open."""
    for number, turn in enumerate(turns, start=1):
        if turn.hangs_up:
            continue
        if number > len(played):
            return Divergence(at=ended, turn=number, then=turn.question, now=OVER)
        began = played[number - 1].at
        now = next(question for since, question in reversed(asked) if since <= began)
        if now != turn.question:
            return Divergence(at=began, turn=number, then=turn.question, now=now)
    return None
