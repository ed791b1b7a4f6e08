"""What the back office answered in a recorded call, for the call that is replayed.

The same question with the same arguments gets the answers that it got, in their order, and the
last one from then on. What the recorded call never asked goes to the configured back office, where
one is given: nothing that a log hides is sent to it, so that no account is locked by a code of
dots.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from agent.actions import Action, Fetch
from agent.events import Event, Failed, Fetched
from agent.numbers.digits import HIDDEN, WRONG
from agent.privacy import SECRET_SLOTS, redact
from pipelines.backoffice.protocol import BackOffice, NotFound, Unavailable

_Key: TypeAlias = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class _Answer:
    """A fact, or why there was none. `took` is in seconds."""

    value: Mapping[str, Any] = field(default_factory=dict)
    failed: str = ""
    took: float = 0.0


class RecordedAnswers:
    """A `BackOffice` made from a log's entries, and `live` for what they do not hold.

    `timed` has each answer take as long as it took then, on the event loop's clock.
    `from_log` and `from_live` count the questions of either kind, `unanswered` those of neither.
    """

    def __init__(
        self, entries: Iterable[Event | Action], live: BackOffice | None, *, timed: bool = False
    ) -> None:
        self.from_log = self.from_live = self.unanswered = 0
        self._answers = _answers(entries)
        self._asked: defaultdict[_Key, int] = defaultdict(int)
        self._live = live
        self._timed = timed

    async def fetch(self, name: str, arguments: Mapping[str, str]) -> dict[str, Any]:
        """See `BackOffice.fetch`. `Unavailable`, too, where nobody can be asked."""
        key = _key(name, arguments)
        if known := self._answers.get(key):
            answer = known[min(self._asked[key], len(known) - 1)]
            self._asked[key] += 1
            self.from_log += 1
            return await self._again(answer)
        if self._live is None or _hides(arguments):
            self.unanswered += 1
            raise Unavailable(f"the recorded call did not ask '{name}' with these arguments")
        self.from_live += 1
        return await self._live.fetch(name, arguments)

    async def _again(self, answer: _Answer) -> dict[str, Any]:
        if self._timed and answer.took:
            await asyncio.sleep(answer.took)
        if answer.failed:
            raise Unavailable(answer.failed)
        if answer.value.get("not_found"):
            raise NotFound("as in the recorded call")
        return dict(answer.value)

    async def close(self) -> None:
        """See `BackOffice.close`: `live` belongs to who gave it."""


def _answers(entries: Iterable[Event | Action]) -> dict[_Key, list[_Answer]]:
    found: dict[_Key, list[_Answer]] = {}
    asked: dict[int, tuple[Fetch, float]] = {}
    at = 0.0
    for entry in entries:
        at = getattr(entry, "at", at)
        match entry:
            case Fetch():
                asked[entry.request] = entry, at
            case Fetched(request=request, name=name, arguments=arguments, value=value):
                _, since = asked.pop(request, (None, at))
                took = round(max(0.0, at - since), 3)
                found.setdefault(_key(name, arguments), []).append(_Answer(value, took=took))
            case Failed(request=request, reason=reason) if request in asked:
                fetch, since = asked.pop(request)
                failed = _Answer(failed=reason, took=round(max(0.0, at - since), 3))
                found.setdefault(_key(fetch.name, fetch.arguments), []).append(failed)
    return found


def _key(name: str, arguments: Mapping[str, str]) -> _Key:
    """As a log has it: secrets are hidden, whether they were asked with or without their digits.

    What names an order names the call as well, and a replayed one may be called otherwise.
    """
    written = {k: redact(v) if k in SECRET_SLOTS else v for k, v in arguments.items()}
    written.pop("order", None)
    return name, tuple(sorted(written.items()))


def _hides(arguments: Mapping[str, str]) -> bool:
    return any(sign in value for value in arguments.values() for sign in (HIDDEN, WRONG))
