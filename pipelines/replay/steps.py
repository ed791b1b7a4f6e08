"""What the caller, and people at the desk, did in a recorded call: step by step, to be done again.

A step is a turn with all that was heard of it, keys, a language chosen, a silence that the agent
did something about, or what became of a transfer. Each tells which question was open then: today's
agent may ask another one, and then the step answers nothing that was asked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from agent.actions import Action, Explain, Speak
from agent.events import (
    Event,
    Hypothesis,
    KeyPressed,
    LanguageChosen,
    PersonJoined,
    PersonLeft,
    TakenOver,
    Tick,
    TransferFailed,
    TurnEnded,
    TurnStarted,
)
from agent.fold import apply, record
from agent.replay import exchanges
from agent.state import Conversation
from pipelines.call.typed import typed
from pipelines.store.transcript import Utterance

By: TypeAlias = Literal["words", "keys", "language", "silence", "people"]
UNKNOWN = "?"  # what was asked in a recording that is no call of ours


@dataclass(frozen=True, slots=True)
class Step:
    """`events` happened at their own times.

    `after` is how long, in seconds, it had been quiet; of what became of a transfer, since when
    people were rung.
    """

    by: By
    question: str
    events: tuple[Event, ...]
    after: float = 0.0

    def at(self, at: float) -> tuple[Event, ...]:
        """The same events, the first of them at `at`."""
        first = self.events[0].at
        return tuple(replace(e, at=round(at + e.at - first, 3)) for e in self.events)


def steps(entries: Iterable[Event | Action]) -> list[Step]:
    """Of a log of ours."""
    c = Conversation()
    found: list[Step] = []
    turn: list[Event] = []  # that is being spoken
    asked, after = "", 0.0
    for event, actions in exchanges(entries):
        match event:
            case TurnStarted():
                turn, asked, after = [event], c.question, _quiet(c, event)
            case Hypothesis() if turn:
                turn.append(event)
            case TurnEnded() if turn:
                # What it may want is judged anew.
                plain = replace(event, intents=(), clauses=(), reply=())
                found.append(Step("words", asked, (*turn, plain), after))
                turn = []
            case KeyPressed():
                found.append(Step("keys", c.question, (event,), _quiet(c, event)))
            case LanguageChosen():
                found.append(Step("language", c.question, (event,), _quiet(c, event)))
            case Tick() if not (c.pending or c.closing or c.transfer) and _did(actions):
                found.append(Step("silence", c.question, (event,), _quiet(c, event)))
            case PersonJoined() | PersonLeft() | TransferFailed() | TakenOver():
                rung = c.transfer.since if c.transfer else c.quiet_since
                after = round(max(0.0, event.at - rung), 3)
                found.append(Step("people", c.question, (event,), after))
        c = apply(c, event)
        for action in actions:
            c = record(c, action)
    return found


def _quiet(c: Conversation, event: Event) -> float:
    return round(max(0.0, event.at - c.quiet_since), 3)


def _did(actions: Sequence[Action]) -> bool:
    return any(isinstance(action, (Speak, Explain)) for action in actions)


def transcribed_steps(utterances: Iterable[Utterance], language: str) -> list[Step]:
    """Of a transcript from elsewhere: what the caller said, an utterance a turn.

    Whoever answered asked questions that we do not know; only the first turn answers ours.
    """
    found: list[Step] = []
    for each in utterances:
        if each.speaker == "caller" and each.text.strip():
            question = UNKNOWN if found else "open"
            events = typed(each.start or 0.0, each.text, each.language or language)
            found.append(Step("words", question, events, 0.5))
    return found
