"""What the language model made of turns in a recorded call, for the same turns in a replayed one.

It is asked again only about what it was not asked then: it costs seconds, and may answer otherwise
the next time.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeAlias

from agent.actions import Action, Compose, Interpret
from agent.events import Composed, Event, Failed, Interpreted, Retrieved

_Asked: TypeAlias = Interpret | Compose
_Answer: TypeAlias = Interpreted | Composed | Retrieved | Failed


class RecordedThoughts:
    """From a log's entries."""

    def __init__(self, entries: Iterable[Event | Action]) -> None:
        asked: dict[int, _Asked] = {}
        self._answers: defaultdict[tuple[str, ...], list[_Answer]] = defaultdict(list)
        for entry in entries:
            match entry:
                case Interpret() | Compose():
                    asked[entry.request] = entry
                case Interpreted() | Composed() | Retrieved() | Failed():
                    if (about := asked.get(entry.request)) is not None:
                        self._answers[_key(about)].append(entry)

    def answer(self, action: _Asked, at: float, happen: Callable[[Event], None]) -> bool:
        """Answer as then; False where it was not asked."""
        found = self._answers.get(_key(action), ())
        for event in found:
            happen(replace(event, at=at, request=action.request))
        return bool(found)


def _key(action: _Asked) -> tuple[str, ...]:
    if isinstance(action, Interpret):
        return "interpret", action.text, action.question
    return "compose", action.question, action.page
