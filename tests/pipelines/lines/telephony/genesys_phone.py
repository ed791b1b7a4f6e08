"""A caller at Genesys Cloud, and the Audio Connector between: one session, as published.

It is as strict as Genesys' reference client: numbers, session, states, what may be sent when. What
it is sent is queued and played in real time; it tells when playing began and when the queue is
empty; `barge_in` empties it. Of text and of binary messages it takes five a second each, and 25 at
once. It alone closes the session. What it would complain of is kept in `errors`.
"""

import asyncio
import base64
import json
import secrets
import time
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import websockets
from http_message_signatures import HTTPMessageSigner, algorithms
from http_message_signatures.resolvers import MappingKeyResolver

from agent.actions import Action
from agent.events import Event
from pipelines.lines.telephony.carriers.genesys_route import SIGNED
from pipelines.lines.telephony.g711 import from_mulaw, to_mulaw
from tests.pipelines.lines.telephony.player import STEP, Player
from tests.pipelines.lines.telephony.vonage_phone import newest
from tests.pipelines.server import PATIENCE, Server, eventually

PUBLIC = "https://voice.example.org"
TARGET = "/telephony/genesys/main?flow=front%20desk"
API_KEY = base64.b64encode(b"the API key of our tests").decode()
SECRET = base64.b64encode(b"the client secret of our tests, 32").decode()
ORGANIZATION = "d7934305-0972-4844-938e-9060eef73d05"
SETTINGS: Mapping[str, Any] = {
    "bridges": ("genesys",),
    "public_url": PUBLIC,
    "genesys_api_key": API_KEY,
    "genesys_client_secret": SECRET,
}
FRAME = 160  # bytes of mu-law: 20 ms
OFFERED = [
    {"type": "audio", "format": "PCMU", "channels": ["external"], "rate": 8000},
    {"type": "audio", "format": "L16", "channels": ["external"], "rate": 8000},
]


def headers(session: str, organization: str = ORGANIZATION) -> dict[str, str]:
    return {
        "audiohook-organization-id": organization,
        "audiohook-correlation-id": str(uuid.uuid4()),
        "audiohook-session-id": session,
        "x-api-key": API_KEY,
    }


def sign(
    given: Mapping[str, str],
    *,
    target: str = TARGET,
    public: str = PUBLIC,
    secret: str = SECRET,
    key: str = API_KEY,
    age: float = 0.0,
    nonce: str | None = None,
    covered: tuple[str, ...] = SIGNED,
) -> dict[str, str]:
    """The headers, signed as Genesys does."""
    found = dict(given)
    created = datetime.now(UTC) - timedelta(seconds=age)
    signer = HTTPMessageSigner(
        signature_algorithm=algorithms.HMAC_SHA256,
        key_resolver=MappingKeyResolver(
            public_keys={}, private_keys={key: base64.b64decode(secret)}
        ),
    )
    signer.sign(
        SimpleNamespace(method="GET", url=public + target, headers=found),
        key_id=key,
        created=created,
        expires=created + timedelta(seconds=30),
        nonce=secrets.token_urlsafe(18) if nonce is None else nonce,
        label="sig1",
        covered_component_ids=covered,
    )
    return found


def upgrade(server: Server, given: Mapping[str, str], target: str = TARGET) -> websockets.connect:
    return websockets.connect(
        f"ws://127.0.0.1:{server.port}{target}",
        additional_headers=given,
        compression=None,
        ping_interval=None,
        open_timeout=PATIENCE,
    )


async def tried(server: Server, given: Mapping[str, str], target: str = TARGET) -> int:
    """The status of an upgrade; 101 where it was accepted."""
    try:
        async with upgrade(server, given, target):
            return 101
    except websockets.InvalidStatus as error:
        return error.response.status_code


class Bucket:
    """Five a second, 25 at once."""

    def __init__(self) -> None:
        self._left, self._at = 25.0, time.monotonic()

    def take(self) -> bool:
        now = time.monotonic()
        self._left = min(25.0, self._left + (now - self._at) * 5)
        self._at = now
        self._left -= 1
        return self._left >= 0


class Phone:
    """One session."""

    def __init__(self, server: Server, **parameters: Any) -> None:
        self.server = server
        self.session = str(uuid.uuid4())
        self.parameters: dict[str, Any] = {
            "organizationId": ORGANIZATION,
            "conversationId": str(uuid.uuid4()),
            "participant": {
                "id": str(uuid.uuid4()),
                "ani": "tel:+221770009988",
                "aniName": "",
                "dnis": "tel:+221338000000",
            },
            "media": OFFERED,
            "language": "en-US",
            "inputVariables": {},
        } | parameters
        self.player = Player(8_000)
        self.opened: dict[str, Any] = {}
        self.outcome: dict[str, Any] = {}  # the disconnect's parameters
        self.kinds: list[str] = []  # of what it was sent
        self.errors: list[str] = []
        self.pongs = 0
        self.ended = asyncio.Event()
        self.closed = False  # the server agreed to it
        self._numbers = {"seq": 0, "serverseq": 0}
        self._pinged: list[int] = []
        self._closing = False
        self._played = 0  # steps, for `position`
        self._limits = {str: Bucket(), bytes: Bucket()}
        self._uplink = bytearray()
        self._line: websockets.ClientConnection | None = None

    @asynccontextmanager
    async def calling(self) -> AsyncIterator["Phone"]:
        given = sign(headers(self.session))
        async with upgrade(self.server, given) as self._line:
            await self.send("open", **self.parameters)
            tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._run())]
            try:
                yield self
            finally:
                await self.hang_up()
                await asyncio.wait(tasks)
        for task in tasks:
            task.result()

    async def hang_up(self, reason: str = "end") -> None:
        """The caller does, or we were asked to."""
        if not self._closing:
            self._closing = True
            await self.send("close", reason=reason)
        with suppress(TimeoutError):
            await eventually(self.ended.is_set)

    async def send(self, kind: str, **parameters: Any) -> None:
        self._numbers["seq"] += 1
        if kind == "ping":
            self._pinged.append(self._numbers["seq"])
        await self.raw(
            json.dumps(
                {
                    "version": "2",
                    "id": self.session,
                    "type": kind,
                    **self._numbers,
                    "position": f"PT{self._played * STEP:.2f}S",
                    "parameters": parameters,
                }
            )
        )

    async def raw(self, message: str | bytes) -> None:
        assert self._line is not None
        with suppress(websockets.ConnectionClosed):
            await self._line.send(message)

    def say(self, pcm: bytes) -> None:
        """Sound of 8 kHz."""
        self._uplink += to_mulaw(pcm)

    async def press(self, keys: str) -> None:
        for key in keys:
            await self.send("dtmf", digit=key)

    async def _run(self) -> None:
        await eventually(lambda: bool(self.opened) or self.ended.is_set())
        began, step, playing = time.monotonic(), 0, False
        while not self._closing and not self.ended.is_set():
            data = bytes(self._uplink[:FRAME]).ljust(FRAME, b"\xff")
            del self._uplink[:FRAME]
            await self.raw(data)
            self._played += 1
            self.player.step()
            if self.player.playing != playing:
                playing = self.player.playing
                await self.send("playback_started" if playing else "playback_completed")
            if step % 100 == 50:  # every 2 s; the reference client does every 5
                await self.send("ping", rtt="PT0.1S")
            step += 1
            await asyncio.sleep(max(0.0, began + step * STEP - time.monotonic()))

    async def _listen(self) -> None:
        assert self._line is not None
        with suppress(websockets.ConnectionClosed):
            async for message in self._line:
                if not self._limits[type(message)].take():
                    self.errors.append("429")
                await self._take(message)
        self.ended.set()

    async def _take(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            if not self.opened or self.closed or not message:
                self.errors.append("sound when there should be none")
            self.player.put(from_mulaw(message))
            return
        data = json.loads(message)
        self._numbers["serverseq"] += 1
        right = (
            data["version"] == "2"
            and data["id"] == self.session
            and data["seq"] == self._numbers["serverseq"]
            and 0 < data["clientseq"] <= self._numbers["seq"]
        )
        if not right:
            self.errors.append(f"409: {message[:120]}")
        self.kinds.append(data["type"])
        await self._do(data["type"], data["clientseq"], data["parameters"])

    async def _do(self, kind: str, clientseq: int, parameters: dict[str, Any]) -> None:
        match kind:
            case "opened" if not self.opened:
                self.opened = parameters
                if parameters["media"][0] not in OFFERED or len(parameters["media"]) != 1:
                    self.errors.append("400: media")
            case "pong" if self._pinged and self._pinged.pop(0) == clientseq:
                self.pongs += 1
            case "event":
                for entity in parameters["entities"]:
                    assert entity == {"type": "barge_in", "data": {}}
                    self.player.clear()
            case "updated":
                pass
            case "disconnect":
                self.outcome = parameters
                assert all(isinstance(v, str) for v in parameters["outputVariables"].values())
                self._closing = True
                await self.send("close", reason="disconnect")
            case "closed" if self._closing:
                self.closed = True
                assert self._line is not None
                await self._line.close()
            case _:
                self.errors.append(f"409: {kind}")

    def log(self) -> list[Event | Action]:
        return newest(self.server)

    async def until(self, wanted: Callable[[Event | Action], bool]) -> Event | Action:
        """The first entry of the log that fits."""
        await eventually(lambda: any(map(wanted, self.log())))
        return next(filter(wanted, self.log()))
