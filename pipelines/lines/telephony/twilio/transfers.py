"""People over Twilio, for one call: a room (a conference of two) that both are sent to.

    the caller talks with the agent              the person's telephone rings
    (<Connect><Stream>)                          answered: the whisper, accept by key
            |                                            |
            +-- our stream closes, "after?" the room --> room <-- the key's answer
            |                                            |
            +-- "after?" a new stream  <-- the room is over <-- `*`, or the desk

Twilio asks what comes after whenever a stream closes or a room is over, so that moving somebody
takes no request of ours that could fail. A room is over for both when one of them leaves.
"""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any

from loguru import logger

from agent.actions import Transfer
from pipelines.lines.telephony.asterisk.people import NobodyError, Order
from pipelines.lines.telephony.connection import TelephoneConnection
from pipelines.lines.telephony.transfers import TelephoneTransfers
from pipelines.lines.telephony.twilio.calls import TwilioError
from pipelines.lines.telephony.twilio.people import People
from pipelines.lines.telephony.twilio.person import Person, State

_JOINING = 5.0  # s for Twilio to ask what comes after our stream
_SETTLING = 3.0  # s for the second of two to be told of, once a room is over


class Visit:
    """A caller's way into a room and out again."""

    def __init__(self, room: str) -> None:
        self.room = room
        self.arrived = asyncio.Event()  # what comes after our stream was asked
        self.out = asyncio.Event()  # what comes after the room was asked
        self.joined = False  # they were sent to the room
        self.called = False  # they had to be called out: alone in it, the person was gone before
        self.there = True  # they have not hung up
        self.next: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def settle(self, following: str) -> None:
        """What comes after the room, for who asked and who will ask."""
        if not self.next.done():
            self.next.set_result(following)


class TwilioTransfers(TelephoneTransfers[Person, Visit]):
    """One call's. `shown` is the number that people who are rung see."""

    def __init__(
        self, people: People, shown: str, connection: TelephoneConnection, call: str
    ) -> None:
        super().__init__(people, connection, call)
        self._people = people
        self._shown = shown
        self._visit: Visit | None = None
        self._person: Person | None = None

    @property
    def possible(self) -> bool:
        """Whether people can be rung now."""
        return self._people.anybody

    @property
    def visited(self) -> bool:
        """Whether a person has the caller, or is about to."""
        return self._visit is not None

    async def following(self, form: Mapping[str, str]) -> tuple[str, str]:
        """What comes next for the caller: ("room", its name), ("back", "") or ("end", "")."""
        visit, person = self._visit, self._person
        there = form.get("CallStatus") != "completed"
        if visit is None or person is None:
            return ("back" if there else "end"), ""
        if there and not visit.arrived.is_set():
            visit.joined = not person.over
            visit.arrived.set()
            return ("room", visit.room) if visit.joined else ("back", "")
        visit.there = there
        visit.arrived.set()
        visit.out.set()
        return (await visit.next if there else "end"), ""

    def _whom(self, order: Transfer) -> Sequence[str]:
        return self._people.whom(order.queue, order.target)

    async def _reach(self, order: Order) -> Person:
        return await self._people.reach(order, self._shown)

    async def _bring_in(self, person: Person) -> Visit:
        visit = Visit(person.room)
        self._visit, self._person = visit, person
        try:
            await self._accept_leg(visit)
        except BaseException:
            self._forget(visit)
            await asyncio.shield(self._people.let_go(person))
            raise
        return visit

    async def _accept_leg(self, visit: Visit) -> None:
        await self._connection.let_go()
        if not await self._asked(visit, visit.arrived, _JOINING):
            self._connection.gone("caller hung up")
            raise NobodyError("unreachable")
        visit.called = False
        if not visit.joined:  # the person did not wait, the agent does
            await self._with_the_agent()
            raise NobodyError("declined")

    async def _with_the_agent(self) -> bool:
        """Whether the caller is; else they are gone, and the call with them."""
        try:
            await self._connection.back()
        except TimeoutError:
            self._connection.gone("caller hung up")
            return False
        return True

    async def _together(self, person: Person, caller: Visit) -> str:
        asked = asyncio.create_task(self._give_back_when_asked(person))
        try:
            await _first(person.until(), caller.out.wait())
            if not await self._asked(caller, caller.out, _SETTLING):
                return "caller"
            with suppress(TimeoutError):
                async with asyncio.timeout(_SETTLING):
                    await person.until()
            talked = person.state is State.HUNG_UP and not caller.called
            ended = "person" if talked and not self._back.is_set() else "back"
            caller.settle("end" if ended == "person" else "back")
            return ended
        except asyncio.CancelledError:  # the call is over for us, and not for them
            self._people.expected.drop(person)
            raise
        finally:
            asked.cancel()
            self._forget(caller)

    async def _give_back_when_asked(self, person: Person) -> None:
        await self._back.wait()
        try:
            await self._people.calls.hang_up(person.sid)
        except TwilioError as error:
            logger.warning("a person goes on talking, the call comes back after them: {}", error)

    async def _asked(self, visit: Visit, what: asyncio.Event, seconds: float) -> bool:
        """Whether Twilio asked what comes next for a caller who is there; else they are sent on."""
        for again in (True, False):
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await what.wait()
                return visit.there
            if again:
                visit.called = True
                try:
                    await self._people.calls.send_on(self._call, self._people.address("/after"))
                except TwilioError:  # it says so of a call that is over
                    return False
        return False

    async def _apart(self, person: Person, caller: Visit, ended: str) -> None:
        assert self._told is not None, "the call has begun"
        await self._people.let_go(person)
        if ended == "caller":
            self._connection.gone("caller hung up")
        elif ended == "person" or await self._with_the_agent():
            self._told.left(back=ended == "back")

    def _forget(self, visit: Visit) -> None:
        visit.settle("end")
        self._visit = self._person = None


async def _first(*waits: Coroutine[Any, Any, object]) -> None:
    """Until one of them is done."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
