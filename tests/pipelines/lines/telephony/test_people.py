"""Who is left of two people who talk, whatever the PBX's REST interface misses meanwhile."""

import asyncio
from typing import Any

from pipelines.lines.telephony.asterisk.ari import Ari, AriError, Event
from pipelines.lines.telephony.asterisk.people import Person, until_apart
from tests.fakes import PATIENCE

PERSON = Person("PJSIP/agent1", "person", "bridge")


class Pbx(Ari):
    """One whose channels a test decides on, and what happens to them."""

    def __init__(self, *channels: str) -> None:
        super().__init__("http://127.0.0.1:1", "", "")
        self.there: set[str] | None = set(channels)  # None: it does not answer
        self.asked = asyncio.Event()
        self.connected.set()

    async def channels(self) -> list[dict[str, Any]]:
        self.asked.set()
        if self.there is None:
            raise AriError("no answer")
        return [{"id": channel} for channel in self.there]

    async def happens(self, event: Event) -> None:
        async with asyncio.timeout(PATIENCE):
            await self.asked.wait()
        self.asked.clear()
        for queue in {queue for queues in self._listeners.values() for queue in queues}:
            queue.put_nowait(event)


def talk(pbx: Pbx) -> asyncio.Task[str]:
    return asyncio.create_task(until_apart(pbx, PERSON, "caller", asyncio.Event()))


async def test_the_person_left_before_anybody_listened() -> None:
    pbx = Pbx("caller")
    assert await talk(pbx) == "person"
    await pbx.close()


async def test_the_caller_left_before_anybody_listened() -> None:
    pbx = Pbx("person")
    assert await talk(pbx) == "caller"
    await pbx.close()


async def test_both_are_there_after_the_connection_broke() -> None:
    pbx = Pbx("caller", "person")
    talking = talk(pbx)
    await pbx.happens({"type": "Disconnected"})
    await pbx.happens({"type": "StasisEnd", "channel": {"id": "person"}})
    assert await talking == "person"
    await pbx.close()


async def test_one_left_while_the_connection_was_broken() -> None:
    pbx = Pbx("caller", "person")
    talking = talk(pbx)
    async with asyncio.timeout(PATIENCE):
        await pbx.asked.wait()
    pbx.there = {"caller"}
    await pbx.happens({"type": "Disconnected"})
    assert await talking == "person"
    await pbx.close()


async def test_a_pbx_that_does_not_answer_is_asked_again() -> None:
    pbx = Pbx("caller", "person")
    talking = talk(pbx)
    async with asyncio.timeout(PATIENCE):
        await pbx.asked.wait()
    pbx.there = None
    await pbx.happens({"type": "Disconnected"})
    async with asyncio.timeout(PATIENCE):
        await pbx.asked.wait()
    pbx.there = {"person"}
    assert await talking == "caller"
    await pbx.close()
