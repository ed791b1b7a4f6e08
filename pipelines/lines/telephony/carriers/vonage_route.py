"""Where Vonage asks and calls: `POST /telephony/vonage` for a number, a WebSocket for its sound.

In Vonage's dashboard, for the application, capability Voice: answer URL, POST,
https://.../telephony/vonage; event URL, POST, https://.../telephony/vonage/event; "Use signed
webhooks" on. Fallback URL: an NCCO that dials a person, for when this server cannot be reached.

    answer, signed    -> NCCO: connect to the WebSocket, then to the fallback
    WebSocket, signed -> refused before it is accepted, or taken; it spends the token in its address
    event, signed     -> the WebSocket is closed: an NCCO that ends the call where the call is over,
                         one that dials the fallback, with the packet, where it was to go to a
                         person; else the first NCCO goes on, to the fallback
"""

import re
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response, WebSocket
from fastapi.responses import JSONResponse

from pipelines.lines.active_calls import ActiveCalls
from pipelines.lines.telephony import json_media as media
from pipelines.lines.telephony.carriers.vonage import (
    HANG_UP,
    PATH,
    Ncco,
    Vonage,
    connect,
    dial,
    signed,
)
from pipelines.lines.telephony.connection import TelephoneConnection
from pipelines.lines.telephony.headers import headers
from pipelines.lines.telephony.incoming import accept_leg, digits
from pipelines.lines.telephony.leg import Start
from pipelines.lines.telephony.legs import WebSocketLeg
from pipelines.lines.telephony.stream_tokens import StreamTokens

_PATIENCE = 5.0  # s for `websocket:connected`, which comes at once
_LONGEST = 65_536  # bytes of a webhook's body
_CALL = re.compile(r"[A-Za-z0-9-]{8,64}")
_MOST = 1_000  # packets of calls whose WebSocket's end we were not told of yet
_OVER = ("completed", "failed", "rejected", "busy", "cancelled", "timeout", "unanswered")


def add(app: FastAPI, active_calls: ActiveCalls) -> None:
    """Add the routes."""
    routes = VonageRoutes(active_calls)

    @app.post(PATH)
    async def answer(request: Request) -> Response:
        return await routes.answer(request)

    @app.post(f"{PATH}/event")
    async def event(request: Request) -> Response:
        return await routes.event(request)

    @app.post(f"{PATH}/event/{{call}}")
    async def stream_event(call: str, request: Request) -> Response:
        return await routes.event(request, call)

    @app.websocket(f"{PATH}/stream/{{token}}")
    async def stream(token: str, websocket: WebSocket) -> None:
        await routes.stream(token, websocket)


class VonageRoutes:
    """One routes's calls on their way in and out."""

    def __init__(self, active_calls: ActiveCalls) -> None:
        self._active_calls = active_calls
        self._settings = active_calls.assistant.settings
        self._tokens = StreamTokens(self._settings.stream_token_seconds)
        self._packets: dict[str, Mapping[str, Any]] = {}  # call -> handoff packet; oldest first

    async def answer(self, request: Request) -> Response:
        """A call comes in."""
        body = await self._body(request)
        if body is None:
            return Response(status_code=403)
        call, did = media.text(body.get("uuid"), 64), digits(media.text(body.get("to")))
        if not _CALL.fullmatch(call) or not self._active_calls.has_room():
            return JSONResponse(self._fallback(did))
        about = {"from": digits(media.text(body.get("from"))), "did": did}
        token = f"{call}.{self._tokens.mint({'call': call})}"
        first = connect(self._active_calls.public_url, call, token, about)
        return JSONResponse([first, *self._fallback(did)])

    async def stream(self, token: str, websocket: WebSocket) -> None:
        """Take a call, or refuse it before the connection stands."""
        counters = self._active_calls.assistant.counters
        call, _, secret = token.partition(".")
        if not signed(websocket.headers.get("authorization", ""), self._settings):
            counters["refused.signature"] += 1
            await websocket.close()
            return
        known = self._tokens.spend(secret)
        if known is None or known["call"] != call:
            counters["refused.token"] += 1
            await websocket.close()
            return
        await websocket.accept()
        leg = WebSocketLeg(websocket, Vonage(), longest=self._settings.max_network_message_bytes)
        start = await leg.until(Start, patience=_PATIENCE)
        if isinstance(start, Start):
            about = {**start.about, "call": call}
            if accept_leg(self._active_calls, leg, about, behind_pbx=False):
                await leg.done.wait()
                self._keep(call)
        await leg.close()

    def _keep(self, call: str) -> None:
        """Of a call that ends: Vonage asks when nothing else is left of it."""
        entry = self._active_calls.feed.call(call)
        if entry is not None and entry.packet is not None:
            self._packets[call] = entry.packet
        while len(self._packets) > _MOST:
            del self._packets[next(iter(self._packets))]

    async def event(self, request: Request, call: str = "") -> Response:
        """Something happened to a call or, where `call` is given, to its WebSocket."""
        body = await self._body(request)
        if body is None:
            return Response(status_code=403)
        status = body.get("status")
        if call and status == "disconnected":
            return self._after(call, digits(media.texts(body.get("headers")).get("did", "")))
        live = self._active_calls.live.get(media.text(body.get("uuid"), 64))
        if status in _OVER and live and isinstance(live.connection, TelephoneConnection):
            live.connection.gone("caller hung up")
        return Response(status_code=204)

    def _after(self, call: str, did: str) -> Response:
        led, packet = self._active_calls.take_next_step(call), self._packets.pop(call, {})
        if led == "end":
            return JSONResponse(HANG_UP)
        if not led or not self._settings.vonage_fallback:
            return Response(status_code=204)
        return JSONResponse([dial(self._settings.vonage_fallback, did, headers(call, packet))])

    def _fallback(self, did: str) -> Ncco:
        target = self._settings.vonage_fallback
        return [dial(target, did)] if target else []

    async def _body(self, request: Request) -> dict[str, Any] | None:
        """A signed request's object; None where it is not Vonage's."""
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > _LONGEST:
                break
        header = request.headers.get("authorization", "")
        if len(body) <= _LONGEST and signed(header, self._settings, body):
            return media.parsed(body) or {}
        self._active_calls.assistant.counters["refused.signature"] += 1
        return None
