"""The HTTP and WebSocket server: page, calls, recordings, health; and what lines and desk add."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response, WebSocket
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

from pipelines.assistant import Assistant
from pipelines.call.caller import Caller
from pipelines.desk import routes as desk_routes
from pipelines.knowledge.sheet import as_data, sheets
from pipelines.lines.active_calls import ActiveCalls
from pipelines.lines.telephony import bridges
from pipelines.lines.web.connection import WebConnection
from pipelines.lines.web.origin import same_origin
from pipelines.quality_pages import routes as quality_routes
from pipelines.quality_pages.review import Review, Reviewed
from pipelines.server.close_codes import CountCloseCodes
from pipelines.server.health import health
from pipelines.server.sample_callers import sample_audio, sample_callers

WEB = Path(__file__).resolve().parents[1] / "lines" / "web" / "static"
POLICY = 1008  # policy violation, RFC 6455, 7.4.1
BUSY = 1013  # try again later, IANA WebSocket close code registry
_CALL_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{12}")
_FILE = re.compile(
    r"(?:caller|agent|person-[0-9]{1,3})\.wav|log\.jsonl"
)  # a person: with the caller
_KINDS = {".wav": "audio/wav", ".jsonl": "application/jsonl"}
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; connect-src 'self' ws: wss:; "
    "img-src 'self' data:; media-src 'self' blob:",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def create_app(assistant: Assistant, active_calls: ActiveCalls | None = None) -> FastAPI:
    """The app. Assistant and calls are opened and closed by their owner."""
    active_calls = active_calls or ActiveCalls(assistant)
    app = FastAPI(title="Waxtaan", docs_url=None, redoc_url=None)
    app.middleware("http")(_with_headers)
    app.add_middleware(CountCloseCodes, counters=assistant.counters)
    app.exception_handler(404)(_not_found)
    _add_call(app, active_calls)
    _add_facts(app, assistant)
    _add_recordings(app, assistant)
    for add in bridges.routes(assistant.settings):
        add(app, active_calls)
    admit = desk_routes.add(app, active_calls)
    if admit is not None:
        settings = assistant.settings
        shown = Reviewed([settings.calls], history=settings.report_history)
        review = Review(shown, settings.prompts, languages=settings.languages)
        quality_routes.add(app, "/desk/quality", review, admit)
    app.mount("/", StaticFiles(directory=WEB, html=True), name="page")
    return app


async def _with_headers(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    response = await call_next(request)
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response


async def _not_found(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"error": getattr(error, "detail", "not found")}, 404)


def _add_call(app: FastAPI, active_calls: ActiveCalls) -> None:
    @app.websocket("/call")
    async def call(websocket: WebSocket) -> None:
        await answer(active_calls, websocket)


def _add_facts(app: FastAPI, assistant: Assistant) -> None:
    @app.get("/healthz")
    async def healthz() -> dict[str, Any]:
        return health(assistant)

    @app.get("/models")
    async def models() -> dict[str, Any]:
        """Which language model words answers, per language: the transparency sheet."""
        return {"languages": as_data(sheets(assistant.settings, assistant.config.packs))}

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
        audio = await sample_audio(assistant, language, name, step)
        if audio is None:
            raise HTTPException(404, "no such sample caller")
        return Response(audio, media_type="audio/wav")


def _add_recordings(app: FastAPI, assistant: Assistant) -> None:
    @app.get("/calls/{call_id}/{file}")
    async def recording(call_id: str, file: str) -> FileResponse:
        path = assistant.settings.calls / call_id / file
        known = _CALL_ID.fullmatch(call_id) and _FILE.fullmatch(file)
        if not assistant.settings.downloads or not known or not path.exists():
            raise HTTPException(404, "no such recording")
        return FileResponse(path, media_type=_KINDS[path.suffix], filename=f"{call_id}-{file}")


async def answer(active_calls: ActiveCalls, websocket: WebSocket) -> None:
    """Take a call, or say why not."""
    assistant, settings = active_calls.assistant, active_calls.assistant.settings
    await websocket.accept()
    if not same_origin(websocket.headers, settings.allowed_origins):
        assistant.counters["refused.origin"] += 1
        await websocket.close(POLICY, "calls from pages of other sites are not taken")
        return
    if not active_calls.has_room():
        await websocket.close(BUSY, f"all {settings.max_calls} lines are busy, try again soon")
        return
    query = websocket.query_params
    language = query.get("language", settings.language)
    if language not in assistant.config.packs:
        language = settings.language
    number = re.sub(r"\D", "", query.get("caller", "")) or None
    line = WebConnection(websocket, settings.stalled_write_seconds)
    await active_calls.take(line, Caller(number, language)).task
