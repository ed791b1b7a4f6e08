"""An operator's system in one page: serves the demonstration's customers to `http.py`.

Start from it to put your own system behind Waxtaan:

    python -m pipelines.backoffice.example_server --port 8010
"""

import argparse
import hmac
import os
from typing import Annotated, Any

import uvicorn
from fastapi import FastAPI, Header, HTTPException

from pipelines.backoffice.demo import DemoBackOffice
from pipelines.backoffice.protocol import BackOffice, NotFound, Unavailable


def create_app(back_office: BackOffice, token: str | None = None) -> FastAPI:
    """`back_office` over HTTP; with `token`, only for those who send it as a bearer token."""
    app = FastAPI(title="Waxtaan example back office")

    @app.post("/{question}")
    async def answer(
        question: str,
        arguments: dict[str, str],
        authorization: Annotated[str, Header()] = "",
    ) -> dict[str, Any]:
        if token and not hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
            raise HTTPException(401, "send the token as: Authorization: Bearer ...")
        try:
            return await back_office.fetch(question, arguments)
        except NotFound as error:
            raise HTTPException(404, str(error)) from None
        except Unavailable as error:
            raise HTTPException(503, str(error)) from None
        except ValueError as error:
            raise HTTPException(422, str(error)) from None

    return app


def main() -> None:
    """Serve on loopback. The token, if any, is read from BACK_OFFICE_TOKEN."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8010)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds each answer takes")
    options = parser.parse_args()
    app = create_app(
        DemoBackOffice(latency=options.latency), token=os.environ.get("BACK_OFFICE_TOKEN")
    )
    uvicorn.run(app, host=options.host, port=options.port)


if __name__ == "__main__":
    main()
