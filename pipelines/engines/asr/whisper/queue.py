"""Whose turn is decoded next, when many calls share one model.

Finals first, the one due earliest first; then results that will be final if the caller has really
stopped; then partials, of the call that has waited longest for one. A call waits once: what it
wishes replaces what it wished. Calls are decoded together where it makes the wait shorter: the same
model and rank, windows alike.
"""

from dataclasses import dataclass
from enum import IntEnum

ALIKE = (
    1.5  # times the shortest window of a batch: a shorter turn is encoded as long as the longest
)


class Rank(IntEnum):
    """What a result is for; the smaller the sooner."""

    FINAL = 0
    LIKELY = 1  # final if nothing more is said
    PARTIAL = 2


@dataclass(frozen=True, slots=True)
class Wish:
    """A call's wish to be decoded. Its audio is taken when its time comes."""

    call: int
    rank: Rank
    model: int
    window: int  # encoder positions
    due: float  # s, of the owner's clock: a final's deadline; a partial's: when it was last served
    alone: bool = False  # it failed in company


class Queue:
    """The wishes that wait."""

    def __init__(self, together: int) -> None:
        self._together = together  # at most
        self._waiting: dict[int, Wish] = {}

    def __len__(self) -> int:
        """How many calls wait."""
        return len(self._waiting)

    def put(self, wish: Wish) -> None:
        """Wait; instead of what the call has been waiting for."""
        self._waiting[wish.call] = wish

    def drop(self, call: int) -> None:
        """The call wishes nothing any more."""
        self._waiting.pop(call, None)

    def wish(self, call: int) -> Wish | None:
        """What the call waits for."""
        return self._waiting.get(call)

    def late(self, by: float) -> list[Wish]:
        """Finals that are due before `by`, taken out: too late to begin."""
        late = [w for w in self._waiting.values() if w.rank is Rank.FINAL and w.due < by]
        for wish in late:
            self.drop(wish.call)
        return late

    def take(self, *, partials: bool = True) -> list[Wish]:
        """The next batch, taken out; without partials where others have to be left room."""
        ranked = sorted(self._waiting.values(), key=lambda wish: (wish.rank, wish.due))
        if not partials:
            ranked = [wish for wish in ranked if wish.rank is not Rank.PARTIAL]
        if not ranked:
            return []
        batch = ranked[:1]
        for wish in ranked[1:]:
            if len(batch) < self._room(batch[0]) and _fits(batch, wish):
                batch.append(wish)
        for wish in batch:
            self.drop(wish.call)
        return batch

    def _room(self, first: Wish) -> int:
        if first.alone:
            return 1
        # A final that comes meanwhile waits for the whole batch: half of one is bearable.
        return self._together if first.rank is Rank.FINAL else max(1, self._together // 2)


def _fits(batch: list[Wish], wish: Wish) -> bool:
    windows = [wish.window, *(other.window for other in batch)]
    same = (wish.model, wish.rank) == (batch[0].model, batch[0].rank)
    return same and not wish.alone and max(windows) <= ALIKE * min(windows)
