"""A telephone's media stream at Twilio, as Twilio publishes it.

What it is sent is queued and played in real time, 20 ms at a time. A mark comes back when all sound
before it has been played; `clear` empties the queue and returns the marks in it at once. Whatever
Twilio would refuse (its error 31924) is kept in `errors`.
"""

import asyncio
import base64
import json
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import websockets

from pipelines.lines.telephony.g711 import from_mulaw, to_mulaw
from pipelines.lines.telephony.twilio.signature import signature
from tests.pipelines.server import PATIENCE, Server

PUBLIC = "https://voice.example.org"
STREAM = "wss://voice.example.org/telephony/twilio/stream/"  # and the token
ACCOUNT, TOKEN = "AC" + "0" * 32, "an-auth-token-of-a-test-account"
STEP = 160  # bytes of mu-law: 20 ms


def upgrade(server: Server, token: str, sign: str | None = None) -> websockets.connect:
    """A stream's WebSocket; `sign` is the signature, "" none, None the right one."""
    sign = signature(TOKEN, STREAM + token) if sign is None else sign
    return websockets.connect(
        f"ws://127.0.0.1:{server.port}/telephony/twilio/stream/{token}",
        additional_headers={"X-Twilio-Signature": sign} if sign else {},
        compression=None,
        ping_interval=None,
        open_timeout=PATIENCE,
    )


class Stream:
    """One call's, one at a time. `late` is how many seconds it plays behind what it is sent."""

    def __init__(self, server: Server, late: float = 0.0) -> None:
        self.server = server
        self.sid = "CA" + secrets.token_hex(16)
        self.heard = bytearray()  # PCM, 8 kHz, without the silence between utterances
        self.bursts: list[int] = []  # how many bytes of each stretch of sound were played
        self.dropped: list[int] = []  # bytes in the queue at each `clear`
        self.cut = 0.0  # s of sound that were played of the stretch that a `clear` cut short
        self.returned: list[str] = []  # marks, in the order of their return
        self.errors: list[str] = []
        self.hung_up = False  # the caller ended it
        self._late = late
        self._uplink = bytearray()
        self._fresh()

    def _fresh(self) -> None:
        self.stream = "MZ" + secrets.token_hex(16)
        self.ended = asyncio.Event()  # the stream is closed
        self._queue: deque[bytes | str] = deque()
        self._begin = 0.0  # when the queue may be played
        self._quiet = 100  # steps without sound
        self._numbers = {"sequence": 0, "chunk": 0}
        self._line: websockets.ClientConnection | None = None

    @asynccontextmanager
    async def streaming(self, url: str) -> AsyncIterator[None]:
        """A stream to that address, until it or the body ends."""
        assert url.startswith(STREAM)
        self._fresh()
        async with upgrade(self.server, url.removeprefix(STREAM)) as self._line:
            await self.send({"event": "connected", "protocol": "Call", "version": "1.0.0"})
            await self.send(self.start())
            tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._run())]
            try:
                yield
            finally:
                await self.stop()
                await asyncio.wait(tasks)
        for task in tasks:
            task.result()

    def start(self) -> dict[str, Any]:
        """The stream's first message."""
        return {
            "event": "start",
            "start": {
                "streamSid": self.stream,
                "accountSid": ACCOUNT,
                "callSid": self.sid,
                "tracks": ["inbound"],
                "customParameters": {},
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            },
        }

    async def stop(self) -> None:
        """The call leaves the stream."""
        if self._line is not None and not self.ended.is_set():
            await self.send({"event": "stop", "stop": {"accountSid": ACCOUNT, "callSid": self.sid}})
            await self._line.close()

    async def hang_up(self) -> None:
        """The caller does."""
        self.hung_up = True
        await self.stop()

    async def send(self, message: Mapping[str, Any] | str | bytes) -> None:
        """A message, numbered; text and bytes go as they are."""
        if isinstance(message, Mapping):
            more: dict[str, Any] = {}
            if message["event"] != "connected":
                self._numbers["sequence"] += 1
                more = {"sequenceNumber": str(self._numbers["sequence"]), "streamSid": self.stream}
            message = json.dumps({**message, **more})
        assert self._line is not None
        with suppress(websockets.ConnectionClosed):
            await self._line.send(message)

    @property
    def waiting(self) -> int:
        """Bytes that are not played yet."""
        return sum(len(each) for each in self._queue if isinstance(each, bytes))

    # The caller

    def say(self, pcm: bytes) -> None:
        """Sound of 8 kHz."""
        self._uplink += to_mulaw(pcm)

    async def press(self, keys: str) -> None:
        for key in keys:
            await self.send({"event": "dtmf", "dtmf": {"track": "inbound_track", "digit": key}})

    def media(self, data: bytes) -> dict[str, Any]:
        """The next piece of the caller's sound."""
        self._numbers["chunk"] += 1
        chunk = self._numbers["chunk"]
        return {
            "event": "media",
            "media": {
                "track": "inbound",
                "chunk": str(chunk),
                "timestamp": str(chunk * 20),
                "payload": base64.b64encode(data).decode(),
            },
        }

    # The network

    async def _run(self) -> None:
        began, step = time.monotonic(), 0
        while not self.ended.is_set():
            data = bytes(self._uplink[:STEP]).ljust(STEP, b"\xff")
            del self._uplink[:STEP]
            await self.send(self.media(data))
            await self._play()
            step += 1
            await asyncio.sleep(max(0.0, began + step * 0.02 - time.monotonic()))

    async def _play(self) -> None:
        if time.monotonic() < self._begin:
            return
        room = STEP
        while self._queue and room:
            first = self._queue.popleft()
            if isinstance(first, str):
                await self._return(first)
                continue
            now, rest = first[:room], first[room:]
            if rest:
                self._queue.appendleft(rest)
            room -= len(now)
            self._hear(now)
        while self._queue and isinstance(self._queue[0], str):
            await self._return(str(self._queue.popleft()))
        self._quiet = self._quiet + 1 if room == STEP else 0

    def _hear(self, data: bytes) -> None:
        if self._quiet > 10:  # 0.2 s: another stretch of sound
            self.bursts.append(0)
        self._quiet = 0
        self.bursts[-1] += len(data)
        self.heard += from_mulaw(data)

    async def _return(self, name: str) -> None:
        self.returned.append(name)
        await self.send({"event": "mark", "mark": {"name": name}})

    async def _listen(self) -> None:
        assert self._line is not None
        try:
            async for message in self._line:
                await self._take(message)
        except websockets.ConnectionClosed:
            pass
        self.ended.set()

    async def _take(self, text: str | bytes) -> None:
        try:
            message = json.loads(text) if isinstance(text, str) else {}
            assert message["streamSid"] == self.stream
            match message["event"]:
                case "media":
                    data = base64.b64decode(message["media"]["payload"], validate=True)
                    assert data
                    if self._quiet > 10 and not self._queue:
                        self._begin = time.monotonic() + self._late
                    self._queue.append(data)
                case "mark":
                    self._queue.append(str(message["mark"]["name"]))
                case "clear":
                    await self._clear()
                case other:
                    self.errors.append(f"31924: {other}")
        except (AssertionError, KeyError, ValueError) as error:
            self.errors.append(f"31924: {error!r}: {text[:80]!r}")

    async def _clear(self) -> None:
        waiting, self._queue = list(self._queue), deque()
        self.cut = self.bursts[-1] / 8_000 if self._quiet <= 10 else 0.0
        self.dropped.append(sum(len(each) for each in waiting if isinstance(each, bytes)))
        for each in waiting:
            if isinstance(each, str):
                await self._return(each)
