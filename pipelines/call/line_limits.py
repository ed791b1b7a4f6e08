"""What one line may not do: send rubbish, send audio faster than time, go on for ever."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

from pipelines.call.connection import Connection
from pipelines.call.rate_limit import RateLimit
from pipelines.settings import Settings

_POLICY_VIOLATION = 1008  # RFC 6455, 7.4.1
_GOING_AWAY = 1001


class LineLimits:
    """One call's. Past a limit the line is closed, and `cancel(reason)` ends the call."""

    def __init__(
        self,
        connection: Connection,
        settings: Settings,
        counters: Counter[str],
        cancel: Callable[[str], Awaitable[None]],
    ) -> None:
        self._connection = connection
        self._counters = counters
        self._cancel = cancel
        self._longest = settings.max_call_seconds
        self._bad = RateLimit(settings.max_bad_messages, settings.bad_messages_seconds)
        self._closing: asyncio.Task[None] | None = None

    def bad_message(self) -> None:
        """A message came that is not one of the line's protocol."""
        self._counters["bad_messages"] += 1
        if self._bad.exceeded():
            self._close(
                "bad_messages",
                _POLICY_VIOLATION,
                "too many messages that are not pipecat frames with audio or RTVI",
            )

    def flooded(self) -> None:
        """Audio came faster than real time, and for long."""
        self._close("flooded", _POLICY_VIOLATION, "audio came faster than real time")

    async def end_in_time(self) -> None:
        """End a call that goes on for too long."""
        await asyncio.sleep(self._longest)
        self._close("too_long", _GOING_AWAY, f"calls end after {self._longest:.0f} s")

    async def closed(self) -> None:
        """Wait until a line that is being closed is."""
        if self._closing:
            await self._closing

    def _close(self, counter: str, code: int, reason: str) -> None:
        """Close with a reason that the client can show."""
        if self._closing is None:
            self._counters[f"closed.{counter}"] += 1
            self._closing = asyncio.create_task(self._close_now(code, reason))

    async def _close_now(self, code: int, reason: str) -> None:
        await self._connection.close(code, reason)
        await self._cancel(reason)
