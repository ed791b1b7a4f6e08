"""How our servers listen, whoever starts them."""

import asyncio
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from pipelines.settings import Settings


def config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """Of a server that takes calls over WebSockets."""
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws_max_size=settings.max_message_bytes,
        ws_per_message_deflate=False,  # speech does not compress, and it costs a core
        ws_ping_timeout=settings.stalled_write_seconds * 2,
        timeout_graceful_shutdown=2,
    )


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's where it is installed, else None."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
