"""How a caller is connected: what a call needs to know of its line, whatever line that is."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from pipecat.transports.base_transport import BaseTransport

from pipelines.asr.engine import Band


class Connection(Protocol):
    """An open line, before its call has begun."""

    channel: str  # "web", "telephone"
    band: Band
    agent_rate: int  # Hz of what the agent says
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

    async def close(self, code: int, reason: str) -> None:
        """End the line now, with a reason that the other end may show (RFC 6455, 7.4.1)."""
        ...

    @property
    def stalled(self) -> bool:
        """Whether the other end stopped taking what is sent."""
        ...
