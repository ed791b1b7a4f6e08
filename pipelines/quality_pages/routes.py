"""The live pages over HTTP, under a prefix.

    GET  <prefix>/                                    the page
    GET  <prefix>/report.json                         its data, read anew
    GET  <prefix>/sound/{side}/{id}/{who}.wav         a channel; ranges as a player asks for them
    POST <prefix>/annotations/{side}/{id}             an annotation without `when`; all that count

Every answer that is none is {"error": why}.
"""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, cast, get_args

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse
from pydantic import ValidationError

from pipelines.errors import ConfigurationError
from pipelines.quality.html import PAGE
from pipelines.quality_pages.review import Review, Side, Who
from pipelines.store.annotations import LONGEST, Annotation, AnnotationError, told

Admit = Callable[[Request], Awaitable[object]]

_BIGGEST = 4 * LONGEST  # bytes of what is posted
_KINDS = {".css": "text/css", ".js": "text/javascript"}  # of the page's parts


def add(app: FastAPI, prefix: str, review: Review, admit: Admit) -> None:
    """Add them. `admit` raises where somebody may not see what callers say."""
    names = {path.name for path in PAGE.iterdir() if path.suffix in _KINDS}

    if prefix:

        @app.get(prefix)
        async def to_page() -> RedirectResponse:
            return RedirectResponse(f"{prefix}/")

    @app.get(f"{prefix}/")
    async def page() -> Response:
        return FileResponse(PAGE / "report.html", media_type="text/html")

    @app.get(f"{prefix}/report.json")
    async def data(request: Request) -> Response:
        await admit(request)
        try:
            found = await review.data()
        except ConfigurationError as error:
            return JSONResponse({"error": str(error)}, 500)
        return Response(found, media_type="application/json")

    @app.get(f"{prefix}/sound/{{side}}/{{id_}}/{{who}}.wav")
    async def sound(request: Request, side: str, id_: str, who: str) -> Response:
        await admit(request)
        known = side in get_args(Side) and who in get_args(Who)
        path = review.sound_of(cast(Side, side), id_, cast(Who, who)) if known else None
        if path is None or not path.is_file():
            return JSONResponse({"error": "there is no such sound"}, 404)
        return FileResponse(path, media_type="audio/wav")

    @app.post(f"{prefix}/annotations/{{side}}/{{id_}}")
    async def annotate(request: Request, side: str, id_: str) -> Response:
        await admit(request)
        if side not in get_args(Side):
            return JSONResponse({"error": f"a side is one of {', '.join(get_args(Side))}"}, 404)
        return await _annotated(request, review, cast(Side, side), id_)

    @app.get(f"{prefix}/{{name}}")
    async def part(name: str) -> Response:
        if name not in names:
            return JSONResponse({"error": "not found"}, 404)
        path = PAGE / name
        return FileResponse(path, media_type=_KINDS[path.suffix])


async def _annotated(request: Request, review: Review, side: Side, id_: str) -> Response:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _BIGGEST:
            return JSONResponse({"error": f"more than {_BIGGEST} bytes"}, 413)
    try:
        given = Annotation.model_validate_json(_with_time(bytes(body)))
        found = review.annotate(side, id_, given)
    except ValidationError as error:
        return JSONResponse({"error": told(error)}, 422)
    except (AnnotationError, ValueError) as error:
        return JSONResponse({"error": str(error)}, 404)
    except OSError as error:
        return JSONResponse({"error": f"it cannot be kept: {error.strerror}"}, 500)
    answer: dict[str, Any] = {"annotations": [each.model_dump() for each in found]}
    return JSONResponse(answer)


def _with_time(body: bytes) -> str:
    """What is posted, at this server's time: a browser's clock may be any."""
    given = json.loads(body)
    if not isinstance(given, dict):
        raise ValueError("expected an object")
    return json.dumps({**given, "when": datetime.now().isoformat(timespec="seconds")})
