"""One call's side of transfers: the dialogue's orders become ringing, its outcome events.

The dialogue asks for `Transfer` and `Withdraw`; what comes of it is told as `PersonJoined`,
`TransferFailed` and `PersonLeft`. How a network rings people is its own subclass's business.
"""

import asyncio
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar

from loguru import logger

from agent.actions import Transfer
from agent.policy import Policy
from pipelines.call.connection import TransferListener
from pipelines.errors import EngineError
from pipelines.lines.telephony.asterisk.people import NobodyError, Order
from pipelines.lines.telephony.connection import TelephoneConnection
from pipelines.lines.telephony.headers import headers


class Network(Protocol):
    """What all calls of a network share."""

    @property
    def policy(self) -> Policy:
        """Queues, and how long they are rung."""
        ...

    @property
    def accept_seconds(self) -> float:
        """For a person to accept a whispered call."""
        ...

    @property
    def waiting(self) -> Counter[str]:
        """For how many callers a queue is rung."""
        ...


class AcceptedPerson(Protocol):
    """Who accepted."""

    @property
    def endpoint(self) -> str:
        """Their number or address."""
        ...


PersonT = TypeVar("PersonT", bound=AcceptedPerson)
CallerT = TypeVar("CallerT")  # the caller, once they are with the person


class TelephoneTransfers(ABC, Generic[PersonT, CallerT]):
    """One call's; see connection.Transfers. `call` is its id in the network."""

    def __init__(self, network: Network, connection: TelephoneConnection, call: str) -> None:
        self._network = network
        self._connection = connection
        self._call = call
        self._told: TransferListener | None = None
        self._request = 0
        self._task: asyncio.Task[None] | None = None
        self._back = asyncio.Event()  # the desk gives the call back
        self._joined: PersonT | None = None

    @property
    @abstractmethod
    def possible(self) -> bool:
        """Whether people can be rung now."""

    def start(self, told: TransferListener) -> None:
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
            with self._in_line(order.queue):
                person = await self._reach(self._order(order))
            caller = await self._bring_in(person)
        except NobodyError as error:
            self._told.failed(order.request, str(error))
            return
        except (EngineError, TimeoutError) as error:
            logger.warning("a transfer failed: {}", error or type(error).__name__)
            if await self._ours():
                self._told.failed(order.request, "unreachable")
            else:
                self._connection.gone("caller hung up")
            return
        self._told.joined(order.request, person.endpoint)
        self._joined = person
        self._back.clear()
        ended = await self._together(person, caller)
        self._joined = None
        await self._apart(person, caller, ended)

    async def _ours(self) -> bool:
        """Whether the caller is on our line, after a while if they were let go."""
        try:
            await self._connection.back()
        except TimeoutError:
            return False
        return True

    @contextmanager
    def _in_line(self, queue: str) -> Iterator[None]:
        most, waiting = self._network.policy.queue(queue).max_waiting, self._network.waiting
        if most and waiting[queue] >= most:
            raise NobodyError("busy")
        waiting[queue] += 1
        try:
            yield
        finally:
            waiting[queue] -= 1

    def _order(self, order: Transfer) -> Order:
        queue = self._network.policy.queue(order.queue)
        return Order(
            call=self._call,
            endpoints=self._whom(order),
            sentences=order.whisper,
            language=order.language,
            caller=str(order.packet.get("caller") or "anonymous"),
            headers=headers(self._call, order.packet),
            ring_seconds=queue.ring_seconds,
            accept_seconds=self._network.accept_seconds,
        )

    @abstractmethod
    def _whom(self, order: Transfer) -> Sequence[str]:
        """Whom to ring, in turn."""

    @abstractmethod
    async def _reach(self, order: Order) -> PersonT:
        """Ring them until somebody accepts.

        Raises:
            NobodyError: nobody did. Cancelling stops the ringing.
        """

    @abstractmethod
    async def _bring_in(self, person: PersonT) -> CallerT:
        """The caller leaves the agent and joins the person.

        Raises:
            NobodyError, EngineError, TimeoutError: they did not; nobody is left in a silent line.
        """

    @abstractmethod
    async def _together(self, person: PersonT, caller: CallerT) -> str:
        """They talk; "back", "caller" or "person": who ended it, or that the call is given back."""

    @abstractmethod
    async def _apart(self, person: PersonT, caller: CallerT, ended: str) -> None:
        """Everybody goes on where they belong, and it is told."""
