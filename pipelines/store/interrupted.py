"""Calls that were going on when the process died: found at the next start, and closed.

Each recording holds a locked file in `<calls>/.open/`. The system drops the lock when the process
ends, however it ends, so what can be locked belongs to a call that nobody closed. Its log gets the
`CallEnded` that is missing, with the reason "interrupted"; its audio is whole up to the last flush.
"""

import fcntl
from contextlib import suppress
from pathlib import Path
from typing import IO

from loguru import logger

from agent.events import CallEnded
from agent.log import LogError, line, read

_FOLDER = ".open"


class Marker:
    """Says that a recording is being written, for as long as this process lives."""

    def __init__(self, calls: Path, call_id: str) -> None:
        folder = calls / _FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / call_id
        self._file: IO[str] | None = self._path.open("w")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def remove(self) -> None:
        """The recording is closed. Safe to call twice."""
        if self._file is not None:
            self._path.unlink(missing_ok=True)
            self._file.close()
            self._file = None


def close_interrupted(calls: Path) -> list[str]:
    """The ids of the calls that were closed now."""
    closed = []
    for path in sorted((calls / _FOLDER).glob("*")):
        with path.open("r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue  # another process is writing it
            if _end(calls / path.name / "log.jsonl"):
                closed.append(path.name)
            path.unlink(missing_ok=True)
    if closed:
        logger.warning("{} calls were interrupted when the last process ended", len(closed))
    return closed


def _end(log: Path) -> bool:
    """Close a log; whether it was open. A line cut short by the end of the process is dropped."""
    if not log.exists():
        return False
    text = log.read_text(encoding="utf-8", errors="ignore")
    whole = text[: text.rfind("\n") + 1]
    try:
        entries = list(read(whole.splitlines(keepends=True)))
    except LogError as error:
        logger.warning("{}: cannot be closed: {}", log, error)
        return False
    if entries and isinstance(entries[-1], CallEnded):
        return False
    at = max((getattr(entry, "at", 0.0) for entry in entries), default=0.0)
    with suppress(OSError):
        at = max(at, _recorded(log.with_name("caller.wav")))
    log.write_text(whole + line(CallEnded(at, "interrupted")) + "\n", encoding="utf-8")
    return True


def _recorded(caller: Path) -> float:
    """Seconds of 16 kHz audio on disk: the call's own clock."""
    return round((caller.stat().st_size - 44) / 32_000, 3)
