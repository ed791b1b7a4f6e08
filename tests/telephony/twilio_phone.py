"""A telephone at Twilio: webhook, stream and TwiML of one call, as Twilio publishes them.

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
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import websockets

from agent.actions import Action
from agent.events import Event
from pipelines.telephony.g711 import from_mulaw, to_mulaw
from pipelines.telephony.twilio_signature import signature
from tests.pipelines.phone import Server, eventually

PUBLIC = "https://voice.example.org"
STREAM = "wss://voice.example.org/telephony/twilio/stream"
ACCOUNT, TOKEN = "AC" + "0" * 32, "an-auth-token-of-a-test-account"
SETTINGS: Mapping[str, Any] = {
    "bridges": ("twilio",),
    "public_url": PUBLIC,
    "twilio_account_sid": ACCOUNT,
    "twilio_auth_token": TOKEN,
    "twilio_fallback": "+221338001234",
}
STEP = 160  # bytes of mu-law: 20 ms
_SILENCE = b"\xff" * STEP


async def ask(
    server: Server, path: str, form: Mapping[str, str], *, given: str | None = None
) -> httpx.Response:
    """A webhook, signed unless `given` is the signature."""
    url = f"{PUBLIC}/telephony/twilio{path}"
    sign = signature(TOKEN, url, list(form.items())) if given is None else given
    async with httpx.AsyncClient() as client:
        return await client.post(
            f"http://127.0.0.1:{server.port}/telephony/twilio{path}",
            data=dict(form),
            headers={"X-Twilio-Signature": sign},
        )


def upgrade(server: Server, sign: str | None = None) -> websockets.connect:
    """The stream's WebSocket; `sign` is the signature, "" none, None the right one."""
    sign = signature(TOKEN, STREAM) if sign is None else sign
    return websockets.connect(
        f"ws://127.0.0.1:{server.port}/telephony/twilio/stream",
        additional_headers={"X-Twilio-Signature": sign} if sign else {},
        compression=None,
        ping_interval=None,
    )


class Phone:
    """One call. `late` is how many seconds its network plays behind what it is sent."""

    def __init__(self, server: Server, late: float = 0.0) -> None:
        self.server = server
        self.sid = "CA" + secrets.token_hex(16)
        self.stream = "MZ" + secrets.token_hex(16)
        self.form = {
            "CallSid": self.sid,
            "AccountSid": ACCOUNT,
            "From": "anonymous",
            "To": "+221338000000",
            "CallStatus": "ringing",
            "Direction": "inbound",
        }
        self.twiml: list[ET.Element] = []  # all that it was told to do
        self.heard = bytearray()  # PCM, 8 kHz, without the silence between utterances
        self.bursts: list[int] = []  # how many bytes of each stretch of sound were played
        self.dropped: list[int] = []  # bytes in the queue at each `clear`
        self.cut = 0.0  # s of sound that were played of the stretch that a `clear` cut short
        self.returned: list[str] = []  # marks, in the order of their return
        self.errors: list[str] = []
        self.ended = asyncio.Event()  # the stream is closed
        self._late = late
        self._queue: deque[bytes | str] = deque()
        self._begin = 0.0  # when the queue may be played
        self._quiet = 100  # steps without sound
        self._uplink = bytearray()
        self._numbers = {"sequence": 0, "chunk": 0}
        self._line: websockets.ClientConnection | None = None

    # The call

    async def ring(self) -> ET.Element:
        """The webhook's answer."""
        return await self._do(await ask(self.server, "", self.form))

    async def _do(self, answer: httpx.Response) -> ET.Element:
        assert answer.status_code == 200, answer
        self.twiml.append(ET.fromstring(answer.text))
        return self.twiml[-1]

    @asynccontextmanager
    async def calling(self) -> AsyncIterator["Phone"]:
        """The whole call: ring, stream, and what comes after."""
        response = await self.ring()
        stream = response.find("Connect/Stream")
        assert stream is not None, ET.tostring(response)
        assert stream.get("url") == STREAM
        parameters = {p.get("name"): p.get("value") for p in stream.iter("Parameter")}
        async with upgrade(self.server) as self._line:
            await self.send({"event": "connected", "protocol": "Call", "version": "1.0.0"})
            await self.send(self.start(parameters))
            tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._run())]
            try:
                yield self
            finally:
                await self.hang_up()
                await asyncio.wait(tasks)
        for task in tasks:
            task.result()

    def start(self, parameters: Mapping[Any, Any]) -> dict[str, Any]:
        """The stream's first message."""
        return {
            "event": "start",
            "start": {
                "streamSid": self.stream,
                "accountSid": ACCOUNT,
                "callSid": self.sid,
                "tracks": ["inbound"],
                "customParameters": dict(parameters),
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            },
        }

    async def after(self) -> ET.Element:
        """The server closed the stream: Twilio goes on to <Redirect>."""
        await asyncio.wait_for(self.ended.wait(), 20)
        redirect = self.twiml[0].find("Redirect")
        assert redirect is not None
        assert redirect.text == f"{PUBLIC}/telephony/twilio/after"
        return await self._do(
            await ask(self.server, "/after", {**self.form, "CallStatus": "in-progress"})
        )

    async def updated(self, twiml: str) -> None:
        """The call is given other TwiML by the REST interface: it leaves the stream."""
        self.twiml.append(ET.fromstring(twiml))
        await self.hang_up()

    async def dialled(self, status: str) -> ET.Element:
        """Who was dialled has answered, or not: Twilio goes on to the action of <Dial>."""
        action = self.twiml[-1].find("Dial").get("action")  # type: ignore[union-attr]
        assert action == f"{PUBLIC}/telephony/twilio/after"
        form = {**self.form, "CallStatus": "in-progress", "DialCallStatus": status}
        return await self._do(await ask(self.server, "/after", form))

    async def hang_up(self) -> None:
        """The caller does."""
        if self._line is not None and not self.ended.is_set():
            await self.send({"event": "stop", "stop": {"accountSid": ACCOUNT, "callSid": self.sid}})
            await self._line.close()

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

    # What the server wrote down of the call

    def log(self) -> list[Event | Action]:
        """The log of the newest call."""
        folders = sorted(
            self.server.house.settings.calls.glob("[0-9]*"), key=lambda p: p.stat().st_ctime
        )
        return self.server.log(folders[-1].name) if folders else []

    async def until(self, wanted: Callable[[Event | Action], bool]) -> Event | Action:
        """The first entry of the log that fits."""
        await eventually(lambda: any(map(wanted, self.log())))
        return next(filter(wanted, self.log()))
