"""Where Twilio asks and calls: `POST /telephony/twilio` for a number, a WebSocket for its sound.

In Twilio's console, for the number: "A call comes in": webhook, https://.../telephony/twilio, POST.
"Primary handler fails": a TwiML bin that dials a person, for when this server cannot be reached.

    webhook, signed   -> <Connect><Stream> with a token, then <Redirect> to /after
    WebSocket, signed -> refused before it is accepted, or taken; its start spends the token
    /after, signed    -> <Hangup> where the call is over, <Dial> to the fallback where it was to go
                         to a person or broke off
"""

from collections.abc import Mapping

from fastapi import FastAPI, Request, Response, WebSocket

from pipelines.reception import Reception
from pipelines.settings import Settings
from pipelines.telephony import twiml
from pipelines.telephony.arrivals import arrive
from pipelines.telephony.leg import Start
from pipelines.telephony.legs import WebSocketLeg
from pipelines.telephony.twilio import Twilio
from pipelines.telephony.twilio_signature import HEADER, parameters, signed
from pipelines.telephony.twilio_tokens import Tokens

PATH = "/telephony/twilio"
_PATIENCE = 5.0  # s for `start`, which comes at once
_LONGEST = 65_536  # bytes of a webhook's body
_TALKED = ("completed", "answered")  # DialCallStatus of a call that a person took


def add(app: FastAPI, reception: Reception) -> None:
    """Add the routes."""
    desk = Desk(reception)

    @app.post(PATH)
    async def incoming(request: Request) -> Response:
        return await desk.incoming(request)

    @app.post(f"{PATH}/after")
    async def after(request: Request) -> Response:
        return await desk.after(request)

    @app.websocket(f"{PATH}/stream")
    async def stream(websocket: WebSocket) -> None:
        await desk.stream(websocket)


def address(settings: Settings, path: str = "", scheme: str = "http") -> str:
    """The public address of one of the routes, as Twilio is told it and signs it."""
    public = settings.public_url.rstrip("/").replace("http", scheme, 1)
    return f"{public}{PATH}{path}"


class Desk:
    """One account's calls on their way in and out."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._settings = reception.house.settings
        self._token = self._settings.twilio_auth_token.get_secret_value()
        self._tokens = Tokens(self._settings.twilio_token_seconds)

    async def incoming(self, request: Request) -> Response:
        """A call comes in."""
        form = await self._form(request, "")
        if form is None:
            return Response(status_code=403)
        call = form.get("CallSid", "")
        if not call or not self._reception.room():
            return self._fallback(twiml.reject())
        about = {"from": form.get("From", ""), "did": form.get("To", ""), "call": call}
        about["token"] = self._tokens.mint(call)
        stream = address(self._settings, "/stream", "ws")
        return _xml(twiml.connect(stream, address(self._settings, "/after"), about))

    async def stream(self, websocket: WebSocket) -> None:
        """Take a call, or refuse it before the connection stands."""
        counters = self._reception.house.counters
        url = address(self._settings, "/stream", "ws")
        if not signed(websocket.headers.get(HEADER, ""), self._token, url):
            counters["refused.signature"] += 1
            await websocket.close()
            return
        await websocket.accept()
        leg = WebSocketLeg(websocket, Twilio(), longest=self._settings.max_message_bytes)
        start = await leg.until(Start, patience=_PATIENCE)
        about = start.about if isinstance(start, Start) else {}
        call = about.get("call", "")
        if about.get("sid") != call or not self._tokens.spend(call, about.get("token", "")):
            counters["refused.token"] += 1
        elif arrive(self._reception, leg, about, behind_pbx=False):
            await leg.done.wait()
        await leg.close()

    async def after(self, request: Request) -> Response:
        """The stream is closed, or a person was dialled: how does the call go on?"""
        form = await self._form(request, "/after")
        if form is None:
            return Response(status_code=403)
        dialled = form.get("DialCallStatus")
        led = self._reception.led(form.get("CallSid", ""))
        if dialled in _TALKED or (dialled is None and led == "end"):
            return _xml(twiml.hang_up())
        return self._fallback(twiml.hang_up())

    def _fallback(self, otherwise: str) -> Response:
        number = self._settings.twilio_fallback
        return _xml(twiml.dial(number) if number else otherwise)

    async def _form(self, request: Request, path: str) -> Mapping[str, str] | None:
        """A signed request's parameters; None where it is not Twilio's."""
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > _LONGEST:
                break
        form = parameters(body)
        url = address(self._settings, path) + (f"?{request.url.query}" if request.url.query else "")
        if len(body) <= _LONGEST and signed(
            request.headers.get(HEADER, ""), self._token, url, form
        ):
            return dict(form)
        self._reception.house.counters["refused.signature"] += 1
        return None


def _xml(text: str) -> Response:
    return Response(text, media_type="application/xml")
