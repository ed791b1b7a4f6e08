"""How long an answer is waited for: a server's first words, the next ones, and all of them."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

from pipelines.engines import outside
from pipelines.engines.llm.engine import Late

Item = TypeVar("Item")

# A server that hangs has to be told from one that is busy: a full one may hold a stream up for some
# tenths of a second while it reads other callers' prompts.
BETWEEN = 0.7
# Of a turn's patience: what a server's first words may take while there is another one to ask, and
# what may pass between two pieces of an answer.
_FIRST, _PAUSE = 1 / 3, 1 / 4


def shares(patience: float, servers: int) -> tuple[float, float, float]:
    """What a turn's patience leaves: seconds in all, for first words, between two pieces."""
    first = patience * _FIRST if servers > 1 else patience
    return patience, first, max(BETWEEN, patience * _PAUSE)


class Timeouts:
    """Of one question, whoever is asked. Only waiting counts, not what is done with the words.

    Args:
        total: seconds of waiting for the whole answer, all servers together.
        first: seconds for a server's first words.
        between: seconds between two pieces of an answer.
        clock: any monotonic clock in seconds.
    """

    def __init__(
        self,
        total: float,
        first: float,
        between: float = BETWEEN,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._left = total
        self._total, self._first, self._between = total, first, between
        self._clock = clock

    @property
    def ended(self) -> bool:
        """Whether nothing more is waited for."""
        return self._left <= 0

    async def next(self, pieces: AsyncIterator[Item], *, first: bool) -> Item | None:
        """The next piece, `first` of a server's answer or not; None after the last.

        Raises:
            Late: it did not come in time.
        """
        bound, what = (self._first, "first") if first else (self._between, "next")
        whole = self._left <= bound
        began = self._clock()
        try:
            async with asyncio.timeout(max(0.0, min(bound, self._left))):
                with outside.waiting():
                    return await anext(pieces)
        except StopAsyncIteration:
            return None
        except TimeoutError:
            if whole:
                raise Late(f"the whole answer took more than {self._total:g} s") from None
            raise Late(f"the {what} words took more than {bound:g} s") from None
        finally:
            self._left -= self._clock() - began
