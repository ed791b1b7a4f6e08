"""A telephone at Vonage: answer webhook, WebSocket and event webhook of one call, as published.

What it is sent is queued and played in real time, 20 ms at a time, 640 bytes a message and no
other. `notify` comes back when all sound before it has been played; `clear` empties the queue and
is confirmed. The NCCO is gone through, and what the synchronous event's answer puts in its place.
"""

import asyncio
import hashlib
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import jwt
import websockets

from agent.actions import Action
from agent.events import Event
from tests.pipelines.lines.telephony.player import STEP, Player
from tests.pipelines.server import PATIENCE, Server, eventually

PUBLIC = "https://voice.example.org"
SECRET = "the signature secret of a test account of ours, as long as HS512 wants it"
APPLICATION = "78d335fa-323d-0114-9c3d-d6f0d48968cf"
FALLBACK = "sip:desk@pbx.example.org"
SETTINGS: Mapping[str, Any] = {
    "bridges": ("vonage",),
    "public_url": PUBLIC,
    "vonage_signature_secret": SECRET,
    "vonage_application_id": APPLICATION,
    "vonage_fallback": FALLBACK,
}
FRAME = 640  # bytes of 20 ms at 16 kHz
Ncco = list[dict[str, Any]]


def claims(body: bytes | None = None, **other: Any) -> dict[str, Any]:
    """As Vonage's page on webhooks shows them."""
    now = int(time.time())
    found: dict[str, Any] = {
        "iat": now,
        "jti": str(uuid.uuid4()),
        "iss": "Vonage",
        "api_key": "a1b2c3d",
        "application_id": APPLICATION,
    }
    if body is not None:
        found["payload_hash"] = hashlib.sha256(body).hexdigest()
    return found | other


def bearer(claimed: Mapping[str, Any], secret: str = SECRET, algorithm: str = "HS256") -> str:
    return "Bearer " + jwt.encode(dict(claimed), secret, algorithm=algorithm)


async def post(
    server: Server, path: str, body: Mapping[str, Any] | bytes, *, given: str | None = None
) -> httpx.Response:
    """A webhook, signed unless `given` is its Authorization."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    header = bearer(claims(data)) if given is None else given
    async with httpx.AsyncClient(verify=False, timeout=PATIENCE) as client:
        return await client.post(
            f"http://127.0.0.1:{server.port}/telephony/vonage{path}",
            content=data,
            headers={"Content-Type": "application/json", "Authorization": header},
        )


def upgrade(server: Server, token: str, given: str | None = None) -> websockets.connect:
    """The WebSocket; `given` is its Authorization, "" none, None the right one."""
    header = bearer(claims()) if given is None else given
    return websockets.connect(
        f"ws://127.0.0.1:{server.port}/telephony/vonage/stream/{token}",
        additional_headers={"Authorization": header} if header else {},
        compression=None,
        ping_interval=None,
        open_timeout=PATIENCE,
    )


async def tried(server: Server, token: str, given: str | None = None) -> int:
    """The status of an upgrade; 101 where it was accepted."""
    try:
        async with upgrade(server, token, given):
            return 101
    except websockets.InvalidStatus as error:
        return error.response.status_code


class Phone:
    """One call."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.uuid = str(uuid.uuid4())
        self.leg = str(uuid.uuid4())  # the WebSocket's
        self.answer = {
            "from": "221770009988",
            "to": "221338000000",
            "uuid": self.uuid,
            "conversation_uuid": f"CON-{uuid.uuid4()}",
        }
        self.player = Player(16_000)
        self.ncco: Ncco = []
        self.returned: list[str] = []  # notifies, in the order of their return
        self.errors: list[str] = []
        self.ended = asyncio.Event()
        self._uplink = bytearray()
        self._line: websockets.ClientConnection | None = None

    async def ring(self) -> Ncco:
        """The answer webhook's NCCO."""
        answer = await post(self.server, "", self.answer)
        assert answer.status_code == 200, answer
        self.ncco = answer.json()
        return self.ncco

    @property
    def endpoint(self) -> dict[str, Any]:
        return dict(self.ncco[0]["endpoint"][0])

    @property
    def token(self) -> str:
        return str(self.endpoint["uri"]).rsplit("/", 1)[1]

    @asynccontextmanager
    async def calling(self) -> AsyncIterator["Phone"]:
        """Ring, and the WebSocket."""
        await self.ring()
        endpoint = self.endpoint
        assert endpoint["type"] == "websocket"
        assert endpoint["uri"] == f"wss://voice.example.org/telephony/vonage/stream/{self.token}"
        assert endpoint["authorization"] == {"type": "vonage"}
        assert len(json.dumps(endpoint["headers"])) <= 512
        async with upgrade(self.server, self.token) as self._line:
            await self.send(
                {
                    "event": "websocket:connected",
                    "content-type": endpoint["content-type"],
                    **endpoint["headers"],
                }
            )
            tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._run())]
            try:
                yield self
            finally:
                await self._line.close()
                await asyncio.wait(tasks)
        for task in tasks:
            task.result()

    async def after(self) -> Ncco:
        """The server closed the WebSocket: what the call goes on with."""
        await eventually(self.ended.is_set)
        connect = self.ncco[0]
        assert connect["eventType"] == "synchronous"
        path = connect["eventUrl"][0].removeprefix(f"{PUBLIC}/telephony/vonage")
        answer = await post(
            self.server,
            path,
            {
                "from": self.answer["from"],
                "to": self.endpoint["uri"],
                "uuid": self.leg,
                "conversation_uuid": self.answer["conversation_uuid"],
                "status": "disconnected",
                "timestamp": "2026-11-30T12:00:00.000Z",
                "headers": self.endpoint["headers"],
            },
        )
        assert answer.status_code in (200, 204)
        return answer.json() if answer.content else self.ncco[1:]

    async def send(self, message: Mapping[str, Any] | bytes) -> None:
        assert self._line is not None
        with suppress(websockets.ConnectionClosed):
            await self._line.send(message if isinstance(message, bytes) else json.dumps(message))

    def say(self, pcm: bytes) -> None:
        """Sound of 16 kHz."""
        self._uplink += pcm

    async def press(self, keys: str) -> None:
        for key in keys:
            await self.send({"event": "websocket:dtmf", "digit": key, "duration": 260})

    async def _run(self) -> None:
        began, step = time.monotonic(), 0
        while not self.ended.is_set():
            data = bytes(self._uplink[:FRAME]).ljust(FRAME, b"\0")
            del self._uplink[:FRAME]
            await self.send(data)
            for name in self.player.step():
                self.returned.append(name)
                await self.send({"event": "websocket:notify", "payload": {"name": name}})
            step += 1
            await asyncio.sleep(max(0.0, began + step * STEP - time.monotonic()))

    async def _listen(self) -> None:
        assert self._line is not None
        with suppress(websockets.ConnectionClosed):
            async for message in self._line:
                await self._take(message)
        self.ended.set()

    async def _take(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            if len(message) != FRAME:
                self.errors.append(f"{len(message)} bytes")
            self.player.put(message)
            return
        match json.loads(message):
            case {"action": "clear"}:
                self.player.clear()
                await self.send({"event": "websocket:cleared"})
            case {"action": "notify", "payload": {"name": str(name)}}:
                self.player.put(name)
            case _:
                self.errors.append(message[:80])

    def log(self) -> list[Event | Action]:
        return newest(self.server)

    async def until(self, wanted: Callable[[Event | Action], bool]) -> Event | Action:
        """The first entry of the log that fits."""
        await eventually(lambda: any(map(wanted, self.log())))
        return next(filter(wanted, self.log()))


def newest(server: Server) -> list[Event | Action]:
    """The log of the newest call."""
    folders = sorted(
        server.assistant.settings.calls.glob("[0-9]*"), key=lambda path: path.stat().st_ctime
    )
    return server.log(folders[-1].name) if folders else []
