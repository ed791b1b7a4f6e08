"""Takes the calls of recordings that are replayed live, over the web line, and no others.

Each is at the hour that it was made, the back office answers and transfers end as they did then,
and a key may be sent whose digit the log hides.
"""

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import FastAPI, WebSocket
from loguru import logger
from pipecat.frames.frames import Frame, InputDTMFFrame

from agent.numbers.digits import HIDDEN, WRONG
from pipelines.assistant import Assistant
from pipelines.call.call import Call
from pipelines.call.caller import Caller
from pipelines.lines.garbage_collection import after_call
from pipelines.lines.web.connection import WebConnection
from pipelines.lines.web.serializer import GuardedSerializer
from pipelines.replay.recorded_answers import RecordedAnswers
from pipelines.replay.recorded_call import CannotReplayError, RecordedCall, read_recorded_call
from pipelines.replay.recorded_connection import HiddenKey
from pipelines.replay.recorded_transfers import RecordedTransfers
from pipelines.server.app import BUSY, POLICY
from pipelines.store.recorded import Recorded


def create_app(assistant: Assistant, recorded: Mapping[str, Recorded]) -> FastAPI:
    """Takes the calls of these recordings, by their ids."""
    app = FastAPI(title="Waxtaan", docs_url=None, redoc_url=None)

    @app.websocket("/call")
    async def call(websocket: WebSocket) -> None:
        await websocket.accept()
        settings = assistant.settings
        if assistant.calls >= settings.max_calls:
            await websocket.close(BUSY, f"all {settings.max_calls} lines are busy")
            return
        try:
            one = recorded[websocket.query_params["replay"]]
            packs = assistant.config.packs
            given = read_recorded_call(one, settings.language, packs)
        except KeyError:
            await websocket.close(POLICY, "only recorded calls are taken")
            return
        except CannotReplayError:  # who plays it has read it, and knows why
            await websocket.close(POLICY, "this recording cannot be replayed")
            return
        await _take(assistant, websocket, one.id, given)

    return app


async def _take(assistant: Assistant, websocket: WebSocket, name: str, given: RecordedCall) -> None:
    own = copy.copy(assistant)  # but for its back office all is shared
    own.back_office = RecordedAnswers(given.entries, assistant.back_office, timed=True)
    then = given.start
    call = Call(
        own,
        _ReplayedConnection(websocket, assistant.settings.stalled_write_seconds, given),
        Caller(then.caller, then.language),
        start=lambda now: replace(
            now, now=then.now, calls_before=then.calls_before, call=then.call or name
        ),
    )
    assistant.calls += 1
    try:
        await call.run()
    except Exception:
        logger.exception("a call failed")
    finally:
        assistant.calls -= 1
        after_call(assistant.calls)


class _HiddenKeys(GuardedSerializer):
    """A recorded caller's key may be one that the log hides: the dialogue is told what it tells."""

    async def deserialize(self, data: str | bytes) -> Frame | None:
        """See `GuardedSerializer`."""
        frame = await super().deserialize(data)
        message: Any = getattr(frame, "message", {})
        match message:
            case {"type": "dtmf", "data": {"buttons": [str(key)]}} if key in (HIDDEN, WRONG):
                return InputDTMFFrame(HiddenKey(key))  # type: ignore[arg-type]
        return frame


class _ReplayedConnection(WebConnection):
    serializer = _HiddenKeys

    def __init__(self, websocket: WebSocket, stalled_after: float, given: RecordedCall) -> None:
        super().__init__(websocket, stalled_after)
        self.channel = given.start.channel
        self.band = "telephone" if given.narrow else "wide"
        self.transfers = RecordedTransfers(given.entries, given.start.people)
