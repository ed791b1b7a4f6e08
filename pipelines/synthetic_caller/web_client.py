"""What a client of the web line sends and gets: RTVI messages and sound, as pipecat's frames."""

import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import websockets
from pipecat.frames.protobufs.frames_pb2 import Frame  # type: ignore[attr-defined]

from pipelines.engines.asr.engine import SAMPLE_RATE


def ready(library: str) -> bytes:
    """The first message: the agent may speak. `library` is who the client is."""
    return message("client-ready", {"version": "2.2.0", "about": {"library": library}})


def message(kind: str, data: dict[str, Any]) -> bytes:
    """Any other one."""
    frame = Frame()
    frame.message.data = json.dumps(
        {"label": "rtvi-ai", "type": kind, "id": uuid.uuid4().hex, "data": data}
    )
    return bytes(frame.SerializeToString())


def audio(pcm: bytes, rate: int = SAMPLE_RATE) -> bytes:
    """Sound, mono at `rate` Hz."""
    frame = Frame()
    frame.audio.audio = pcm
    frame.audio.sample_rate = rate
    frame.audio.num_channels = 1
    return bytes(frame.SerializeToString())


async def frames(line: websockets.ClientConnection) -> AsyncIterator[Any]:
    """What the server sends, until the line is closed."""
    try:
        async for data in line:
            yield Frame.FromString(data)
    except websockets.ConnectionClosed:
        return


def server_message(frame: Any) -> dict[str, Any] | None:
    """What is told in one of the messages of `pipelines/call/messages.py`; None of any other."""
    told = json.loads(frame.message.data)
    return told["data"] if told.get("type") == "server-message" else None
