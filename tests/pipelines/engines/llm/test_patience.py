"""Waiting by a clock of the test's own."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from pipelines.engines.llm.engine import Late
from pipelines.engines.llm.timeouts import Timeouts


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now

    async def answer(self, *waits: float) -> AsyncIterator[float]:
        for wait in waits:
            self.now += wait
            yield wait


async def test_only_waiting_counts() -> None:
    clock = Clock()
    patience = Timeouts(1.0, 0.5, 0.5, clock)
    pieces = clock.answer(0.4, 0.4, 0.4)
    assert await patience.next(pieces, first=True) == 0.4
    clock.now += 100.0
    assert await patience.next(pieces, first=False) == 0.4
    assert not patience.ended
    assert await patience.next(pieces, first=False) == 0.4
    assert patience.ended


async def test_an_answer_ends() -> None:
    patience = Timeouts(1.0, 0.5, 0.5)
    assert await patience.next(Clock().answer(), first=True) is None


async def test_with_no_patience_left_nothing_is_waited_for() -> None:
    clock = Clock()
    patience = Timeouts(1.0, 5.0, 5.0, clock)
    pieces = clock.answer(2.0)
    await patience.next(pieces, first=True)
    with pytest.raises(Late, match="whole answer took more than 1 s"):
        await patience.next(_never(), first=False)


async def _never() -> AsyncIterator[float]:
    await asyncio.Event().wait()
    yield 0.0
