"""A line to the web page, or to any pipecat client: RTVI over a WebSocket."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from fastapi import WebSocket
from pipecat.frames.frames import InputAudioRawFrame
from pipecat.transports.websocket.fastapi import (
    FastAPIWebsocketInputTransport,
    FastAPIWebsocketParams,
    FastAPIWebsocketTransport,
)

from pipelines.audio import AGENT_RATE
from pipelines.call.connection import Transfers
from pipelines.engines.asr.engine import Band
from pipelines.lines.web.serializer import GuardedSerializer

_CLOSING = 1.0  # s for the reason to be sent


class _Input(FastAPIWebsocketInputTransport):
    """Without the queue that pipecat keeps to notice that no audio comes: a call notices itself."""

    async def push_audio_frame(self, frame: InputAudioRawFrame) -> None:
        """See pipecat."""
        await self.push_frame(frame)


class _Transport(FastAPIWebsocketTransport):
    def __init__(self, websocket: WebSocket, params: FastAPIWebsocketParams) -> None:
        super().__init__(websocket, params)
        self._input = _Input(self, self._client, params)


class WebConnection:
    """See connection.py. `stalled_after` is how long, in seconds, a client may not read."""

    channel = "web"
    band: Band = "wide"
    agent_rate = AGENT_RATE
    rtvi = True
    echoes = True
    transfers: Transfers | None = None
    lag = 0.0  # the page plays what it gets
    serializer: type[GuardedSerializer] = GuardedSerializer

    def __init__(self, websocket: WebSocket, stalled_after: float) -> None:
        self._websocket = websocket
        self._stalled_after = stalled_after
        self._transport: FastAPIWebsocketTransport | None = None

    def open(
        self, on_bad: Callable[[], None], on_gone: Callable[[str], Awaitable[None]]
    ) -> FastAPIWebsocketTransport:
        """See connection.py."""
        transport = _Transport(
            self._websocket,
            FastAPIWebsocketParams(
                audio_in_enabled=True,
                audio_out_enabled=True,
                audio_out_10ms_chunks=4,
                audio_out_end_silence_secs=0,
                audio_out_auto_silence=False,
                audio_out_write_timeout_secs=self._stalled_after,
                serializer=self.serializer(on_bad),
            ),
        )

        @transport.event_handler("on_client_disconnected")
        async def on_client_disconnected(transport: object, websocket: object) -> None:
            await on_gone("line closed")

        self._transport = transport
        return transport

    def ending(self, queue: str) -> None:
        """See connection.py. There is nowhere to go from a web page."""

    async def close(self, code: int, reason: str) -> None:
        """See connection.py."""
        # It may be closed already, or its other end may not read the closing either.
        with contextlib.suppress(RuntimeError, TimeoutError):
            async with asyncio.timeout(_CLOSING):
                await self._websocket.close(code, reason)

    @property
    def stalled(self) -> bool:
        """See connection.py."""
        return self._transport is not None and not self._transport.output().is_usable
