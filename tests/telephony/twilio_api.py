"""Twilio's REST interface, for calls in progress: give a call other TwiML, or end it."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from tests.pipelines.phone import _Uvicorn as Uvicorn
from tests.pipelines.phone import eventually
from tests.telephony.twilio_phone import ACCOUNT, TOKEN, Phone


@asynccontextmanager
async def twilio_api(*phones: Phone) -> AsyncIterator[str]:
    """Its address, while it runs."""
    app, calls = FastAPI(), {phone.sid: phone for phone in phones}
    expected = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()

    @app.post(f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{{name}}")
    async def update(name: str, request: Request) -> JSONResponse:
        if request.headers.get("authorization") != expected:
            return JSONResponse({"code": 20003, "message": "Authenticate"}, 401)
        phone = calls.get(name.removesuffix(".json"))
        if phone is None or phone.ended.is_set():
            return JSONResponse({"code": 20404, "message": "not found"}, 404)
        form: dict[str, Any] = dict(parse_qsl((await request.body()).decode()))
        await phone.updated(form.get("Twiml", "<Response><Hangup/></Response>"))
        return JSONResponse({"sid": phone.sid, "status": "in-progress"})

    server = Uvicorn(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    running = asyncio.create_task(server.serve())
    await eventually(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
