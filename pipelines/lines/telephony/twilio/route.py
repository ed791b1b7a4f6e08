"""Where Twilio asks and calls: `POST /telephony/twilio` for a number, a WebSocket for its sound.

In Twilio's console, for the number: "A call comes in": webhook, https://.../telephony/twilio, POST.
"Primary handler fails": a TwiML bin that dials a person, for when this server cannot be reached.

    webhook, signed   -> <Connect><Stream> at an address of its own, then <Redirect> to /after
    WebSocket, signed -> /stream/<token>: taken, or refused before it is accepted
    /after, signed    -> a person's room, or a stream again (exchange.py); <Hangup> where the
                         call is over, <Dial> to the fallback where it was to go to a person or
                         broke off
"""

from collections.abc import Mapping
from functools import partial

from fastapi import FastAPI, Request, Response, WebSocket

from pipelines.lines.active_calls import Reception
from pipelines.lines.telephony.arrivals import arrive
from pipelines.lines.telephony.leg import Start
from pipelines.lines.telephony.legs import WebSocketLeg
from pipelines.lines.telephony.stream_tokens import StreamTokens
from pipelines.lines.telephony.twilio import person_route as twilio_person_route
from pipelines.lines.telephony.twilio import twiml
from pipelines.lines.telephony.twilio.codec import Twilio
from pipelines.lines.telephony.twilio.people import People
from pipelines.lines.telephony.twilio.person_route import xml
from pipelines.lines.telephony.twilio.request_validator import PATH, Door
from pipelines.lines.telephony.twilio.transfers import TwilioExchange

_PATIENCE = 5.0  # s for `start`, which comes at once
_TALKED = ("completed", "answered")  # DialCallStatus of a call that a person took


def add(app: FastAPI, reception: Reception) -> None:
    """Add the routes."""
    door = Door(reception.house.settings, reception.house.counters)
    people = twilio_person_route.add(app, reception, door)
    account = Account(reception, door, people)

    @app.post(PATH)
    async def incoming(request: Request) -> Response:
        return await account.incoming(request)

    @app.post(f"{PATH}/after")
    async def after(request: Request) -> Response:
        return await account.after(request)

    @app.websocket(f"{PATH}/stream/{{token}}")
    async def stream(websocket: WebSocket, token: str) -> None:
        await account.stream(websocket, token)


class Account:
    """One account's calls on their way in and out. `people` is None where nobody is rung."""

    def __init__(self, reception: Reception, door: Door, people: People | None) -> None:
        self._reception = reception
        self._settings = reception.house.settings
        self._door = door
        self._people = people
        self._tokens = StreamTokens(self._settings.stream_token_seconds)

    async def incoming(self, request: Request) -> Response:
        """A call comes in."""
        form = await self._door.form(request, "")
        if form is None:
            return Response(status_code=403)
        if not form.get("CallSid") or not self._reception.room():
            return self._fallback(twiml.reject())
        return self._connect(form)

    def _connect(self, form: Mapping[str, str]) -> Response:
        """Sound to us, by an address that is good once."""
        about = {"from": form.get("From", ""), "did": form.get("To", ""), "call": form["CallSid"]}
        stream = self._door.address(f"/stream/{self._tokens.mint(about)}", "ws")
        return xml(twiml.connect(stream, self._door.address("/after")))

    async def stream(self, websocket: WebSocket, token: str) -> None:
        """Take a call, or refuse it before the connection stands."""
        counters = self._reception.house.counters
        if not self._door.upgrade(websocket, f"/stream/{token}"):
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
        elif self._arrive(leg, {**start.about, **about}):
            await leg.done.wait()
        await leg.close()

    def _arrive(self, leg: WebSocketLeg, about: Mapping[str, str]) -> bool:
        exchange = None
        if self._people is not None:
            shown = self._settings.twilio_number or about["did"]
            exchange = partial(TwilioExchange, self._people, shown)
        return arrive(self._reception, leg, about, behind_pbx=False, exchange=exchange)

    async def after(self, request: Request) -> Response:
        """The stream is closed, or a person was talked with: how does the call go on?"""
        form = await self._door.form(request, "/after")
        if form is None:
            return Response(status_code=403)
        call, dialled = form.get("CallSid", ""), form.get("DialCallStatus")
        led = self._reception.led(call)
        exchange = self._exchange(call)
        if exchange is not None and (led == "person" or exchange.visited):
            return await self._following(exchange, form)
        if dialled in _TALKED or (dialled is None and led == "end"):
            return xml(twiml.hang_up())
        return self._fallback(twiml.hang_up())

    async def _following(self, exchange: TwilioExchange, form: Mapping[str, str]) -> Response:
        match await exchange.following(form):
            case ("room", name):
                return xml(twiml.room(name, self._door.address("/after")))
            case ("back", _):
                return self._connect(form)
        return xml(twiml.hang_up())

    def _exchange(self, call: str) -> TwilioExchange | None:
        live = self._reception.live.get(call)
        exchange = live.connection.exchange if live is not None else None
        return exchange if isinstance(exchange, TwilioExchange) else None

    def _fallback(self, otherwise: str) -> Response:
        number = self._settings.twilio_fallback
        return xml(twiml.dial(number) if number else otherwise)
