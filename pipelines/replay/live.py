"""Recorded calls played live to a server: one of our own making, or one that runs elsewhere.

Of our own the recordings are taken as they are. Of one elsewhere both channels are kept as they
were sent and heard, and its log where it offers that for download; keys whose digits a log hides
are never sent there, and the caller hangs up instead.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit, urlunsplit

from agent.log import LogError
from pipelines.replay.caller_channel import CallerChannel
from pipelines.replay.caller_turns import CallerTurn, caller_turns
from pipelines.replay.divergence import divergence_of
from pipelines.replay.live_call import LiveCall, LiveHeard, up_to_secrets
from pipelines.replay.live_recording import make_recording, take_recording
from pipelines.replay.recorded_call import (
    CannotReplayError,
    RecordedCall,
    read_recorded_call,
)
from pipelines.replay.run import Outcome
from pipelines.replay.steps import UNKNOWN
from pipelines.store.recorded import Recorded
from pipelines.store.recorder_note import RECORDER, read_recorder_note
from pipelines.store.replay_note import REPLAY, Divergence, ReplayNote

NOT_SENT = "digits that its log hides"  # no question: where a call elsewhere cannot go on


@dataclass(frozen=True, slots=True)
class LiveServer:
    """`calls` is where one of our own keeps its recordings; None of one that runs elsewhere.

    `languages` are those that it has; None where it does not tell.
    """

    url: str
    calls: Path | None = None
    languages: Collection[str] | None = None


def replay_live(
    recorded: Sequence[Recorded], out: Path, server: LiveServer, language: str, parallel: int
) -> Iterator[Outcome]:
    """All of them, in their order, `parallel` at a time, each into `out/<its id>`.

    `language` is what a call begins in that does not tell. Whatever is wrong with one is told.
    """
    out.mkdir(parents=True, exist_ok=True)
    with asyncio.Runner() as runner:
        outcomes = _all(recorded, LiveReplay(out, server, language, parallel))
        while (outcome := runner.run(_following(outcomes))) is not None:
            yield outcome


async def _following(outcomes: AsyncIterator[Outcome]) -> Outcome | None:
    return await anext(outcomes, None)


async def _all(recorded: Sequence[Recorded], replay: "LiveReplay") -> AsyncIterator[Outcome]:
    for each in [asyncio.create_task(replay.replay(one)) for one in recorded]:
        yield await each


class LiveReplay:
    """Replays calls by one server."""

    def __init__(self, out: Path, server: LiveServer, language: str, parallel: int) -> None:
        self._out = out
        self._server = server
        self._language = language
        self._lines = asyncio.Semaphore(parallel)
        self._going = 0
        self._ended = asyncio.Event()  # one of them did

    async def replay(self, recorded: Recorded) -> Outcome:
        """One. Where the server has no line free it waits for another one of ours to end."""
        async with self._lines:
            while True:
                self._going += 1
                try:
                    outcome, busy = await self._replay(recorded)
                finally:
                    self._going -= 1
                    self._ended.set()
                if not (busy and self._going):
                    return outcome
                self._ended.clear()
                await self._ended.wait()

    async def _replay(self, recorded: Recorded) -> tuple[Outcome, bool]:
        """And whether the server had no line free."""
        name, folder = recorded.id, self._out / recorded.id
        if folder.exists():
            return Outcome(name, left_out=f"{folder} is there already"), False
        try:
            given = read_recorded_call(recorded, self._language, self._server.languages)
        except CannotReplayError as error:
            return Outcome(name, left_out=str(error)), False
        turns = caller_turns(given.entries, given.seconds) if given.entries else []
        hidden = 0
        if self._server.calls is None:
            turns, hidden = up_to_secrets(turns)
        caller = CallerChannel(given.pcm, given.rate, turns)
        heard = await LiveCall(caller).call(self._address(name, given))
        if heard.refused:
            return Outcome(name, left_out=heard.refused), heard.busy
        try:
            lacking = await self._keep(given, heard, folder)
        except (OSError, LogError) as error:
            return Outcome(name, left_out=str(error)), False
        diverged = _divergence(turns, caller, heard)
        if diverged is None and hidden:
            asked = turns[hidden - 1].question
            diverged = Divergence(turn=hidden, at=round(caller.at, 3), then=asked, now=NOT_SENT)
        known = read_recorder_note(folder / RECORDER).version  # nobody tells of another server's
        note = ReplayNote(depth="live", version=known, diverged=diverged)
        (folder / REPLAY).write_text(note.model_dump_json(indent=1) + "\n", encoding="utf-8")
        return Outcome(name, diverged, lacking=lacking), False

    async def _keep(self, given: RecordedCall, heard: LiveHeard, folder: Path) -> str:
        """What could not be kept, in words."""
        if self._server.calls is None:
            return await make_recording(self._server.url, given, heard, folder)
        await take_recording(self._server.calls, heard, folder)
        return ""

    def _address(self, name: str, given: RecordedCall) -> str:
        asked = {"language": given.start.language}
        if self._server.calls is not None:
            asked["replay"] = name
        elif given.start.caller:
            asked["caller"] = given.start.caller
        at = urlsplit(self._server.url)
        query = "&".join(each for each in (at.query, urlencode(asked)) if each)
        return urlunsplit((at.scheme, at.netloc, at.path, query, ""))


def _divergence(
    turns: Sequence[CallerTurn], caller: CallerChannel, heard: LiveHeard
) -> Divergence | None:
    if turns:
        return divergence_of(turns, caller.played, heard.asked, round(caller.at, 3))
    said = [each for each in heard.said if each.speaker == "caller"]
    if len(said) < 2:
        return None
    at = said[1].start or 0.0
    now = next(question for since, question in reversed(heard.asked) if since <= at)
    return Divergence(turn=2, at=at, then=UNKNOWN, now=now)
