"""Twilio Media Streams: JSON in text messages, sound as mu-law at 8 kHz in base64.

Twilio keeps a queue of what it is sent and plays it in real time; `mark` comes back once what was
sent before it has been played, `clear` empties the queue and returns the marks in it. The call
leaves the stream when the WebSocket is closed, and goes on with what TwiML says comes next.
Source: twilio.com/docs/voice/media-streams/websocket-messages. Networks that speak the same
protocol (SignalWire, Fonoster, jambonz, ...) are taken the same way.
"""

from typing import Any, ClassVar

from pipelines.lines.telephony import json_media as media
from pipelines.lines.telephony.g711 import to_mulaw
from pipelines.lines.telephony.json_stream import JsonStream

_FORMAT = {"encoding": "audio/x-mulaw", "sampleRate": 8_000, "channels": 1}


class Twilio(JsonStream):
    """See leg.Codec. Only what the caller says is listened to (`track` "inbound")."""

    stream_key = "streamSid"
    events: ClassVar = {
        "connected": "news",
        "start": "start",
        "media": "sound",
        "dtmf": "key",
        "mark": "mark",
        "stop": "stop",
    }

    def _understood(self, start: dict[str, Any]) -> str:
        given = start.get("mediaFormat", _FORMAT)
        right = isinstance(given, dict) and all(
            given.get(name, value) in (value, str(value)) for name, value in _FORMAT.items()
        )
        return "mulaw" if right else ""

    def _about(self, start: dict[str, Any]) -> dict[str, str]:
        about = media.texts(start.get("customParameters"))
        return {**about, "sid": media.text(start.get("callSid"), 64)}

    def audio(self, pcm: bytes) -> str:
        """See leg.Codec."""
        sound = media.payload(to_mulaw(pcm))
        return media.written(event="media", streamSid=self._stream, media={"payload": sound})

    def mark(self, name: str) -> str:
        """See leg.Codec."""
        return media.written(event="mark", streamSid=self._stream, mark={"name": name})

    def clear(self) -> str:
        """See leg.Codec."""
        return media.written(event="clear", streamSid=self._stream)
