"""What is kept of a call that was played live: the server's recording of it, or one of ours."""

import asyncio
import json
import shutil
import tempfile
import wave
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from agent.log import LogError
from pipelines.audio import AGENT_RATE
from pipelines.importing.shapes import Source
from pipelines.importing.write import importer
from pipelines.replay.live_call import LiveHeard
from pipelines.replay.recorded_call import RecordedCall, renamed
from pipelines.store.recorded import AGENT, CALLER, LOG, SOURCE, TRANSCRIPT
from pipelines.store.recorder_note import RECORDER
from pipelines.store.transcript import lines

_PATIENCE = 10.0  # s for a call's log to be whole once the line is closed
_LOOK = 0.1  # s between looks at it
_WITHOUT = "only sound and words are kept, which waxtaan replay takes, and compare does not"


async def take_recording(calls: Path, heard: LiveHeard, folder: Path) -> None:
    """What a server of our own recorded under `calls`, into the recorded call's `folder`.

    Raises:
        LogError: it kept no whole recording.
    """
    made = calls / (heard.id or "none")
    try:
        async with asyncio.timeout(_PATIENCE):
            # What is written last is looked for; another process writes it.
            while not (made / RECORDER).is_file():  # noqa: ASYNC110
                await asyncio.sleep(_LOOK)
            if not _has_ended((made / LOG).read_text(encoding="utf-8")):
                raise TimeoutError
    except (TimeoutError, OSError):
        raise LogError("the server kept no whole recording of it; see above") from None
    renamed(made / LOG, folder.name)
    shutil.move(made, folder)


async def make_recording(url: str, given: RecordedCall, heard: LiveHeard, folder: Path) -> str:
    """What we heard of a server elsewhere, with its log where it hands it out.

    Returns why there is no log, "" where there is: a transcript is then in its place.
    """
    log, lacking = "", "the server does not hand out its log (its settings record and downloads)"
    if path := heard.downloads.get("log"):
        at = urlsplit(url)
        scheme = "https" if at.scheme == "wss" else "http"
        try:
            log = await _download(f"{scheme}://{at.netloc}{path}")
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            lacking = f"the server's log could not be had: {type(error).__name__} {error}"
    with tempfile.TemporaryDirectory(prefix=".replaying-", dir=folder.parent) as place:
        made = Path(place) / folder.name
        made.mkdir()
        _write_sound(made / CALLER, heard.caller, given.rate)
        _write_sound(made / AGENT, heard.agent, AGENT_RATE)
        if not (log and _write_log(made / LOG, log)):
            _write_words(made, given.start.language, heard)
            lacking = lacking if not log else "what the server hands out as its log is none"
            log = ""
        shutil.move(made, folder)
    return "" if log else f"{lacking}: {_WITHOUT}"


async def _download(url: str) -> str:
    """A log, once it has its end."""
    async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(_PATIENCE):
        while True:
            answer = await client.get(url)
            if answer.status_code == httpx.codes.OK and _has_ended(answer.text):
                return answer.text
            await asyncio.sleep(_LOOK)


def _has_ended(log: str) -> bool:
    try:
        entry = json.loads(log.rstrip("\n").rpartition("\n")[2])
    except ValueError:
        return False
    return isinstance(entry, dict) and entry.get("event") == "CallEnded"


def _write_log(path: Path, text: str) -> bool:
    """Under the recorded call's id; False where it cannot be read."""
    path.write_text(text, encoding="utf-8")
    try:
        renamed(path, path.parent.name)
    except (LogError, ValueError, AttributeError, RecursionError):
        path.unlink()
        return False
    return True


def _write_words(folder: Path, language: str, heard: LiveHeard) -> None:
    source = Source(importer=importer(), name=folder.name, originals=(), language=language)
    (folder / SOURCE).write_text(source.model_dump_json(indent=1) + "\n", encoding="utf-8")
    (folder / TRANSCRIPT).write_text(lines(heard.said), encoding="utf-8")


def _write_sound(path: Path, pcm: bytes | bytearray, rate: int) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(pcm))
