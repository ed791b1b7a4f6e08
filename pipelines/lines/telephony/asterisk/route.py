"""Where Asterisk's chan_websocket calls: `/telephony/asterisk`, with a password.

In Asterisk's websocket_client.conf:

    [waxtaan]
    type = websocket_client
    connection_type = per_call_config
    uri = ws://127.0.0.1:8080/telephony/asterisk
    protocols = media
    username = waxtaan
    password = ...

A call that is refused before it is accepted fails Asterisk's Dial(), whose dialplan goes on: to a
busy tone, a message or a person.
"""

import base64
import binascii
import hmac

from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import PlainTextResponse

from pipelines.lines.active_calls import ActiveCalls
from pipelines.lines.telephony.asterisk.transfers import Pbx
from pipelines.lines.telephony.asterisk.websocket import SUBPROTOCOL, AsteriskWebSocket
from pipelines.lines.telephony.incoming import accept_leg, full
from pipelines.lines.telephony.leg import Start
from pipelines.lines.telephony.legs import WebSocketLeg

_PATIENCE = 2.0  # s for MEDIA_START, which comes at once


def add(app: FastAPI, active_calls: ActiveCalls) -> None:
    """Add the route."""

    @app.websocket("/telephony/asterisk")
    async def asterisk(websocket: WebSocket) -> None:
        await take(active_calls, websocket)


def next_route(app: FastAPI, active_calls: ActiveCalls) -> None:
    """Add where the dialplan asks what comes after our leg; for AudioSocket calls as well."""

    @app.get("/telephony/next/{call}")
    async def following(call: str, request: Request) -> PlainTextResponse:
        if not authorised(request.headers.get("authorization", ""), _expected(active_calls)):
            active_calls.assistant.counters["refused.credentials"] += 1
            return PlainTextResponse("", 401)
        return PlainTextResponse(active_calls.take_next_step(call))


def _expected(active_calls: ActiveCalls) -> str:
    settings = active_calls.assistant.settings
    return f"{settings.asterisk_user}:{settings.asterisk_password.get_secret_value()}"


async def take(active_calls: ActiveCalls, websocket: WebSocket) -> None:
    """Take a call, or refuse it before the connection stands."""
    settings, counters = active_calls.assistant.settings, active_calls.assistant.counters
    if not authorised(websocket.headers.get("authorization", ""), _expected(active_calls)):
        counters["refused.credentials"] += 1
        await websocket.close()
        return
    about = dict(websocket.query_params)  # v(...) in the dial string
    if "whisper" not in about and full(active_calls, about.get("call", "")):
        await websocket.close()
        return
    offered = websocket.headers.get("sec-websocket-protocol", "")
    named = SUBPROTOCOL in [name.strip() for name in offered.split(",")]
    await websocket.accept(SUBPROTOCOL if named else None)
    leg = WebSocketLeg(websocket, AsteriskWebSocket(), longest=settings.max_network_message_bytes)
    start = await leg.until(Start, patience=_PATIENCE)
    whisper = about.get("whisper", "")
    pbx = active_calls.service(Pbx)
    if whisper and pbx is not None and pbx.whispers.take(whisper, leg):
        await leg.done.wait()
        return
    if not isinstance(start, Start) or not accept_leg(active_calls, leg, {**start.about, **about}):
        await leg.send(leg.codec.hang_up() or "")
        await leg.close()
        return
    await leg.done.wait()


def authorised(header: str, expected: str) -> bool:
    """Whether an Authorization header is Basic (RFC 7617) with `user:password`."""
    kind, _, given = header.partition(" ")
    try:
        decoded = base64.b64decode(given.strip(), validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    return kind.lower() == "basic" and hmac.compare_digest(decoded, expected.encode())
