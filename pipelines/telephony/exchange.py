"""One call's side of transfers: the dialogue's orders become ringing, its outcome events.

The dialogue asks for `Transfer` and `Withdraw`; what comes of it is told as `PersonJoined`,
`TransferFailed` and `PersonLeft`.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from loguru import logger

from agent.actions import Transfer
from agent.policy import Policy
from pipelines.connection import Told
from pipelines.telephony.ari import Ari, AriError
from pipelines.telephony.connection import TelephoneConnection
from pipelines.telephony.headers import headers
from pipelines.telephony.people import (
    NobodyError,
    Order,
    Person,
    bring_in,
    reach,
    until_apart,
)
from pipelines.telephony.whispers import Whispers


@dataclass(frozen=True, slots=True)
class Pbx:
    """What all calls of a PBX share."""

    ari: Ari
    whispers: Whispers
    policy: Policy
    accept_seconds: float
    record: bool
    desk_endpoint: str = "PJSIP/{person}"
    waiting: Counter[str] = field(default_factory=Counter)  # callers for whom a queue is rung

    async def about(self, call: str) -> dict[str, str]:
        """What the PBX knows of the caller whose dialplan talks to us under this call's id.

        {"from", "did"}, as far as it is known; {} where they are not found.
        """
        for channel in await self.ari.channels():
            if call in str(channel.get("dialplan", {}).get("app_data", "")):
                number = str(channel["id"])
                did = await self.ari.variable(number, "WAXTAAN_DID")
                return {"from": str(channel["caller"]["number"]), "did": did}
        return {}


class Exchange:
    """One call's. `call` is its id at the PBX."""

    def __init__(self, pbx: Pbx, connection: TelephoneConnection, call: str) -> None:
        self._pbx = pbx
        self._connection = connection
        self._call = call
        self._told: Told | None = None
        self._request = 0
        self._task: asyncio.Task[None] | None = None
        self._back = asyncio.Event()
        self._joined: Person | None = None
        self._times = 0

    @property
    def possible(self) -> bool:
        """Whether people can be rung now."""
        return self._pbx.ari.connected.is_set()

    def start(self, told: Told) -> None:
        """The call has begun."""
        self._told = told

    # The dialogue's orders

    def transfer(self, order: Transfer) -> None:
        """Ring people; the outcome is told."""
        self._stop()
        self._request = order.request
        self._task = asyncio.create_task(self._transfer(order))

    def withdraw(self, request: int) -> None:
        """Stop ringing."""
        if request == self._request and self._joined is None:
            self._stop()

    def give_back(self) -> bool:
        """The desk gives the call back to the agent; False where no person has it."""
        if self._joined is None:
            return False
        self._back.set()
        return True

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def close(self) -> None:
        """The call is over for us. Whom the caller talks with they go on talking with."""
        task, self._task = self._task, None
        if task is not None and task is not asyncio.current_task():
            task.cancel()
            await asyncio.wait([task])

    # What comes of them

    async def _transfer(self, order: Transfer) -> None:
        assert self._told is not None, "the call has begun"
        try:
            person = await self._reach(order)
            caller = await self._bring_in(person)
        except NobodyError as error:
            self._told.failed(order.request, str(error))
            return
        except (AriError, TimeoutError) as error:
            logger.warning("a transfer failed: {}", error or type(error).__name__)
            if await self._ours():
                self._told.failed(order.request, "unreachable")
            else:
                self._connection.gone("caller hung up")
            return
        self._told.joined(order.request, person.endpoint)
        await self._talk(person, caller)

    async def _reach(self, order: Transfer) -> Person:
        most = self._pbx.policy.queue(order.queue).max_waiting
        waiting = self._pbx.waiting
        if most and waiting[order.queue] >= most:
            raise NobodyError("busy")
        waiting[order.queue] += 1
        try:
            return await reach(self._pbx.ari, self._pbx.whispers, self._order(order))
        finally:
            waiting[order.queue] -= 1

    def _order(self, order: Transfer) -> Order:
        queue = self._pbx.policy.queue(order.queue)
        return Order(
            call=self._call,
            endpoints=self._endpoints(order.target) or queue.ring,
            sentences=order.whisper,
            language=order.language,
            caller=str(order.packet.get("caller") or "anonymous"),
            headers=headers(self._call, order.packet),
            ring_seconds=queue.ring_seconds,
            accept_seconds=self._pbx.accept_seconds,
        )

    def _endpoints(self, person: str) -> tuple[str, ...]:
        """Of somebody at the desk, who gave an extension and no dial string."""
        return (self._pbx.desk_endpoint.replace("{person}", person),) if person else ()

    async def _bring_in(self, person: Person) -> str:
        try:
            return await bring_in(self._pbx.ari, person, self._call, self._connection.let_go)
        except BaseException:
            await self._pbx.ari.hang_up(person.channel)
            await self._pbx.ari.dissolve(person.bridge)
            raise

    async def _ours(self) -> bool:
        """Whether the caller is on our line, after a while if they were let go."""
        try:
            await self._connection.back()
        except TimeoutError:
            return False
        return True

    async def _talk(self, person: Person, caller: str) -> None:
        assert self._told is not None, "the call has begun"
        ari = self._pbx.ari
        self._joined, self._times = person, self._times + 1
        self._back.clear()
        recording = f"waxtaan-{self._call}-{self._times}"
        if self._pbx.record:
            try:
                await ari.record(person.bridge, recording)
            except AriError as error:
                logger.warning("what is said with a person is not recorded: {}", error)
        ended = await until_apart(ari, person, caller, self._back)
        self._joined = None
        await ari.dissolve(person.bridge)
        await ari.hang_up(person.channel)
        there = ended != "caller" and await self._send_on(caller, ended)
        if self._pbx.record:
            try:
                self._told.keep(f"person-{self._times}.wav", await ari.recorded(recording))
            except AriError as error:
                logger.warning("what was said with a person was not fetched: {}", error)
        if there:
            self._told.left(back=ended == "back")
        else:
            self._connection.gone("caller hung up")

    async def _send_on(self, caller: str, ended: str) -> bool:
        """The caller's channel goes on in the dialplan; False where it is not there any more."""
        try:
            await self._pbx.ari.tell(caller, "WAXTAAN_NEXT", "back" if ended == "back" else "end")
            await self._pbx.ari.go_on(caller)
            if ended == "back":
                await self._connection.back()
        except (AriError, TimeoutError) as error:
            logger.warning("a caller was not given back: {}", error or type(error).__name__)
            return False
        return True
