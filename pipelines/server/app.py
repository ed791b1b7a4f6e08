"""The HTTP and WebSocket server: the demo page, calls, recordings, health."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response, WebSocket
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

from pipelines.assistant import Assistant
from pipelines.audio import AGENT_RATE, to_wav
from pipelines.call.caller import Caller
from pipelines.desk import routes as desk
from pipelines.lines.active_calls import ActiveCalls
from pipelines.lines.telephony import bridges
from pipelines.lines.web.connection import WebConnection
from pipelines.lines.web.origin import same_origin
from pipelines.server.close_codes import CountCloseCodes

WEB = Path(__file__).resolve().parents[1] / "lines" / "web" / "static"
_POLICY = 1008  # policy violation, RFC 6455, 7.4.1
_BUSY = 1013  # try again later, IANA WebSocket close code registry
_CALL_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{12}")
_FILE = re.compile(
    r"(?:caller|agent|person-[0-9]{1,3})\.wav|log\.jsonl"
)  # a person: with the caller
_KINDS = {".wav": "audio/wav", ".jsonl": "application/jsonl"}
_CSP = (
    "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; media-src 'self' blob:"
)


def create_app(assistant: Assistant, active_calls: ActiveCalls | None = None) -> FastAPI:
    """The app. Assistant and calls are opened and closed by their owner."""
    active_calls = active_calls or ActiveCalls(assistant)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield

    app = FastAPI(title="Waxtaan", lifespan=lifespan, docs_url=None, redoc_url=None)

    @app.middleware("http")
    async def headers(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        response = await call_next(request)
        response.headers["Content-Security-Policy"] = _CSP
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

    app.add_middleware(CountCloseCodes, counters=assistant.counters)

    @app.websocket("/call")
    async def call(websocket: WebSocket) -> None:
        await answer(active_calls, websocket)

    @app.get("/healthz")
    async def healthz() -> dict[str, Any]:
        return health(assistant)

    @app.get("/languages")
    async def languages() -> list[dict[str, Any]]:
        return [
            {"code": code, "name": pack.language.name, "complete": not pack.language.gaps}
            for code, pack in assistant.config.packs.items()
        ]

    @app.get("/samples")
    async def samples() -> dict[str, Any]:
        return {"callers": sample_callers(assistant)}

    @app.get("/samples/{language}/{name}/{step}.wav")
    async def sample(language: str, name: str, step: int) -> Response:
        return Response(await sample_audio(assistant, language, name, step), media_type="audio/wav")

    @app.get("/calls/{call_id}/{file}")
    async def recording(call_id: str, file: str) -> FileResponse:
        path = assistant.settings.calls / call_id / file
        known = _CALL_ID.fullmatch(call_id) and _FILE.fullmatch(file)
        if not assistant.settings.downloads or not known or not path.exists():
            raise HTTPException(404, "no such recording")
        return FileResponse(path, media_type=_KINDS[path.suffix], filename=f"{call_id}-{file}")

    @app.exception_handler(404)
    async def not_found(request: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse({"error": error.detail}, 404)

    for add in bridges.routes(assistant.settings):
        add(app, active_calls)
    desk.add(app, active_calls)
    app.mount("/", StaticFiles(directory=WEB, html=True), name="page")
    return app


async def answer(active_calls: ActiveCalls, websocket: WebSocket) -> None:
    """Take a call, or say why not."""
    assistant, settings = active_calls.assistant, active_calls.assistant.settings
    await websocket.accept()
    if not same_origin(websocket.headers, settings.allowed_origins):
        assistant.counters["refused.origin"] += 1
        await websocket.close(_POLICY, "calls from pages of other sites are not taken")
        return
    if not active_calls.has_room():
        await websocket.close(_BUSY, f"all {settings.max_calls} lines are busy, try again soon")
        return
    query = websocket.query_params
    language = query.get("language", settings.language)
    if language not in assistant.config.packs:
        language = settings.language
    number = re.sub(r"\D", "", query.get("caller", "")) or None
    line = WebConnection(websocket, settings.stalled_write_seconds)
    await active_calls.take(line, Caller(number, language)).task


def health(assistant: Assistant) -> dict[str, Any]:
    """How the assistant is doing."""
    ears, voice = assistant.recogniser, assistant.speaking(assistant.settings.language)
    return {
        "status": "ok",
        "mode": "demonstration" if assistant.demonstrates else assistant.settings.profile,
        "notice": assistant.notice(assistant.settings.language),
        "calls": assistant.calls,
        "engines": {
            "ears": {"name": ears.name, "version": ears.version},
            "voice": {"name": voice.name, "version": voice.version},
        },
        "languages": {
            code: {"ears": ears.serves(code), "voice": assistant.speaking(code).serves(code)}
            for code in assistant.config.packs
        },
        "counters": dict(sorted(assistant.counters.items())),
    }


def sample_callers(assistant: Assistant) -> list[dict[str, Any]]:
    """The sample callers of every language, with where their voices are."""
    found = []
    for code, pack in assistant.config.packs.items():
        for caller in pack.callers:
            steps = []
            for number, step in enumerate(caller.steps):
                entry = step.model_dump(exclude_defaults=True)
                if step.say:
                    entry["audio"] = f"/samples/{code}/{caller.name}/{number}.wav"
                steps.append(entry)
            found.append(
                {"name": caller.name, "title": caller.title, "language": code, "steps": steps}
            )
    return found


async def sample_audio(assistant: Assistant, language: str, name: str, step: int) -> bytes:
    """A sample caller's sentence as a WAV file, in another voice than the agent's."""
    pack = assistant.config.packs.get(language)
    caller = next((c for c in pack.callers if c.name == name), None) if pack else None
    if pack is None or caller is None or not 0 <= step < len(caller.steps):
        raise HTTPException(404, "no such sample caller")
    pieces = assistant.cache.audio(
        caller.steps[step].say, assistant.caller_voice(language), fixed=True
    )
    return to_wav(b"".join([pcm async for pcm in pieces]), AGENT_RATE)
