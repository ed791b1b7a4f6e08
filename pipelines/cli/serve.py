"""`waxtaan serve`."""

import asyncio
import socket
import time

from pipelines.cli.errors import MISSING, fail
from pipelines.lines import tcp_timeout
from pipelines.settings import Settings

_STARTED = time.monotonic()


def serve(host: str | None, port: int | None) -> None:
    """Serve until interrupted."""
    given = {k: v for k, v in (("host", host), ("port", port)) if v is not None}
    settings = Settings(**given)  # type: ignore[arg-type]
    listener = _listen(settings)
    _run(settings, listener)


def _listen(settings: Settings) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(128)  # who calls once we are announced is not refused
    except OSError as error:
        fail(
            f"cannot listen on {settings.host}:{settings.port}: {error.strerror}. "
            "Stop what uses the port, or choose another: waxtaan serve --port 8081",
            MISSING,
        )
    tcp_timeout.set_timeout(listener, settings.stalled_write_seconds)
    return listener


def _run(settings: Settings, listener: socket.socket) -> None:
    import uvicorn

    from pipelines import logs
    from pipelines.assistant import Assistant
    from pipelines.desk.check import check as check_desk
    from pipelines.desk.webhook import delivering
    from pipelines.intents.classifier import judge
    from pipelines.intents.opening import expected_judge
    from pipelines.lines.active_calls import ActiveCalls
    from pipelines.lines.garbage_collection import freeze_loaded
    from pipelines.lines.telephony import bridges
    from pipelines.server.app import create_app
    from pipelines.server.uvicorn_config import config, loop_factory
    from pipelines.server.watchdog import watched
    from pipelines.store.interrupted import close_interrupted

    logs.set_up(settings.log_level)

    async def run() -> None:
        bridges.check(settings)
        close_interrupted(settings.calls)
        check_desk(settings)
        assistant = await Assistant.open(settings)
        active_calls = ActiveCalls(assistant)
        server = uvicorn.Server(config(create_app(assistant, active_calls), settings))
        freeze_loaded()
        host, port = listener.getsockname()[:2]
        by = expected_judge(settings, assistant.choices.embeddings)
        _announce(host, port, _judged(judge(assistant.intents), by))
        if notice := assistant.notice(settings.language):
            print(notice)
        print("Ctrl-C ends it.", flush=True)
        warming = asyncio.create_task(assistant.warm_voices())
        try:
            async with delivering(active_calls.feed, settings, assistant.counters):
                async with bridges.started(active_calls), watched(settings.hung_seconds):
                    await server.serve([listener])
                await active_calls.close()  # the webhook hears how the calls ended
        finally:
            warming.cancel()
            await active_calls.close()
            await assistant.close()

    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(run())


def _judged(now: str, later: str) -> str:
    told = f"Intents are judged by {now}"
    return told if now == later else f"{told}, and by {later} once the samples are learnt"


def _announce(host: str, port: int, judged: str) -> None:
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::", "::1") else host
    print(f"Waxtaan is ready after {time.monotonic() - _STARTED:.1f} s: http://{shown}:{port}")
    print(judged)
