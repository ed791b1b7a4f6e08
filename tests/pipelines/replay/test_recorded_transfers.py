"""What became of a recorded call's transfers becomes of today's."""

import asyncio
from pathlib import Path

import pytest

from agent.actions import Transfer
from agent.log import read
from pipelines.replay.recorded_transfers import RecordedTransfers
from tests.fakes import VirtualTime

LOG = Path(__file__).parents[2] / "calls" / "en-transfer.jsonl"


class Told:
    """What a call is told, and when."""

    def __init__(self) -> None:
        self.told: list[tuple[float, object, object]] = []

    def _tell(self, *what: object) -> None:
        self.told.append((round(asyncio.get_running_loop().time(), 1), *what))  # type: ignore[arg-type]

    def joined(self, request: int, person: str) -> None:
        self._tell(request, person)

    def failed(self, request: int, reason: str) -> None:
        self._tell(request, reason)

    def left(self, back: bool) -> None:
        self._tell("left", back)

    def keep(self, name: str, data: bytes) -> None:
        raise AssertionError("nothing is recorded of people who were not rung")


def order(request: int) -> Transfer:
    return Transfer("general", "asked_for_person", {}, request)


def test_each_ends_as_the_recorded_calls_did_and_then_nobody_answers() -> None:
    with LOG.open(encoding="utf-8") as lines:
        transfers, told = RecordedTransfers(read(lines), possible=True), Told()

    async def ring() -> None:
        transfers.start(told)
        for request in (1, 2, 3):
            transfers.transfer(order(request))
            await asyncio.sleep(100)
        await transfers.close()

    with asyncio.Runner(loop_factory=VirtualTime) as runner:
        runner.run(ring())
    assert transfers.possible
    assert [what for _, *what in told.told] == [
        [1, "no_answer"],
        [2, "Fatou"],
        ["left", True],
        [3, "no_answer"],
    ]
    assert told.told[2][0] - told.told[1][0] == pytest.approx(32.5)
    assert told.told[3][0] == 220.0


def test_who_withdraws_is_told_nothing_more() -> None:
    transfers, told = RecordedTransfers((), possible=True), Told()

    async def ring() -> None:
        transfers.start(told)
        transfers.transfer(order(1))
        await asyncio.sleep(1)
        transfers.withdraw(1)
        await asyncio.sleep(100)

    with asyncio.Runner(loop_factory=VirtualTime) as runner:
        runner.run(ring())
    assert told.told == []
