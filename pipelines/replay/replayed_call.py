"""One recorded call through the pipeline as it is, on virtual time, into a recording of its own."""

import asyncio
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from pipelines.assistant import Assistant
from pipelines.call.call import Call
from pipelines.call.caller import Caller
from pipelines.replay.audio_replayed import AudioReplayed
from pipelines.replay.caller_channel import CallerChannel
from pipelines.replay.caller_turns import caller_turns
from pipelines.replay.divergence import divergence
from pipelines.replay.recorded_answers import RecordedAnswers
from pipelines.replay.recorded_call import (
    CannotReplayError,
    RecordedCall,
    read_recorded_call,
    renamed,
)
from pipelines.replay.recorded_connection import RecordedConnection
from pipelines.replay.recorded_transfers import RecordedTransfers
from pipelines.replay.virtual_time import VirtualTimeLoop
from pipelines.store.recorded import LOG, Recorded


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
            packs = self._assistant.config.packs
            given = read_recorded_call(recorded, self._settings.language, packs)
        except CannotReplayError as error:
            return AudioReplayed(recorded.id, left_out=str(error))
        try:
            with tempfile.TemporaryDirectory(prefix=".replaying-", dir=out) as place:
                return await self._replay(recorded.id, given, Path(place), folder)
        except Exception as error:  # one call that fails is told, and the others are replayed
            why = f"the pipeline failed: {type(error).__name__} {error}"
            return AudioReplayed(recorded.id, left_out=why)

    async def _replay(
        self, name: str, given: RecordedCall, place: Path, folder: Path
    ) -> AudioReplayed:
        assistant, start = self._assistant, given.start
        answers = RecordedAnswers(given.entries, self._office, timed=True)
        assistant.back_office = answers
        assistant.settings = self._settings.model_copy(update={"calls": place, "record": True})
        turns = caller_turns(given.entries, given.seconds) if given.entries else []
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
        entries = renamed(made / LOG, name)
        shutil.move(made, folder)
        return AudioReplayed(
            name,
            folder,
            caller.at,
            divergence(turns, caller.played, entries) if turns else None,
            answers.unanswered,
            not turns,
        )
