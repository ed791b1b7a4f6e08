"""A line to a telephone network, over a leg of any bridge."""

import asyncio
from collections.abc import Awaitable, Callable

from loguru import logger

from pipelines.call.connection import Transfers
from pipelines.engines.asr.engine import Band
from pipelines.lines.telephony.leg import Leg
from pipelines.lines.telephony.transport import TelephoneTransport

_GOING_AWAY = 1001  # RFC 6455, 7.4.1
_COMING_BACK = 5.0  # s for the dialplan to dial us again


class TelephoneConnection:
    """See call/connection.py. `band` is that of the caller's own codec; `set_next_step` takes
    what the PBX is to do with the caller once our leg ends: "end", "person" or "queue:<name>".
    """

    channel = "telephone"
    rtvi = False
    echoes = True
    stalled = False  # what a network does not read is dropped by its leg

    def __init__(self, leg: Leg, band: Band, set_next_step: Callable[[str], None]) -> None:
        self.band: Band = band
        self.agent_rate = leg.codec.rate
        self.transfers: Transfers | None = None
        self._set_next_step = set_next_step
        self._leg = leg
        self._transport: TelephoneTransport | None = None
        self._kept = False  # the call goes on without a leg: a person talks with the caller
        self._attached = asyncio.Event()
        self._attached.set()
        self._on_gone: Callable[[str], Awaitable[None]] | None = None
        self._going: asyncio.Future[None] | None = None
        self._closing: asyncio.Future[None] | None = None  # a leg that another took the place of

    def open(
        self, on_bad: Callable[[], None], on_gone: Callable[[str], Awaitable[None]]
    ) -> TelephoneTransport:
        """See pipelines/call/connection.py."""

        def bad(why: str) -> None:
            logger.debug("a telephone bridge sent what its protocol does not allow: {}", why)
            on_bad()

        self._on_gone = on_gone
        self._transport = TelephoneTransport(self.agent_rate, self._ended, bad)
        self._transport.attach(self._leg)
        return self._transport

    def gone(self, reason: str) -> None:
        """The caller hung up, and the call ends."""
        if self._on_gone is not None and self._going is None:
            self._going = asyncio.ensure_future(self._on_gone(reason))

    def over(self) -> None:
        """The call has ended or failed: whatever it left undone, nobody stays on a silent line."""
        self._going = asyncio.ensure_future(self.close(_GOING_AWAY, "the call is over"))

    def _ended(self, reason: str) -> None:
        if not self._kept:
            self.gone(reason)

    def ending(self, queue: str) -> None:
        """See pipelines/call/connection.py."""
        self._set_next_step(f"queue:{queue}" if queue else "end")

    async def let_go(self) -> None:
        """End the leg and not the call."""
        self._kept = True
        self._attached.clear()
        self._set_next_step("person")
        if self._transport is not None:
            await self._transport.drop()

    def attach(self, leg: Leg) -> None:
        """The caller comes on a new leg: back from a person, or because the network dialled again,
        which it may before the call has begun. A leg that is still there is closed.
        """
        self._kept = False
        if self._transport is None:
            before: Leg | None = self._leg
        else:
            before = self._transport.attach(leg)
        self._leg = leg
        self._attached.set()
        if before is not None and before is not leg:
            self._closing = asyncio.ensure_future(before.close())

    async def back(self) -> None:
        """Wait until the caller is back; no time at all where they were not let go.

        Raises:
            TimeoutError: they do not come.
        """
        async with asyncio.timeout(_COMING_BACK):
            await self._attached.wait()

    @property
    def lag(self) -> float:
        """See pipelines/call/connection.py."""
        pacer = self._transport.pacer if self._transport else None
        return pacer.lag if pacer else 0.0

    async def close(self, code: int, reason: str) -> None:
        """See pipelines/call/connection.py; telephone networks are not told why."""
        if self._transport is not None:
            await self._transport.drop()
        else:  # the call failed before it began
            await self._leg.close()
