"""How a caller is connected: what a call needs to know of its line, whatever line that is."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from pipecat.transports.base_transport import BaseTransport

from agent.actions import Transfer
from pipelines.engines.asr.engine import Band


class TransferListener(Protocol):
    """What a call does with what becomes of its transfers."""

    def joined(self, request: int, person: str) -> None:
        """A person talks with the caller."""
        ...

    def failed(self, request: int, reason: str) -> None:
        """Nobody took the call; `reason` as in `TransferFailed`."""
        ...

    def left(self, back: bool) -> None:
        """The person is gone; `back` if the agent is to go on."""
        ...

    def keep(self, name: str, data: bytes) -> None:
        """A file that belongs to the call's recording."""
        ...


class Transfers(Protocol):
    """What can bring a person into one call."""

    @property
    def possible(self) -> bool:
        """Whether people can be rung now."""
        ...

    def start(self, told: TransferListener) -> None:
        """The call has begun; outcomes go to `told`."""
        ...

    def transfer(self, order: Transfer) -> None:
        """Ring people; the outcome is told."""
        ...

    def withdraw(self, request: int) -> None:
        """Stop ringing."""
        ...

    def give_back(self) -> bool:
        """The agent is to go on; False where no person has the call."""
        ...

    async def close(self) -> None:
        """The call is over for the agent."""
        ...


class Connection(Protocol):
    """An open line, before its call has begun."""

    channel: str  # "web", "telephone"
    band: Band
    agent_rate: int  # Hz of what the agent says
    transfers: Transfers | None  # None where no person can be brought in
    echoes: bool  # whether our own voice may come back from the caller's loudspeaker
    rtvi: bool  # whether the other end speaks pipecat's client protocol, and says when it is ready

    def open(
        self, on_bad: Callable[[], None], on_gone: Callable[[str], Awaitable[None]]
    ) -> BaseTransport:
        """The pipeline's two ends.

        `on_bad()` is called for each message that is not one of the protocol's, `on_gone(reason)`
        when the line ended and the call with it.
        """
        ...

    @property
    def lag(self) -> float:
        """Seconds between sending a sound and its being played, as far as is known."""
        ...

    def ending(self, queue: str) -> None:
        """The agent will hang up; the caller is to go to the people of `queue`, or nowhere ("")."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """End the line now, with a reason that the other end may show (RFC 6455, 7.4.1)."""
        ...

    @property
    def stalled(self) -> bool:
        """Whether the other end stopped taking what is sent."""
        ...
