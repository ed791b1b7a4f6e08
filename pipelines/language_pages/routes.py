"""The review of a language over HTTP.

    GET  /                  the page
    GET  /language.json     its lines, read anew
    GET  /conflicts.json    samples that two intents fight over
    POST /mark              {file, place, seen, doubt}: approved, or doubtful where `doubt` says why
    POST /correct           {file, place, seen, sentences}: written, and approved by who wrote it
    POST /listen            {file, place, sentences}: WAV of a wording, typed or else as kept

A line is named by `file` and `place` as /language.json has them; `seen` is what it was there. An
answer that is none is {"error": why}; 409 has the line as it stands, 422 the faults one by one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.errors import ConfigurationError, EngineError
from pipelines.language_pages.folder import (
    ChangedError,
    LanguageFolder,
    RefusedError,
    UnknownError,
)
from pipelines.language_pages.voice import Speaks
from pipelines.packs.toml_lists import Place
from pipelines.quality.html import PAGE as HOUSE
from pipelines.quality_pages.app import admit

OWN = Path(__file__).parent / "page"
_SHARED = ("theme.css", "controls.css", "dom.js")  # of the report of calls
_KINDS = {".css": "text/css", ".js": "text/javascript"}
_BIGGEST = 1 << 18  # bytes of what is posted: the longest list there is, several times
_LONGEST_SPOKEN = 2000  # characters of what is listened to


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")

    file: str
    place: Place

    @property
    def at(self) -> tuple[str, Place]:
        return self.file, self.place


class _Marked(_Line):
    seen: str
    doubt: str = Field(default="", max_length=1000)


class _Corrected(_Line):
    seen: str
    sentences: tuple[str, ...]


class _Heard(_Line):
    sentences: tuple[str, ...] = ()


_Posted = TypeVar("_Posted", bound=BaseModel)


def add(app: FastAPI, folder: LanguageFolder, voice: Speaks, today: Callable[[], date]) -> None:
    """Add them; `today` is the date of a mark."""
    parts = {path.name: path for path in OWN.iterdir() if path.suffix in _KINDS}
    parts |= {name: HOUSE / name for name in _SHARED}

    @app.get("/")
    async def page() -> Response:
        return FileResponse(OWN / "review.html", media_type="text/html")

    @app.get("/language.json")
    async def language(request: Request) -> Response:
        await admit(request)
        return await _answer(lambda: folder.data())

    @app.get("/conflicts.json")
    async def conflicts(request: Request) -> Response:
        await admit(request)
        return await _answer(lambda: {"conflicts": folder.conflicts()})

    @app.post("/mark")
    async def mark(request: Request) -> Response:
        return await _posted(
            request, _Marked, lambda it: {"entry": folder.mark(it.at, it.seen, today(), it.doubt)}
        )

    @app.post("/correct")
    async def correct(request: Request) -> Response:
        def write(it: _Corrected) -> dict[str, Any]:
            entry = folder.correct(it.at, it.seen, it.sentences, today())
            return {"warnings": entry.pop("warnings"), "entry": entry}

        return await _posted(request, _Corrected, write)

    @app.post("/listen")
    async def listen(request: Request) -> Response:
        texts: list[str] = []

        def fill(it: _Heard) -> dict[str, Any]:
            texts.append(folder.spoken(it.at, it.sentences))
            return {}

        answer = await _posted(request, _Heard, fill)
        if not texts:
            return answer
        if not texts[0] or len(texts[0]) > _LONGEST_SPOKEN:
            return _error(422, f"1 to {_LONGEST_SPOKEN} characters can be listened to")
        try:
            return Response(await voice.wav(texts[0]), media_type="audio/wav")
        except EngineError as error:
            return _error(503, f"it cannot be spoken: {error}")

    @app.get("/{name}")
    async def part(name: str) -> Response:
        if name not in parts:
            return _error(404, "not found")
        return FileResponse(parts[name], media_type=_KINDS[parts[name].suffix])


async def _posted(
    request: Request, kind: type[_Posted], do: Callable[[_Posted], dict[str, Any]]
) -> Response:
    await admit(request)
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _BIGGEST:
            return _error(413, f"more than {_BIGGEST} bytes")
    try:
        given = kind.model_validate_json(bytes(body))
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        return _error(422, f"{where}: {first['msg']}".removeprefix(": "))
    return await _answer(lambda: do(given))


async def _answer(do: Callable[[], dict[str, Any]]) -> Response:
    found: Awaitable[dict[str, Any]] = asyncio.to_thread(do)
    try:
        return JSONResponse(await found)
    except RefusedError as error:
        return JSONResponse({"error": str(error), "faults": error.faults}, 422)
    except ChangedError as error:
        return JSONResponse({"error": str(error), "entry": error.entry}, 409)
    except UnknownError as error:
        return _error(404, str(error))
    except ConfigurationError as error:
        return _error(500, str(error))
    except OSError as error:
        return _error(500, f"{error.filename}: it cannot be written: {error.strerror}")


def _error(status: int, told: str) -> JSONResponse:
    return JSONResponse({"error": told}, status)
