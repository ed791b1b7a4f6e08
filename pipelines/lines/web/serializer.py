"""The protocol of the web page and of every pipecat client: RTVI over protobuf, from strangers.

pipecat's own serializer lets a malformed message end the call, and a client pass for the recogniser
(transcription frames) or the dialogue (interruption frames). Here only audio comes in, and those
RTVI messages that a caller needs (others carry audio, files or results which nobody has checked);
what else comes is counted and ignored, and too much of it ends the call with a reason.
"""

from collections.abc import Callable
from typing import Any

from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    InputAudioRawFrame,
    InputTransportMessageFrame,
)
from pipecat.serializers.protobuf import ProtobufFrameSerializer

_RATES = range(8_000, 48_001)
_MESSAGES = frozenset({"client-ready", "client-message", "dtmf", "send-text", "disconnect-bot"})


class GuardedSerializer(ProtobufFrameSerializer):
    """`on_bad()` is called once for each message that is not what a client may send."""

    def __init__(self, on_bad: Callable[[], None]) -> None:
        super().__init__()
        self._on_bad = on_bad

    async def serialize(self, frame: Frame) -> str | bytes | None:
        """Bytes for what clients know; the ends of the pipeline's life are none of theirs."""
        if isinstance(frame, (EndFrame, CancelFrame)):
            return None
        return await super().serialize(frame)

    async def deserialize(self, data: str | bytes) -> Frame | None:
        """A frame, or None for a message that is ignored. Never raises."""
        frame: Frame | None = None
        if isinstance(data, bytes):
            try:
                frame = await super().deserialize(data)
            except Exception:  # whatever a stranger's bytes make a parser do
                frame = None
        match frame:
            case InputAudioRawFrame(sample_rate=rate, num_channels=1 | 2) if rate in _RATES:
                return frame
            case InputTransportMessageFrame(message={"type": str(kind)}) if kind in _MESSAGES:
                _leave_interrupting_to_the_dialogue(frame.message)
                return frame
        self._on_bad()
        return None


def _leave_interrupting_to_the_dialogue(message: dict[str, Any]) -> None:
    """A text sent by a client would silence the agent by itself, even its disclosure."""
    data = message.get("data")
    if message["type"] == "send-text" and isinstance(data, dict):
        options = data.get("options")
        known = options if isinstance(options, dict) else {}
        data["options"] = {**known, "run_immediately": False}
