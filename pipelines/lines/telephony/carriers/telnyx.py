"""Telnyx media streaming, both ways ("rtp"): JSON in text messages, sound in base64.

A mark comes back once the sound before it has been played, or at once where none is queued;
`clear` empties the queue and returns the marks in it. Pieces of sound carry a number, and no
promise of order. What we send is in the codec that the TeXML asked for; what we hear is in the one
that `start` names, which is the caller's where Telnyx did not convert it.

L16 is in the list of codecs and not understood here: RFC 3551 has its bytes in network order and
Telnyx documents neither order nor rate; those who run it report both orders.
Source: developers.telnyx.com/api-reference/websockets/stream-call-media-over-websocket.
"""

from typing import Any, ClassVar, Literal

from pipelines.lines.telephony import json_media as media
from pipelines.lines.telephony.g711 import from_alaw, from_mulaw, to_alaw, to_mulaw
from pipelines.lines.telephony.json_stream import JsonStream

Law = Literal["PCMU", "PCMA"]
# The second pair is how older streams called them.
_LAWS = {"PCMU": "mulaw", "PCMA": "alaw", "audio/x-mulaw": "mulaw", "audio/x-alaw": "alaw"}


class Telnyx(JsonStream):
    """See leg.Codec. `law` is what the agent's sound is sent in."""

    stream_key = "stream_id"
    events: ClassVar = {
        "connected": "news",
        "start": "start",
        "media": "sound",
        "dtmf": "key",
        "mark": "mark",
        "stop": "stop",
        "error": "error",
    }

    def __init__(self, law: Law = "PCMU") -> None:
        super().__init__()
        self._to_law = to_alaw if law == "PCMA" else to_mulaw

    def _understood(self, start: dict[str, Any]) -> str:
        given = start.get("media_format")
        if not isinstance(given, dict) or given.get("channels", 1) not in (1, "1"):
            return ""
        encoding, rate = given.get("encoding"), given.get("sample_rate", self.rate)
        law = _LAWS.get(encoding, "") if isinstance(encoding, str) else ""
        if rate not in (self.rate, str(self.rate)):
            return ""
        self._from_law = from_alaw if law == "alaw" else from_mulaw
        return law

    def audio(self, pcm: bytes) -> str:
        """See leg.Codec."""
        return media.written(event="media", media={"payload": media.payload(self._to_law(pcm))})

    def mark(self, name: str) -> str:
        """See leg.Codec."""
        return media.written(event="mark", mark={"name": name})

    def clear(self) -> str:
        """See leg.Codec."""
        return media.written(event="clear")
