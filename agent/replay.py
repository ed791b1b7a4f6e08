"""A recorded call through today's dialogue: what would it do differently?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import get_args

from agent import events
from agent.actions import Action
from agent.dialogue import Dialogue
from agent.events import Composed, Event, Failed, Fetched, Interpreted, Retrieved
from agent.fold import apply, record
from agent.log import line, read
from agent.privacy import SECRET_SLOTS, Redaction, redact
from agent.state import Conversation, Pending

_EVENTS = get_args(events.Event)


@dataclass(frozen=True, slots=True)
class Difference:
    """After `event`, the log has the actions `then`; today's dialogue answers `now`."""

    event: Event
    then: tuple[Action, ...]
    now: tuple[Action, ...]


def differences(entries: Iterable[Event | Action], dialogue: Dialogue) -> list[Difference]:
    """Feed a log's events to a fresh dialogue and compare its actions with the log's.

    Actions are compared as they would be written, so redacted secrets compare equal.
    """
    redaction = Redaction()
    found = []
    for event, then in exchanges(entries):
        now = tuple(redaction.action(a) for a in dialogue.receive(event))
        if now != then:
            found.append(Difference(event, then, now))
    return found


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A request and its answer that do not find each other in a replay; `name` as in `Pending`.

    Answers are events and stand in the log with the number of the request that they answered.
    Where today's dialogue asks more, or less, the numbers shift, and an answer finds no request of
    its own (`was_answered`), or today's request no answer (not `was_answered`).
    """

    request: int
    name: str
    was_answered: bool


def unmatched(entries: Iterable[Event | Action], dialogue: Dialogue) -> list[Unmatched]:
    """What a fresh dialogue is not told any more of what the log's was told, in order."""
    then, found = Conversation(), []
    for event, actions in exchanges(entries):
        if isinstance(event, (Fetched, Failed, Retrieved, Interpreted, Composed)):
            asked = _pending(then, event.request)
            now = _pending(dialogue.conversation, event.request)
            if asked is not None and not _same(asked, now):
                found.append(Unmatched(asked.request, asked.name, was_answered=True))
        then = apply(then, event)
        for action in actions:
            then = record(then, action)
        dialogue.receive(event)
    for now in dialogue.conversation.pending:
        if not _same(now, _pending(then, now.request)):
            found.append(Unmatched(now.request, now.name, was_answered=False))
    return list(dict.fromkeys(found))  # an answer of several sentences is one


def _pending(c: Conversation, request: int) -> Pending | None:
    return next((p for p in c.pending if p.request == request), None)


def _same(one: Pending, other: Pending | None) -> bool:
    """Whether they ask the same; secrets are as the log has them."""
    return other is not None and (one.name, _written(one)) == (other.name, _written(other))


def _written(pending: Pending) -> dict[str, str]:
    return {k: redact(v) if k in SECRET_SLOTS else v for k, v in pending.arguments.items()}


def accepted(lines: Iterable[str], dialogue: Dialogue) -> Iterator[str]:
    """A log's lines as they would be today: what happened as it stands, with today's actions.

    An action that stays the same keeps its line, so that what changed is all that a diff shows.
    """
    redaction = Redaction()
    due: list[Action] = []  # after the last event
    then: dict[str, str] = {}

    def today() -> Iterator[str]:
        for action in due:
            written = line(action)
            yield then.get(written, f"{written}\n")

    for text in lines:
        entries = list(read([text]))
        if not entries:  # its header
            yield text
        for entry in entries:
            if isinstance(entry, _EVENTS):
                yield from today()
                yield text
                due, then = [redaction.action(a) for a in dialogue.receive(entry)], {}
            else:
                then[line(entry)] = text
    yield from today()


def exchanges(entries: Iterable[Event | Action]) -> Iterable[tuple[Event, tuple[Action, ...]]]:
    """Each event of a log, with the actions that it led to."""
    event: Event | None = None
    answers: list[Action] = []
    for entry in entries:
        if isinstance(entry, _EVENTS):
            if event is not None:
                yield event, tuple(answers)
            event, answers = entry, []
        else:
            answers.append(entry)  # type: ignore[arg-type]
    if event is not None:
        yield event, tuple(answers)
