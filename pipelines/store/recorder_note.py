"""What recorded a call and what that took: `recorder.json`, beside its log.

It is written when the call has ended, and a process that was killed leaves none. It stands beside
the log, since a log holds only what a replay gives again.
"""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

RECORDER = "recorder.json"


class RecorderNote(BaseModel):
    """`cpu_seconds` is the call's share of processor time (`pipelines/engines/cpu_time.py`).

    `cpu_watts` is what a busy core takes by the operator's settings, 0 where they do not tell.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: str = ""
    cpu_seconds: float | None = Field(default=None, ge=0)
    cpu_watts: float = Field(default=0.0, ge=0)


def recorder_note(version: str, cpu_seconds: float, cpu_watts: float) -> bytes:
    """The file's content."""
    note = RecorderNote(version=version, cpu_seconds=round(cpu_seconds, 3), cpu_watts=cpu_watts)
    return note.model_dump_json(indent=1).encode() + b"\n"


def read_recorder_note(path: Path) -> RecorderNote:
    """An empty one where there is none, or none that can be read: the call is whole without."""
    try:
        return RecorderNote.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return RecorderNote()
