"""What carries a bridge's messages: a WebSocket, or a TCP connection."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from pipelines.lines.telephony.leg import Bad, Codec, LegEvent, Stop

_CHUNK = 16_384  # bytes read at once
_MOST_UNSENT = 64_000  # bytes: a PBX that stopped reading; 2 s of wide-band sound
_CLOSING = 1.0  # s for the other end to agree
_GONE = (WebSocketDisconnect, RuntimeError, OSError)  # starlette raises all three


class _Leg(ABC):
    """Events can be looked at before the call begins; none is lost."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec
        self.done = asyncio.Event()  # closed
        self._waiting: list[LegEvent] = []

    async def until(self, *kinds: type, patience: float) -> LegEvent | None:
        """The first event of one of these kinds; None where it does not come in `patience` s."""
        wanted = (*kinds, Stop)
        try:
            async with asyncio.timeout(patience):
                while True:
                    for event in self._waiting:
                        if isinstance(event, wanted):
                            return event
                    self._waiting += await self._read()
        except TimeoutError:
            return None

    async def events(self) -> AsyncIterator[LegEvent]:
        """See leg.Leg."""
        while True:
            found, self._waiting = self._waiting, []
            for event in found:
                yield event
                if isinstance(event, Stop):
                    return
            self._waiting += await self._read()

    @abstractmethod
    async def _read(self) -> list[LegEvent]:
        """What comes next; `Stop` at the end. Cancelled without loss."""

    async def close(self) -> None:
        """See leg.Leg."""
        if not self.done.is_set():
            self.done.set()
            try:
                async with asyncio.timeout(_CLOSING):
                    await self._close()
            except (*_GONE, TimeoutError):
                return

    @abstractmethod
    async def _close(self) -> None: ...


class WebSocketLeg(_Leg):
    """A leg on an accepted WebSocket. Messages over `longest` bytes are not looked at."""

    def __init__(self, websocket: WebSocket, codec: Codec, *, longest: int) -> None:
        super().__init__(codec)
        self._websocket = websocket
        self._longest = longest

    async def _read(self) -> list[LegEvent]:
        try:
            message = await self._websocket.receive()
        except _GONE:
            return [Stop("line closed")]
        if message["type"] == "websocket.disconnect":
            return [Stop("line closed")]
        data = message.get("bytes")
        data = message.get("text") if data is None else data
        if data is None or len(data) > self._longest:
            return [Bad("oversized")]
        return self.codec.decode(data)

    async def send(self, message: str | bytes) -> None:
        """See leg.Leg."""
        if self._websocket.application_state is not WebSocketState.CONNECTED:
            return
        try:
            if isinstance(message, bytes):
                await self._websocket.send_bytes(message)
            else:
                await self._websocket.send_text(message)
        except _GONE:
            return

    async def _close(self) -> None:
        if self._websocket.application_state is WebSocketState.CONNECTED:
            await self._websocket.close()


class StreamLeg(_Leg):
    """A leg on a TCP connection."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, codec: Codec
    ) -> None:
        super().__init__(codec)
        self._reader = reader
        self._writer = writer

    async def _read(self) -> list[LegEvent]:
        try:
            data = await self._reader.read(_CHUNK)
        except OSError:
            data = b""
        return self.codec.decode(data) if data else [Stop("line closed")]

    async def send(self, message: str | bytes) -> None:
        """See leg.Leg. What a PBX does not read in time is lost."""
        assert isinstance(message, bytes), "streams carry bytes"
        transport = self._writer.transport
        if not transport.is_closing() and transport.get_write_buffer_size() < _MOST_UNSENT:
            self._writer.write(message)

    async def _close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()
