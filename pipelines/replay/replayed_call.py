"""One recorded call through the pipeline as it is, on virtual time, into a recording of its own."""

import asyncio
import json
import shutil
import tempfile
import wave
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from agent.actions import Action
from agent.events import CallStarted, Event
from agent.log import LogError, header, read
from pipelines.assistant import Assistant
from pipelines.call.call import Call
from pipelines.call.caller import Caller
from pipelines.replay.audio_replayed import AudioReplayed
from pipelines.replay.caller_channel import CallerChannel
from pipelines.replay.caller_turns import caller_turns
from pipelines.replay.divergence import divergence
from pipelines.replay.recorded_answers import RecordedAnswers
from pipelines.replay.recorded_connection import RecordedConnection
from pipelines.replay.recorded_transfers import RecordedTransfers
from pipelines.replay.virtual_time import VirtualTimeLoop
from pipelines.store.recorded import LOG, Recorded, language_of

_TELEPHONE = 8000  # Hz, of the agent's channel on a narrow line


class CannotReplayError(ValueError):
    """The recording is not one that can be played to the pipeline; says why."""


@dataclass(frozen=True, slots=True)
class _Given:
    """What there is of a recorded call."""

    pcm: bytes
    rate: int
    start: CallStarted
    agent_rate: int
    entries: Sequence[Event | Action] = ()

    @property
    def narrow(self) -> bool:
        return self.agent_rate <= _TELEPHONE or self.rate <= _TELEPHONE


class CallReplay:
    """Replays calls, one after the other, with an assistant that takes no others."""

    def __init__(self, assistant: Assistant, *, aligned: bool = True) -> None:
        self._assistant = assistant
        self._settings = assistant.settings
        self._office = assistant.back_office
        self._aligned = aligned
        assistant.recent_calls = None  # how often they had called before stands in the log

    async def replay(self, recorded: Recorded, out: Path) -> AudioReplayed:
        """Into the folder `out/<its id>`. On a `VirtualTimeLoop`; whatever is wrong is told."""
        folder = out / recorded.id
        if folder.exists():
            return AudioReplayed(recorded.id, left_out=f"{folder} is there already")
        try:
            given = self._given(recorded)
        except CannotReplayError as error:
            return AudioReplayed(recorded.id, left_out=str(error))
        try:
            with tempfile.TemporaryDirectory(prefix=".replaying-", dir=out) as place:
                return await self._replay(recorded.id, given, Path(place), folder)
        except Exception as error:  # one call that fails is told, and the others are replayed
            why = f"the pipeline failed: {type(error).__name__} {error}"
            return AudioReplayed(recorded.id, left_out=why)

    async def _replay(self, name: str, given: _Given, place: Path, folder: Path) -> AudioReplayed:
        assistant, start = self._assistant, given.start
        answers = RecordedAnswers(given.entries, self._office, timed=True)
        assistant.back_office = answers
        assistant.settings = self._settings.model_copy(update={"calls": place, "record": True})
        lasted = len(given.pcm) / 2 / given.rate
        turns = caller_turns(given.entries, lasted) if given.entries else []
        caller = CallerChannel(given.pcm, given.rate, turns, self._aligned)
        line = RecordedConnection(
            caller,
            channel=start.channel,
            band="telephone" if given.narrow else "wide",
            agent_rate=given.agent_rate,
            transfers=RecordedTransfers(given.entries, start.people),
        )
        call = Call(
            assistant,
            line,
            Caller(start.caller, start.language),
            line.told,
            lambda now: replace(
                now, now=start.now, calls_before=start.calls_before, call=start.call or name
            ),
        )
        loop = asyncio.get_running_loop()
        if not isinstance(loop, VirtualTimeLoop):
            raise TypeError("a call is replayed on a VirtualTimeLoop")
        with loop.virtual():
            await call.run()
        made = place / call.id
        entries = _renamed(made / LOG, name)
        shutil.move(made, folder)
        return AudioReplayed(
            name,
            folder,
            caller.at,
            divergence(turns, caller.played, entries) if turns else None,
            answers.unanswered,
            not turns,
        )

    def _given(self, recorded: Recorded) -> _Given:
        if recorded.caller is None:
            raise CannotReplayError("there is no caller.wav")
        pcm, rate = _channel(recorded.caller)
        agent_rate = _channel(recorded.agent)[1] if recorded.agent else rate
        entries = _entries(recorded.log) if recorded.log else []
        language = language_of(recorded, self._settings.language)
        unknown = CallStarted(0.0, "web", None, language)
        start = next((e for e in entries if isinstance(e, CallStarted)), unknown)
        if entries and start is unknown:
            raise CannotReplayError(f"{recorded.log}: no call starts in it")
        if start.language not in self._assistant.config.packs:
            raise CannotReplayError(f"there is no pack '{start.language}', its first language")
        return _Given(pcm, rate, start, agent_rate, entries)


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


def _renamed(log: Path, name: str) -> list[Event | Action]:
    """What the replay logged, under the recorded call's id from now on."""
    first, _, rest = log.read_text(encoding="utf-8").partition("\n")
    about = {key: value for key, value in json.loads(first).items() if key != "log"}
    log.write_text(header(**{**about, "id": name}) + "\n" + rest, encoding="utf-8")
    return list(read(rest.splitlines(keepends=True)))
