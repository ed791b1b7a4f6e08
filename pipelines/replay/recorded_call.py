"""What there is of a recorded call to be played again: the caller's channel, and its log."""

import json
import wave
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.actions import Action
from agent.events import CallStarted, Event
from agent.log import LogError, header, read
from pipelines.store.recorded import Recorded, language_of

_TELEPHONE = 8000  # Hz, of the agent's channel on a narrow line


class CannotReplayError(ValueError):
    """The recording is not one that can be played to the pipeline; says why."""


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """`pcm` is the caller's channel at `rate` Hz, `entries` the log's, () without one."""

    pcm: bytes
    rate: int
    start: CallStarted
    agent_rate: int
    entries: Sequence[Event | Action] = ()

    @property
    def seconds(self) -> float:
        """How long the caller's channel lasts."""
        return len(self.pcm) / 2 / self.rate

    @property
    def narrow(self) -> bool:
        """Whether it came by telephone."""
        return self.agent_rate <= _TELEPHONE or self.rate <= _TELEPHONE


def read_recorded_call(
    recorded: Recorded, language: str, packs: Collection[str] | None
) -> RecordedCall:
    """A recording as it can be played.

    Args:
        recorded: where it lies.
        language: in which a call begins that does not tell.
        packs: the languages that there are; None where nobody knows.

    Raises:
        CannotReplayError: it cannot be played.
    """
    if recorded.caller is None:
        raise CannotReplayError("there is no caller.wav")
    pcm, rate = _channel(recorded.caller)
    agent_rate = _channel(recorded.agent)[1] if recorded.agent else rate
    entries = _entries(recorded.log) if recorded.log else []
    unknown = CallStarted(0.0, "web", None, language_of(recorded, language))
    start = next((e for e in entries if isinstance(e, CallStarted)), unknown)
    if entries and start is unknown:
        raise CannotReplayError(f"{recorded.log}: no call starts in it")
    if packs is not None and start.language not in packs:
        raise CannotReplayError(f"there is no pack '{start.language}', its first language")
    return RecordedCall(pcm, rate, start, agent_rate, entries)


def renamed(log: Path, name: str) -> list[Event | Action]:
    """What the replay logged, under the recorded call's id from now on."""
    first, _, rest = log.read_text(encoding="utf-8").partition("\n")
    about = {key: value for key, value in json.loads(first).items() if key != "log"}
    log.write_text(header(**{**about, "id": name}) + "\n" + rest, encoding="utf-8")
    return list(read(rest.splitlines(keepends=True)))


def _channel(path: Path) -> tuple[bytes, int]:
    """Samples and their rate."""
    try:
        with wave.open(str(path), "rb") as file:
            if (file.getnchannels(), file.getsampwidth()) != (1, 2):
                raise CannotReplayError(f"{path}: not one channel of 16 bits; import it first")
            return file.readframes(file.getnframes()), file.getframerate()
    except (OSError, EOFError, wave.Error) as error:
        raise CannotReplayError(f"{path}: cannot be read as sound: {error}") from error


def _entries(log: Path) -> list[Event | Action]:
    try:
        with log.open(encoding="utf-8") as lines:
            return list(read(lines))
    except (OSError, LogError, UnicodeDecodeError, RecursionError) as error:
        raise CannotReplayError(f"{log}: {error}") from error
