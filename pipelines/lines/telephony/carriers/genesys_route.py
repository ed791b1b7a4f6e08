"""Where Genesys Cloud's Audio Connector calls: a WebSocket, /telephony/genesys/<connector id>.

In Genesys Cloud, integration Audio Connector: base connection URI wss://.../telephony/genesys/, the
API key and the client secret as here. In Architect, action "Call Audio Connector": any connector
id; inputs: none needed; outputs: `Waxtaan_Next` ("end" or "person"), and for who goes to a person
the packet: `Waxtaan_Call`, `_Reason`, `_Queue`, `_Language`, `_Identity`, `_Flow`, `_Summary`,
`User_to_User`. The failure path, taken when this server is down, full or breaks off: a person.

The upgrade is signed: RFC 9421, HMAC-SHA256 with the client secret, over address, API key and the
session's ids; each signature is good once, and for a few seconds.
"""

import asyncio
import base64
import binascii
import hmac
import re
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from types import SimpleNamespace

from fastapi import FastAPI, WebSocket
from http_message_signatures import HTTPMessageVerifier, algorithms
from http_message_signatures.exceptions import HTTPMessageSignaturesException
from http_message_signatures.resolvers import MappingKeyResolver
from starlette.websockets import WebSocketState

from pipelines.errors import EngineError
from pipelines.lines.active_calls import ActiveCalls
from pipelines.lines.telephony.carriers.genesys import PROBE, RATE, Genesys, Outcome
from pipelines.lines.telephony.headers import headers
from pipelines.lines.telephony.incoming import accept_leg
from pipelines.lines.telephony.leg import LegEvent, Start
from pipelines.lines.telephony.legs import WebSocketLeg
from pipelines.settings import Settings

PATH = "/telephony/genesys"
SIGNED = (
    "@request-target",
    "@authority",
    "audiohook-organization-id",
    "audiohook-session-id",
    "audiohook-correlation-id",
    "x-api-key",
)
_FRESH = 10.0  # s, as in the reference server
_SKEW = 5.0  # s between our clock and theirs: the library's
_SHORTEST = 22  # characters of a nonce
_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_PATIENCE = 5.0  # s for `open`, which comes at once
_PROBED = 30.0  # s that a probe may stay
_PACKET = RATE // 5  # bytes: Genesys takes five binary messages a second
_TAIL = 0.05  # s without more sound after which less than a packet goes out: the sentence is over
_LAST_WORDS = 1.5  # s for what was sent to be played
_GOODBYE = 2.0  # s for `close`, and the WebSocket's end after `closed`


def add(app: FastAPI, active_calls: ActiveCalls) -> None:
    """Add the route."""
    desk = GenesysRoutes(active_calls)

    @app.websocket(PATH)
    @app.websocket(f"{PATH}/{{connector:path}}")
    async def genesys(websocket: WebSocket) -> None:
        await desk.take(websocket)


def key(settings: Settings) -> bytes:
    """The client secret.

    Raises:
        EngineError: it is not base64.
    """
    try:
        return base64.b64decode(settings.genesys_client_secret.get_secret_value(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise EngineError(
            "genesys_client_secret is not base64: set WAXTAAN_GENESYS_CLIENT_SECRET to the client "
            "secret of the integration in Genesys Cloud, made by `openssl rand -base64 32`"
        ) from error


class Signatures:
    """Whether upgrades are Genesys', each for the first time."""

    def __init__(
        self, settings: Settings, fresh: float = _FRESH, clock: Callable[[], float] = time.time
    ) -> None:
        self._public = settings.public_url.rstrip("/")
        self._api_key = settings.genesys_api_key.get_secret_value()
        self._fresh = timedelta(seconds=fresh)
        self._clock = clock
        self._nonces: dict[str, float] = {}  # nonce -> until when it would be taken again
        self._verifier = HTTPMessageVerifier(
            signature_algorithm=algorithms.HMAC_SHA256,
            key_resolver=MappingKeyResolver(
                public_keys={self._api_key: key(settings)}, private_keys={}
            ),
        )

    def good(self, target: str, given: dict[str, str]) -> bool:
        """`target`: path and query; `given`: the headers, by their names in lower case."""
        api_key = given.get("x-api-key", "").encode("utf-8", "replace")
        request = SimpleNamespace(method="GET", url=self._public + target, headers=given)
        try:
            (found,) = self._verifier.verify(
                request, max_age=self._fresh, require_components=SIGNED
            )
        except (HTTPMessageSignaturesException, ValueError):
            return False
        return hmac.compare_digest(api_key, self._api_key.encode()) and self._first(
            found.nonce or ""
        )

    def _first(self, nonce: str) -> bool:
        now = self._clock()
        self._nonces = {k: until for k, until in self._nonces.items() if until > now}
        if len(nonce) < _SHORTEST or nonce in self._nonces:
            return False
        self._nonces[nonce] = now + self._fresh.total_seconds() + 2 * _SKEW
        return True


class GenesysRoutes:
    """One organisation's calls."""

    def __init__(self, active_calls: ActiveCalls) -> None:
        self._active_calls = active_calls
        self._signatures = Signatures(active_calls.assistant.settings)

    async def take(self, websocket: WebSocket) -> None:
        """Take a call, or refuse it before the connection stands."""
        given = {name.lower(): value for name, value in websocket.headers.items()}
        session = given.get("audiohook-session-id", "")
        new = _UUID.fullmatch(session) and session not in self._active_calls.live
        if not new or not self._signatures.good(_target(websocket), given):
            self._active_calls.assistant.counters["refused.signature"] += 1
            await websocket.close()
            return
        await websocket.accept()
        why: list[str] = []  # it was refused: reason, info
        codec = Genesys(session, partial(self._outcome, session, why))
        leg = GenesysLeg(
            websocket,
            codec,
            longest=self._active_calls.assistant.settings.max_network_message_bytes,
        )
        start = await leg.until(Start, patience=_PATIENCE)
        if not isinstance(start, Start):
            why += ["error", "an open with PCMU at 8 kHz of the external channel is expected"]
        elif start.about["organization"] != given["audiohook-organization-id"]:
            why += ["unauthorized", "the open is another organisation's than the signature"]
        elif start.about["conversation"] == PROBE:
            await leg.probed()
        elif accept_leg(self._active_calls, leg, self._about(start), behind_pbx=False):
            await leg.send(codec.opened(self._languages(start)))
            await leg.done.wait()
        else:
            why += ["error", "all lines are busy"]
        await leg.close()

    def _about(self, start: Start) -> dict[str, str]:
        language = start.about["language"].lower().split("-")[0]
        packs = self._active_calls.assistant.config.packs
        return {**start.about, "language": language if language in packs else "", "codec": "pcmu"}

    def _languages(self, start: Start) -> list[str] | None:
        packs = self._active_calls.assistant.config.packs
        return list(packs) if start.about["languages"] else None

    def _outcome(self, call: str, why: list[str]) -> Outcome:
        """What the flow is told: nobody has to ask the caller anything twice."""
        if why:
            return (why[0], why[1], {})
        led, entry = self._active_calls.take_next_step(call), self._active_calls.feed.call(call)
        packet = entry.packet if entry and entry.packet and led != "end" else {}
        found = {
            name.removeprefix("X-").replace("-", "_"): value
            for name, value in headers(call, packet).items()
        }
        following = {"Waxtaan_Next": "end" if led == "end" else "person"}
        return ("completed" if led else "error", "", {**following, **found})


class GenesysLeg(WebSocketLeg):
    """Answers, gathers sound into packets that Genesys takes, and takes its leave."""

    def __init__(self, websocket: WebSocket, codec: Genesys, *, longest: int) -> None:
        super().__init__(websocket, codec, longest=longest)
        self._session = codec
        self._reading = asyncio.Lock()  # who ends the call reads on where another was cancelled
        self._unsent = bytearray()
        self._tail: asyncio.TimerHandle | None = None
        self._leaving = False
        self._sending: asyncio.Task[None] | None = None

    async def _read(self) -> list[LegEvent]:
        async with self._reading:
            await self._answer()
            return await super()._read()

    async def _answer(self) -> None:
        for answer in self._session.answers():
            await super().send(answer)

    async def send(self, message: str | bytes) -> None:
        """See leg.Leg. Text is a barge-in: sound that was not sent yet is not wanted any more."""
        if isinstance(message, str):
            self._forget()
            await super().send(message)
            return
        self._unsent += message
        if len(self._unsent) >= _PACKET:
            await self._flush()
            return
        if self._tail is not None:
            self._tail.cancel()
        self._tail = asyncio.get_running_loop().call_later(_TAIL, self._late)

    def _late(self) -> None:
        self._sending = asyncio.create_task(self._flush())

    async def _flush(self) -> None:
        data = bytes(self._unsent)
        self._forget()
        if data and not self._session.closing:
            await super().send(data)

    def _forget(self) -> None:
        self._unsent.clear()
        if self._tail is not None:
            self._tail.cancel()
        self._tail = None

    async def probed(self) -> None:
        """Somebody looks whether we are there."""
        await self.send(self._session.opened())
        with suppress(TimeoutError):
            async with asyncio.timeout(_PROBED):
                await self._read_until(lambda: self._session.closing)

    async def close(self) -> None:
        """See leg.Leg."""
        if self._leaving:
            await self.done.wait()
            return
        self._leaving = True
        try:
            await self._goodbye()
        finally:
            await super().close()

    async def _goodbye(self) -> None:
        await self._flush()
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS):
                await self._read_until(lambda: not self._session.playing)
        with suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE):
                await self._end_session()

    async def _end_session(self) -> None:
        if not self._session.closing:
            await super().send(self._session.disconnect())
        await self._read_until(lambda: self._session.closing)
        await self._answer()
        await self._read_until(lambda: False)  # it is the client that closes the WebSocket

    async def _read_until(self, done: Callable[[], bool]) -> None:
        while not done() and self._websocket.client_state is WebSocketState.CONNECTED:
            await self._read()


def _target(websocket: WebSocket) -> str:
    path = websocket.scope.get("raw_path") or websocket.url.path.encode()
    query = websocket.scope.get("query_string") or b""
    return (path + (b"?" + query if query else b"")).decode("latin-1")
