"""The desk over HTTP: its page, its authenticator, the calls, and what people may do with them.

    POST /desk/login {"token": ...}      a session for a browser      POST /desk/logout
    GET  /desk/session                   for how many seconds more
    GET  /desk/api/calls                 all calls                    WebSocket /desk/live (live.py)
    GET  /desk/api/calls/{id}            one, with transcript and packet
    POST /desk/api/calls/{id}/take {"person": "301"}
    POST /desk/api/calls/{id}/give-back

Programs send `Authorization: Bearer <desk_token>`. Every answer that is none is {"error": why}.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeAlias, TypeVar

from fastapi import FastAPI, Request, Response, WebSocket
from fastapi.responses import JSONResponse, RedirectResponse
from loguru import logger
from pydantic import BaseModel, Field, ValidationError
from starlette.requests import HTTPConnection

from pipelines.desk.authentication import COOKIE, Authenticator, BusyError, bearer
from pipelines.desk.live import follow
from pipelines.lines.active_calls import ActiveCalls
from pipelines.lines.web.origin import same_origin

_OFF = "the desk is off: set WAXTAAN_DESK_TOKEN to a long secret, and restart the server"
_BIGGEST = 4096  # bytes of what is posted
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

Body = TypeVar("Body", bound=BaseModel)
Admit: TypeAlias = Callable[[HTTPConnection], Awaitable[None]]


class Login(BaseModel):
    """What the page's form posts."""

    token: str = Field(max_length=512)


class Taking(BaseModel):
    """Who takes a call: an extension. No dial string: nobody dials the world from here."""

    person: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$")]


class RefusedError(Exception):
    """The request is not done; `why` says what would have to be otherwise."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


def add(app: FastAPI, active_calls: ActiveCalls) -> Admit | None:
    """Add the routes; without a token each of them says how the desk is switched on.

    Returns what lets in who may come to the desk, and raises for all others; None without a token.
    """
    settings = active_calls.assistant.settings
    token = settings.desk_token.get_secret_value()
    if not token:

        @app.api_route("/desk", methods=_METHODS)
        @app.api_route("/desk/{rest:path}", methods=_METHODS)
        async def off(request: Request) -> JSONResponse:
            return JSONResponse({"error": _OFF}, 404)

        return None
    authenticator = Authenticator(
        token, settings.desk_session_hours * 3600, active_calls.assistant.counters
    )
    _add_login(app, active_calls, authenticator)
    _add_calls(app, active_calls, authenticator)

    @app.exception_handler(RefusedError)
    async def refused(request: Request, error: RefusedError) -> JSONResponse:
        headers = {"Retry-After": "60"} if error.status == 429 else {}
        return JSONResponse({"error": error.why}, error.status, headers)

    async def admit(request: HTTPConnection) -> None:
        await admitted(request, active_calls, authenticator)

    return admit


def _add_login(app: FastAPI, active_calls: ActiveCalls, authenticator: Authenticator) -> None:
    @app.get("/desk")
    async def page() -> RedirectResponse:
        return RedirectResponse("desk/")  # its files lie beside it, in pipelines/web/desk

    @app.get("/desk/session")
    async def session(request: Request) -> dict[str, Any]:
        return {"seconds": round(authenticator.seconds_left(request.cookies))}  # 0: log in first

    @app.post("/desk/login")
    async def login(request: Request) -> Response:
        ours(request, active_calls)
        if not await _right(authenticator, request, (await _read(request, Login)).token):
            raise RefusedError(401, "this is not the desk's token")
        answer = Response(status_code=204)
        answer.set_cookie(
            COOKIE,
            authenticator.open_session(),
            max_age=int(active_calls.assistant.settings.desk_session_hours * 3600),
            path="/desk",
            secure=request.url.scheme == "https" or active_calls.public_url.startswith("https:"),
            httponly=True,
            samesite="strict",
        )
        return answer

    @app.post("/desk/logout")
    async def logout(request: Request) -> Response:
        ours(request, active_calls)
        authenticator.close_session(request.cookies.get(COOKIE, ""))
        answer = Response(status_code=204)
        answer.delete_cookie(COOKIE, path="/desk", httponly=True, samesite="strict")
        return answer


def _add_calls(app: FastAPI, active_calls: ActiveCalls, authenticator: Authenticator) -> None:
    feed = active_calls.feed

    @app.get("/desk/api/calls")
    async def calls(request: Request) -> dict[str, Any]:
        await admitted(request, active_calls, authenticator)
        return {"now": feed.now, "calls": [entry.brief() for entry in feed.calls()]}

    @app.get("/desk/api/calls/{call_id}")
    async def call(request: Request, call_id: str) -> dict[str, Any]:
        await admitted(request, active_calls, authenticator)
        entry = feed.call(call_id)
        if entry is None:
            raise RefusedError(404, "there is no such call, or it ended a while ago")
        return {"now": feed.now, "call": entry.whole()}

    @app.post("/desk/api/calls/{call_id}/take")
    async def take(request: Request, call_id: str) -> dict[str, Any]:
        await admitted(request, active_calls, authenticator)
        taking = await _read(request, Taking)
        entry = _going_on(active_calls, call_id)
        if entry.channel == "web":
            raise RefusedError(
                409, "a call from the web page has no telephone line that a person could join"
            )
        if not active_calls.reaches_people(call_id):
            raise RefusedError(
                409,
                "nobody can be rung for this call: it came while Asterisk's REST interface was not "
                "connected; set WAXTAAN_ARI_URL, or see in the server's log why it is not",
            )
        if not await active_calls.take_over(call_id, taking.person):
            raise RefusedError(409, "the call cannot be taken over now: it is just ending")
        logger.info("call {} is wanted by the desk", call_id)
        return {"taken": True}

    @app.post("/desk/api/calls/{call_id}/give-back")
    async def give_back(request: Request, call_id: str) -> dict[str, Any]:
        await admitted(request, active_calls, authenticator)
        _going_on(active_calls, call_id)
        if not await active_calls.give_back(call_id):
            raise RefusedError(409, "no person has this call, so the agent has it already")
        return {"given_back": True}

    @app.websocket("/desk/live")
    async def live(websocket: WebSocket) -> None:
        try:
            left = await admitted(websocket, active_calls, authenticator)
        except RefusedError:
            await websocket.close()  # before it stands: HTTP status 403
            return
        await follow(websocket, feed, left, active_calls.assistant.settings.stalled_write_seconds)


async def admitted(
    request: HTTPConnection, active_calls: ActiveCalls, authenticator: Authenticator
) -> float | None:
    """For how many seconds more one who asks is let in; None for as long as they like."""
    reading = request.scope["type"] == "http" and request.scope["method"] in ("GET", "HEAD")
    token = bearer(request.headers.get("authorization", ""))
    if not reading:
        ours(request, active_calls, by_cookie=token is None)
    if token is not None:
        if await _right(authenticator, request, token):
            return None
        raise RefusedError(401, "this is not the desk's token")
    left = authenticator.seconds_left(request.cookies)
    if not left:
        raise RefusedError(401, "log in first, or send Authorization: Bearer with desk_token")
    return left


def ours(request: HTTPConnection, active_calls: ActiveCalls, by_cookie: bool = False) -> None:
    """Refuse what comes from another site's page, which would use a visitor's session."""
    public = (active_calls.public_url,) if active_calls.public_url else ()
    missing = by_cookie and "origin" not in request.headers
    if missing or not same_origin(request.headers, public):
        active_calls.assistant.counters["desk.other_origin"] += 1
        raise RefusedError(403, "the desk is only used from its own page, or with its token")


async def _right(authenticator: Authenticator, request: HTTPConnection, token: str) -> bool:
    try:
        return await authenticator.is_token(token, request.client.host if request.client else "")
    except BusyError as error:
        raise RefusedError(429, "too many wrong tokens from your address: wait a minute") from error


def _going_on(active_calls: ActiveCalls, call_id: str) -> Any:
    entry = active_calls.feed.call(call_id)
    if entry is None:
        raise RefusedError(404, "there is no such call, or it ended a while ago")
    if entry.state == "ended":
        raise RefusedError(409, "the call has ended")
    return entry


async def _read(request: Request, shape: type[Body]) -> Body:
    """What was posted: JSON, and little of it. What was wrong is not repeated: it may be secret."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise RefusedError(415, "send JSON, with Content-Type: application/json")
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > _BIGGEST:
            raise RefusedError(413, f"more than {_BIGGEST} bytes")
    try:
        return shape.model_validate_json(bytes(data))
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise RefusedError(422, wrong) from error
