"""A carrier: a network that asks a webhook of ours what to do with a call, and streams its sound.

    webhook, signed           -> the address of a stream, with a token in it; then "ask /after"
    WebSocket /stream/<token> -> refused before it is accepted, or taken; this spends the token
    /after, signed            -> the end where the call is over, the fallback where it was to go
                                 to a person or broke off

Numbers, markup and signatures are the carrier's own: see telnyx_route.py and plivo_route.py.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from fastapi import FastAPI, Request, Response, WebSocket
from loguru import logger
from starlette.datastructures import Headers

from pipelines.lines.active_calls import ActiveCalls
from pipelines.lines.telephony.headers import headers
from pipelines.lines.telephony.incoming import accept_leg
from pipelines.lines.telephony.leg import Codec, Start
from pipelines.lines.telephony.legs import WebSocketLeg
from pipelines.lines.telephony.stream_tokens import StreamTokens
from pipelines.lines.telephony.twilio.signature import parameters
from pipelines.settings import Settings

_PATIENCE = 5.0  # s for `start`, which comes at once
_LONGEST = 65_536  # bytes of a webhook's body


class Carrier(ABC):
    """What carriers do differently."""

    name: ClassVar[str]  # the bridge's, and the last part of the webhook's path
    call_field: ClassVar[str]  # the form's field with the carrier's id of the call

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def address(self, path: str = "", scheme: str = "http") -> str:
        """The public address of one of the routes, as the carrier is told it and signs it."""
        public = self.settings.public_url.rstrip("/").replace("http", scheme, 1)
        return f"{public}/telephony/{self.name}{path}"

    @abstractmethod
    def signed(self, given: Headers, body: bytes, url: str) -> bool:
        """Whether a POST request to `url` is the carrier's, and not an old one."""

    @abstractmethod
    def number(self, call: str) -> str:
        """Our id of a call, of the carrier's: 8 to 64 letters, digits and hyphens; "" for none."""

    @abstractmethod
    def codec(self) -> Codec:
        """A stream's."""

    @abstractmethod
    def connect(self, stream: str, after: str) -> str:
        """Markup: talk over the WebSocket at `stream`; ask at `after` once that is closed."""

    @abstractmethod
    def dial(self, target: str, about: Mapping[str, str]) -> str:
        """Markup: call `target`, a number or SIP address, which is told the headers `about`."""

    @abstractmethod
    def hang_up(self) -> str:
        """Markup: the end."""

    @abstractmethod
    def reject(self) -> str:
        """Markup: a busy tone."""


class CarrierRoutes:
    """One carrier's calls on their way in and out. `fallback` is who takes those we cannot."""

    def __init__(self, active_calls: ActiveCalls, carrier: Carrier, fallback: str) -> None:
        self._active_calls = active_calls
        self._carrier = carrier
        self._fallback = fallback
        self._tokens = StreamTokens(active_calls.assistant.settings.stream_token_seconds)

    def add(self, app: FastAPI) -> None:
        """Add the routes."""
        path = f"/telephony/{self._carrier.name}"

        @app.post(path)
        async def incoming(request: Request) -> Response:
            return await self.incoming(request)

        @app.post(f"{path}/after")
        async def after(request: Request) -> Response:
            return await self.after(request)

        @app.websocket(f"{path}/stream/{{token}}")
        async def stream(websocket: WebSocket, token: str) -> None:
            await self.stream(websocket, token)

    async def incoming(self, request: Request) -> Response:
        """A call comes in."""
        form = await self._form(request, "")
        if form is None:
            return Response(status_code=403)
        call = self._call(form)
        if not call or not self._active_calls.has_room():
            return self._elsewhere({}, self._carrier.reject())
        about = {"call": call, "from": form.get("From", ""), "did": form.get("To", "")}
        stream = self._carrier.address(f"/stream/{self._tokens.mint(about)}", "ws")
        return _xml(self._carrier.connect(stream, self._carrier.address("/after")))

    async def stream(self, websocket: WebSocket, token: str) -> None:
        """Take a call, or refuse it before the connection stands."""
        about = self._tokens.spend(token)
        if about is None:
            self._active_calls.assistant.counters["refused.token"] += 1
            await websocket.close()
            return
        await websocket.accept()
        longest = self._active_calls.assistant.settings.max_network_message_bytes
        leg = WebSocketLeg(websocket, self._carrier.codec(), longest=longest)
        start = await leg.until(Start, patience=_PATIENCE)
        if start is None:
            self._active_calls.assistant.counters["refused.start"] += 1
            logger.warning(
                "a stream of {} did not begin: its calls have to come in G.711", self._carrier.name
            )
        elif isinstance(start, Start) and accept_leg(
            self._active_calls, leg, {**start.about, **about}, behind_pbx=False
        ):
            await leg.done.wait()
        await leg.close()

    async def after(self, request: Request) -> Response:
        """The stream is closed: how does the call go on?"""
        form = await self._form(request, "/after")
        if form is None:
            return Response(status_code=403)
        call = self._call(form)
        packet = self._active_calls.handoff_packet(call)
        if self._active_calls.take_next_step(call) == "end":
            return _xml(self._carrier.hang_up())
        return self._elsewhere(headers(call, packet), self._carrier.hang_up())

    def _call(self, form: Mapping[str, str]) -> str:
        return self._carrier.number(form.get(self._carrier.call_field, ""))

    def _elsewhere(self, about: Mapping[str, str], otherwise: str) -> Response:
        return _xml(self._carrier.dial(self._fallback, about) if self._fallback else otherwise)

    async def _form(self, request: Request, path: str) -> Mapping[str, str] | None:
        """A signed request's parameters; None where it is not the carrier's."""
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > _LONGEST:
                break
        query = f"?{request.url.query}" if request.url.query else ""
        url = self._carrier.address(path) + query
        if len(body) <= _LONGEST and self._carrier.signed(request.headers, body, url):
            return dict(parameters(body))
        self._active_calls.assistant.counters["refused.signature"] += 1
        return None


def _xml(text: str) -> Response:
    return Response(text, media_type="application/xml")
