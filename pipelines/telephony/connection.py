"""A line to a telephone network, over a leg of any bridge."""

import asyncio
from collections.abc import Awaitable, Callable

from loguru import logger

from pipelines.asr.engine import Band
from pipelines.telephony.leg import Leg
from pipelines.telephony.transport import TelephoneTransport


class TelephoneConnection:
    """See pipelines/connection.py. `band` is that of the caller's own codec."""

    channel = "telephone"
    rtvi = False
    stalled = False  # what a network does not read is dropped by its leg

    def __init__(self, leg: Leg, band: Band) -> None:
        self.band: Band = band
        self.agent_rate = leg.codec.rate
        self._leg = leg
        self._transport: TelephoneTransport | None = None
        self._going: asyncio.Task[None] | None = None
        self.kept = False  # the call goes on without a leg: a person talks with the caller

    def open(
        self, on_bad: Callable[[], None], on_gone: Callable[[str], Awaitable[None]]
    ) -> TelephoneTransport:
        """See pipelines/connection.py."""

        async def go(reason: str) -> None:
            await on_gone(reason)

        def gone(reason: str) -> None:
            if not self.kept:
                self._going = asyncio.create_task(go(reason))

        def bad(why: str) -> None:
            logger.debug("a telephone bridge sent what its protocol does not allow: {}", why)
            on_bad()

        self._transport = TelephoneTransport(self.agent_rate, gone, bad)
        self._transport.attach(self._leg)
        return self._transport

    def attach(self, leg: Leg) -> None:
        """The caller is back with us, on a new leg."""
        assert self._transport is not None, "the call has begun"
        self.kept = False
        self._transport.attach(leg)

    @property
    def attached(self) -> bool:
        """Whether the caller hears us."""
        return self._transport is not None and self._transport.attached

    async def let_go(self) -> None:
        """End the leg and not the call."""
        self.kept = True
        if self._transport is not None:
            await self._transport.drop()

    @property
    def lag(self) -> float:
        """See pipelines/connection.py."""
        pacer = self._transport.pacer if self._transport else None
        return pacer.lag if pacer else 0.0

    async def close(self, code: int, reason: str) -> None:
        """See pipelines/connection.py; telephone networks are not told why."""
        if self._transport is not None:
            await self._transport.drop()
