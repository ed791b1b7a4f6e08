"""`waxtaan replay --depth live`: recorded calls to a server, in real time."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx

from pipelines import logs
from pipelines.cli.errors import MISSING, WRONG_USAGE, fail
from pipelines.replay.run import Outcome
from pipelines.settings import Settings
from pipelines.store.recorded import Recorded

_PATIENCE = 5.0  # s for a server elsewhere to say which languages it has


@dataclass(frozen=True, slots=True)
class Live:
    """To which server, "" one of our own making, and how many calls at once."""

    to: str = ""
    parallel: int = 2


def replay_calls(
    recorded: Sequence[Recorded], out: Path, settings: Settings, live: Live
) -> Iterator[Outcome]:
    """Each into `out/<its id>`.

    Raises:
        EngineError: a server of our own cannot be started.
    """
    url = _address(live.to) if live.to else ""
    languages = _languages(url) if url else None
    logs.set_up(settings.log_level)  # before pipecat is imported, which says so
    # Here, since no other depth needs a server.
    from pipelines.replay.live import LiveServer, replay_live

    if url:
        server = LiveServer(url, languages=languages)
        yield from replay_live(recorded, out, server, settings.language, live.parallel)
        return
    from pipelines.packs.reader import load
    from pipelines.server.replaying import replaying

    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".replaying-", dir=out) as place:
        calls = Path(place)
        kept = settings.model_copy(update={"calls": calls, "record": True})
        with replaying(kept, recorded) as url:
            server = LiveServer(url, calls, load(settings.prompts, settings.languages).packs)
            at_once = min(live.parallel, settings.max_calls)
            yield from replay_live(recorded, out, server, settings.language, at_once)


def _address(url: str) -> str:
    at = urlsplit(url)
    if at.scheme not in ("ws", "wss") or not at.netloc:
        fail(f"--to {url}: an address like ws://127.0.0.1:8080/call is wanted", WRONG_USAGE)
    return urlunsplit((at.scheme, at.netloc, at.path.rstrip("/") or "/call", at.query, ""))


def _languages(url: str) -> frozenset[str] | None:
    """That a server has; None where it does not tell."""
    at = urlsplit(url)
    where = f"{'https' if at.scheme == 'wss' else 'http'}://{at.netloc}/languages"
    try:
        found = httpx.get(where, timeout=_PATIENCE, trust_env=False).json()
        return frozenset(each["code"] for each in found)
    except (httpx.TransportError, httpx.InvalidURL) as error:
        fail(f"nobody answers at {url}: {error}. Start it with: waxtaan serve", MISSING)
    except (ValueError, TypeError, KeyError):
        return None
