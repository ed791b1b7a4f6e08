"""A recorded call through today's dialogue: what would it do differently?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import get_args

from agent import events
from agent.actions import Action
from agent.dialogue import Dialogue
from agent.events import Event
from agent.log import line, read
from agent.privacy import Redaction

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
    for event, then in _exchanges(entries):
        now = tuple(redaction.action(a) for a in dialogue.receive(event))
        if now != then:
            found.append(Difference(event, then, now))
    return found


def accepted(lines: Iterable[str], dialogue: Dialogue) -> Iterator[str]:
    """A log's lines as they would be today: what happened as it stands, with today's actions."""
    redaction = Redaction()
    for text in lines:
        entries = list(read([text]))
        if not entries:  # its header
            yield text
        for event in (entry for entry in entries if isinstance(entry, _EVENTS)):
            yield text
            for action in dialogue.receive(event):
                yield f"{line(redaction.action(action))}\n"


def _exchanges(entries: Iterable[Event | Action]) -> Iterable[tuple[Event, tuple[Action, ...]]]:
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
