"""`waxtaan review`: recorded calls in the browser, to be looked at and annotated."""

import socket
from dataclasses import dataclass
from pathlib import Path

from pipelines.cli.errors import MISSING, WRONG_USAGE, fail
from pipelines.cli.found import there
from pipelines.errors import ConfigurationError
from pipelines.quality.gates import read_gates
from pipelines.quality.history import read_history
from pipelines.quality_pages.app import create_app
from pipelines.quality_pages.review import Review, Reviewed
from pipelines.settings import Settings

_HOST = "127.0.0.1"  # what callers say is for this machine's people; a desk has a token


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page has besides the recordings; `gate` is a file of limits."""

    baseline: Path | None
    gate: Path | None
    sound: bool
    title: str
    history: Path | None


def review(paths: list[Path], shown: Shown, port: int) -> None:
    """Serve until interrupted, to this machine alone."""
    settings = Settings()
    places = paths or [settings.calls]
    baseline = [shown.baseline] if shown.baseline else []
    there((*places, *baseline))
    try:
        gates = read_gates(shown.gate) if shown.gate else None
        if shown.history:
            read_history(shown.history)
    except ConfigurationError as error:
        fail(str(error), WRONG_USAGE)
    what = Reviewed(places, baseline, gates, shown.title, shown.history)
    listener = listening(port)
    serve(Review(what, settings.prompts, shown.sound, settings.languages), listener)


def listening(port: int) -> socket.socket:
    """A socket for this machine alone; ends with `MISSING` where the port is taken."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_HOST, port))
    except OSError as error:
        told = f"cannot listen on {_HOST}:{port}: {error.strerror}; choose another --port"
        fail(told, MISSING)
    return listener


def serve(shown: Review, listener: socket.socket) -> None:
    """On an open socket."""
    import uvicorn

    host, port = listener.getsockname()[:2]
    app = create_app(shown, f"{host}:{port}")
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off")
    print(f"Look at them on http://{host}:{port}/ (Ctrl-C ends it)", flush=True)
    uvicorn.Server(config).run(sockets=[listener])
