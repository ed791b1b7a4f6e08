"""The live pages alone, for people at this machine."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse

from pipelines.lines.web.origin import same_origin
from pipelines.quality_pages import routes
from pipelines.quality_pages.review import Review

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def create_app(review: Review, address: str) -> FastAPI:
    """The app of a server at `address`, "127.0.0.1:8090"."""
    app = guarded("Waxtaan: recorded calls", address)
    routes.add(app, "", review, admit)
    return app


async def admit(request: Request) -> None:
    """Raise HTTPException where a page of another site asks."""
    if not same_origin(request.headers):
        raise HTTPException(403, "it is only used from its own page")


def guarded(title: str, address: str) -> FastAPI:
    """An app without routes, of a server at `address`; what it refuses is {"error": why}.

    It has no log-in, so it answers to that name alone: a page of another site whose name was made
    to lead here (DNS rebinding) is not let in.
    """
    port = address.rpartition(":")[2]
    names = (address, f"localhost:{port}")
    app = FastAPI(title=title, docs_url=None, redoc_url=None, openapi_url=None)

    @app.middleware("http")
    async def guard(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        if request.headers.get("host") not in names:
            return JSONResponse({"error": f"this server answers to {address}"}, 421)
        response = await call_next(request)
        response.headers.update(_HEADERS)
        return response

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse({"error": error.detail}, error.status_code)

    return app
