"""Plivo audio streaming, both ways: JSON in text messages, sound as mu-law at 8 kHz in base64.

A `checkpoint` comes back as `playedStream` once the sound before it has been played; `clearAudio`
empties the queue, and the checkpoints in it are not heard of again. There is no `stop`: the
WebSocket is closed. Keys A to D exist, and no caller has them.
Source: plivo.com/docs/voice-agents/audio-streaming/concepts/audio-streaming-reference.
"""

from typing import Any, ClassVar

from pipelines.lines.telephony import json_media as media
from pipelines.lines.telephony.g711 import to_mulaw
from pipelines.lines.telephony.json_stream import JsonStream

_ENCODING = "audio/x-mulaw"
FORMAT = f"{_ENCODING};rate=8000"  # as <Stream> is asked for it


class Plivo(JsonStream):
    """See leg.Codec."""

    stream_key = "streamId"
    events: ClassVar = {
        "start": "start",
        "media": "sound",
        "dtmf": "key",
        "playedStream": "mark",
        "clearedAudio": "news",
        "stop": "stop",  # not documented, and sent by networks that took over the protocol
    }

    def _understood(self, start: dict[str, Any]) -> str:
        given = start.get("mediaFormat")
        if not isinstance(given, dict) or given.get("encoding") != _ENCODING:
            return ""
        return "mulaw" if given.get("sampleRate") in (self.rate, str(self.rate)) else ""

    def _mark_name(self, data: dict[str, Any]) -> Any:
        return data.get("name")

    def audio(self, pcm: bytes) -> str:
        """See leg.Codec."""
        sound = media.payload(to_mulaw(pcm))
        given = {"contentType": _ENCODING, "sampleRate": self.rate, "payload": sound}
        return media.written(event="playAudio", media=given)

    def mark(self, name: str) -> str:
        """See leg.Codec."""
        return media.written(event="checkpoint", streamId=self._stream, name=name)

    def clear(self) -> str:
        """See leg.Codec."""
        return media.written(event="clearAudio", streamId=self._stream)
