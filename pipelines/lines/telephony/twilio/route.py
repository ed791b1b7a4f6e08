"""Where Twilio asks and calls: `POST /telephony/twilio` for a number, a WebSocket for its sound.

In Twilio's console, for the number: "A call comes in": webhook, https://.../telephony/twilio, POST.
"Primary handler fails": a TwiML bin that dials a person, for when this server cannot be reached.

    webhook, signed   -> <Connect><Stream> at an address of its own, then <Redirect> to /after
    WebSocket, signed -> /stream/<token>: taken, or refused before it is accepted
    /after, signed    -> a person's room, or a stream again (transfers.py); <Hangup> where the
                         call is over, <Dial> to the fallback where it was to go to a person or
                         broke off
"""

from collections.abc import Mapping
from functools import partial

from fastapi import FastAPI, Request, Response, WebSocket

from pipelines.lines.active_calls import ActiveCalls
from pipelines.lines.telephony.incoming import accept_leg
from pipelines.lines.telephony.leg import Start
from pipelines.lines.telephony.legs import WebSocketLeg
from pipelines.lines.telephony.stream_tokens import StreamTokens
from pipelines.lines.telephony.twilio import person_route as twilio_person_route
from pipelines.lines.telephony.twilio import twiml
from pipelines.lines.telephony.twilio.codec import Twilio
from pipelines.lines.telephony.twilio.people import People
from pipelines.lines.telephony.twilio.person_route import xml
from pipelines.lines.telephony.twilio.request_validator import PATH, RequestValidator
from pipelines.lines.telephony.twilio.transfers import TwilioTransfers

_PATIENCE = 5.0  # s for `start`, which comes at once
_TALKED = ("completed", "answered")  # DialCallStatus of a call that a person took


def add(app: FastAPI, active_calls: ActiveCalls) -> None:
    """Add the routes."""
    validator = RequestValidator(active_calls.assistant.settings, active_calls.assistant.counters)
    people = twilio_person_route.add(app, active_calls, validator)
    routes = TwilioRoutes(active_calls, validator, people)

    @app.post(PATH)
    async def incoming(request: Request) -> Response:
        return await routes.incoming(request)

    @app.post(f"{PATH}/after")
    async def after(request: Request) -> Response:
        return await routes.after(request)

    @app.websocket(f"{PATH}/stream/{{token}}")
    async def stream(websocket: WebSocket, token: str) -> None:
        await routes.stream(websocket, token)


class TwilioRoutes:
    """One routes's calls on their way in and out. `people` is None where nobody is rung."""

    def __init__(
        self, active_calls: ActiveCalls, validator: RequestValidator, people: People | None
    ) -> None:
        self._active_calls = active_calls
        self._settings = active_calls.assistant.settings
        self._validator = validator
        self._people = people
        self._tokens = StreamTokens(self._settings.stream_token_seconds)

    async def incoming(self, request: Request) -> Response:
        """A call comes in."""
        form = await self._validator.form(request, "")
        if form is None:
            return Response(status_code=403)
        if not form.get("CallSid") or not self._active_calls.has_room():
            return self._fallback(twiml.reject())
        return self._connect(form)

    def _connect(self, form: Mapping[str, str]) -> Response:
        """Sound to us, by an address that is good once."""
        about = {"from": form.get("From", ""), "did": form.get("To", ""), "call": form["CallSid"]}
        stream = self._validator.address(f"/stream/{self._tokens.mint(about)}", "ws")
        return xml(twiml.connect(stream, self._validator.address("/after")))

    async def stream(self, websocket: WebSocket, token: str) -> None:
        """Take a call, or refuse it before the connection stands."""
        counters = self._active_calls.assistant.counters
        if not self._validator.upgrade(websocket, f"/stream/{token}"):
            await websocket.close()
            return
        about = self._tokens.spend(token)
        if about is None:
            counters["refused.token"] += 1
            await websocket.close()
            return
        await websocket.accept()
        leg = WebSocketLeg(websocket, Twilio(), longest=self._settings.max_network_message_bytes)
        start = await leg.until(Start, patience=_PATIENCE)
        if not isinstance(start, Start) or start.about.get("sid") != about["call"]:
            counters["refused.start"] += 1
        elif self._accept_leg(leg, {**start.about, **about}):
            await leg.done.wait()
        await leg.close()

    def _accept_leg(self, leg: WebSocketLeg, about: Mapping[str, str]) -> bool:
        transfers = None
        if self._people is not None:
            shown = self._settings.twilio_number or about["did"]
            transfers = partial(TwilioTransfers, self._people, shown)
        return accept_leg(self._active_calls, leg, about, behind_pbx=False, transfers=transfers)

    async def after(self, request: Request) -> Response:
        """The stream is closed, or a person was talked with: how does the call go on?"""
        form = await self._validator.form(request, "/after")
        if form is None:
            return Response(status_code=403)
        call, dialled = form.get("CallSid", ""), form.get("DialCallStatus")
        step = self._active_calls.take_next_step(call)
        transfers = self._transfers(call)
        if transfers is not None and (step == "person" or transfers.visited):
            return await self._following(transfers, form)
        if dialled in _TALKED or (dialled is None and step == "end"):
            return xml(twiml.hang_up())
        return self._fallback(twiml.hang_up())

    async def _following(self, transfers: TwilioTransfers, form: Mapping[str, str]) -> Response:
        match await transfers.following(form):
            case ("room", name):
                return xml(twiml.room(name, self._validator.address("/after")))
            case ("back", _):
                return self._connect(form)
        return xml(twiml.hang_up())

    def _transfers(self, call: str) -> TwilioTransfers | None:
        live = self._active_calls.live.get(call)
        transfers = live.connection.transfers if live is not None else None
        return transfers if isinstance(transfers, TwilioTransfers) else None

    def _fallback(self, otherwise: str) -> Response:
        number = self._settings.twilio_fallback
        return xml(twiml.dial(number) if number else otherwise)
