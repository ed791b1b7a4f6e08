"""Whose turn is decoded next, when many calls share one model.

Finals first, the one due earliest first; then results that will be final if the caller has really
stopped; then partials, of the call that has waited longest for one. A call waits once: a new
request replaces the one before. Calls are decoded together where it makes the wait shorter: the
same model and priority, windows alike.
"""

from dataclasses import dataclass
from enum import IntEnum

ALIKE = (
    1.5  # times the shortest window of a batch: a shorter turn is encoded as long as the longest
)


class Priority(IntEnum):
    """What a result is for; the smaller the sooner."""

    FINAL = 0
    LIKELY = 1  # final if nothing more is said
    PARTIAL = 2


@dataclass(frozen=True, slots=True)
class DecodeRequest:
    """A call's request to be decoded. Its audio is taken when its time comes."""

    call: int
    priority: Priority
    model: int
    window: int  # encoder positions
    due: float  # s, of the owner's clock: a final's deadline; a partial's: when it was last served
    alone: bool = False  # it failed in company


class DecodeQueue:
    """The requests that wait."""

    def __init__(self, together: int) -> None:
        self._together = together  # at most
        self._waiting: dict[int, DecodeRequest] = {}

    def __len__(self) -> int:
        """How many calls wait."""
        return len(self._waiting)

    def put(self, request: DecodeRequest) -> None:
        """Wait; instead of what the call has been waiting for."""
        self._waiting[request.call] = request

    def drop(self, call: int) -> None:
        """The call requests nothing any more."""
        self._waiting.pop(call, None)

    def request(self, call: int) -> DecodeRequest | None:
        """What the call waits for."""
        return self._waiting.get(call)

    def late(self, by: float) -> list[DecodeRequest]:
        """Finals that are due before `by`, taken out: too late to begin."""
        late = [w for w in self._waiting.values() if w.priority is Priority.FINAL and w.due < by]
        for request in late:
            self.drop(request.call)
        return late

    def take(self, *, partials: bool = True, shared_by: int = 1) -> list[DecodeRequest]:
        """The next batch, taken out; without partials where others have to be left room.

        Where workers share what waits, each takes its part of it.
        """
        ranked = sorted(self._waiting.values(), key=lambda request: (request.priority, request.due))
        if not partials:
            ranked = [request for request in ranked if request.priority is not Priority.PARTIAL]
        if not ranked:
            return []
        batch = ranked[:1]
        share = -(-len(ranked) // max(1, shared_by))
        for request in ranked[1:]:
            if len(batch) < min(share, self._room(batch[0])) and _fits(batch, request):
                batch.append(request)
        for request in batch:
            self.drop(request.call)
        return batch

    def _room(self, first: DecodeRequest) -> int:
        if first.alone:
            return 1
        # A final that comes meanwhile waits for the whole batch: half of one is bearable.
        return self._together if first.priority is Priority.FINAL else max(1, self._together // 2)


def _fits(batch: list[DecodeRequest], request: DecodeRequest) -> bool:
    windows = [request.window, *(other.window for other in batch)]
    same = (request.model, request.priority) == (batch[0].model, batch[0].priority)
    return same and not request.alone and max(windows) <= ALIKE * min(windows)
