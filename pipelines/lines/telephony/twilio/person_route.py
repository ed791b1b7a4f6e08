"""Where Twilio asks what a person's telephone is to do, and tells what becomes of it."""

from fastapi import FastAPI, Request, Response
from loguru import logger

from pipelines.lines.active_calls import ActiveCalls
from pipelines.lines.telephony.twilio.calls import TwilioCalls
from pipelines.lines.telephony.twilio.people import People
from pipelines.lines.telephony.twilio.request_validator import PATH, RequestValidator

_PERSON = f"{PATH}/person/{{name}}"


def add(app: FastAPI, active_calls: ActiveCalls, validator: RequestValidator) -> People | None:
    """Add the routes; None, and none, where nobody is to be rung."""
    assistant, settings = active_calls.assistant, active_calls.assistant.settings
    secret = settings.twilio_auth_token.get_secret_value()
    calls = TwilioCalls(settings.twilio_api, settings.twilio_account_sid, secret)
    people = People(
        calls, validator.address, assistant.voice_router, settings, assistant.config.policy
    )
    if not people.anybody:
        return None
    silent = [name for name in people.policy.queues if not people.whom(name)]
    if silent:
        logger.warning("twilio_people: nobody is rung for the queues {}", ", ".join(silent))

    @app.post(_PERSON)
    async def answered(name: str, request: Request) -> Response:
        if await validator.form(request, f"/person/{name}") is None:
            return Response(status_code=403)
        return xml(await people.answered(name))

    @app.post(f"{_PERSON}/key")
    async def key(name: str, request: Request) -> Response:
        form = await validator.form(request, f"/person/{name}/key")
        if form is None:
            return Response(status_code=403)
        return xml(await people.pressed(name, form.get("Digits", "")))

    @app.post(f"{_PERSON}/left")
    async def left(name: str, request: Request) -> Response:
        form = await validator.form(request, f"/person/{name}/left")
        return Response(status_code=403) if form is None else xml(people.left(name, form))

    @app.post(f"{_PERSON}/status")
    async def status(name: str, request: Request) -> Response:
        form = await validator.form(request, f"/person/{name}/status")
        if form is None:
            return Response(status_code=403)
        people.told(name, form)
        return Response(status_code=204)

    @app.api_route(f"{PATH}/whisper/{{name}}.wav", methods=["GET", "HEAD"])
    async def whisper_announcement(name: str) -> Response:
        """Its name is the secret: players of sound do not sign."""
        sound = await people.sound(name)
        if not sound:
            return Response(status_code=404)
        return Response(sound, media_type="audio/wav", headers={"Cache-Control": "no-store"})

    return people


def xml(text: str) -> Response:
    """TwiML, as an answer."""
    return Response(text, media_type="application/xml")
