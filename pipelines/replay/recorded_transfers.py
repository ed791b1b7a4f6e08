"""What became of a recorded call's transfers, for the call that is replayed: nobody is rung.

The first transfer that today's agent asks for ends as the recorded call's first one did, after as
many seconds; and so on. One that the recorded call did not ask for is answered by nobody.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from agent.actions import Action, Transfer
from agent.events import Event, PersonJoined, PersonLeft, TransferFailed
from pipelines.call.connection import TransferListener

_RINGS = 20.0  # s that a transfer rings which nobody answers


@dataclass(frozen=True, slots=True)
class _Outcome:
    """After `after` seconds somebody joins, for `stays` seconds, or it fails for a reason.

    `stays` None: for the rest of the call.
    """

    after: float
    person: str = ""
    failed: str = ""
    stays: float | None = None
    back: bool = False


class RecordedTransfers:
    """See call/connection.py. Made from a log's entries; times are the event loop's."""

    def __init__(self, entries: Iterable[Event | Action], possible: bool) -> None:
        self.possible = possible
        self._outcomes = iter(_outcomes(entries))
        self._told: TransferListener | None = None
        self._ringing: dict[int, asyncio.Task[None]] = {}

    def start(self, told: TransferListener) -> None:
        """See call/connection.py."""
        self._told = told

    def transfer(self, order: Transfer) -> None:
        """See call/connection.py."""
        outcome = next(self._outcomes, _Outcome(_RINGS, failed="no_answer"))
        ringing = asyncio.create_task(self._ring(order.request, outcome))
        self._ringing[order.request] = ringing

    def withdraw(self, request: int) -> None:
        """See call/connection.py."""
        if (ringing := self._ringing.pop(request, None)) is not None:
            ringing.cancel()

    def give_back(self) -> bool:
        """See call/connection.py. Nobody is at a desk."""
        return False

    async def close(self) -> None:
        """See call/connection.py."""
        for request in list(self._ringing):
            self.withdraw(request)

    async def _ring(self, request: int, outcome: _Outcome) -> None:
        await asyncio.sleep(outcome.after)
        if self._told is None:
            return
        if outcome.failed:
            self._told.failed(request, outcome.failed)
            return
        self._told.joined(request, outcome.person)
        if outcome.stays is not None:
            await asyncio.sleep(outcome.stays)
            self._told.left(outcome.back)


def _outcomes(entries: Iterable[Event | Action]) -> list[_Outcome]:
    found: list[_Outcome] = []
    at, asked, joined = 0.0, 0.0, 0.0
    for entry in entries:
        at = getattr(entry, "at", at)
        match entry:
            case Transfer(request=request) if request:
                asked = at
            case TransferFailed(reason=reason):
                found.append(_Outcome(at - asked, failed=reason))
            case PersonJoined(person=person):
                joined = at
                found.append(_Outcome(at - asked, person))
            case PersonLeft(back=back) if found and found[-1].person:
                last = found.pop()
                found.append(_Outcome(last.after, last.person, stays=at - joined, back=back))
    return found
