"""Twilio Media Streams: JSON in text messages, sound as mu-law at 8 kHz in base64.

Twilio keeps a queue of what it is sent and plays it in real time; `mark` comes back once what was
sent before it has been played, `clear` empties the queue and returns the marks in it. The call
leaves the stream when the WebSocket is closed, and goes on with what TwiML says comes next.
Source: twilio.com/docs/voice/media-streams/websocket-messages. Networks that speak the same
protocol (SignalWire, Fonoster, jambonz, ...) are taken the same way.
"""

from typing import Any

from pipelines.telephony import json_media as media
from pipelines.telephony.g711 import from_mulaw, to_mulaw
from pipelines.telephony.leg import KEYS, Audio, Bad, Key, LegEvent, Mark, Start, Stop
from pipelines.telephony.sequence import Sequence, number

RATE = 8_000
_FORMAT = {"encoding": "audio/x-mulaw", "sampleRate": RATE, "channels": 1}


class Twilio:
    """See leg.Codec. Only what the caller says is listened to (`track` "inbound")."""

    fills = False  # silence is Twilio's business

    def __init__(self) -> None:
        self.rate = RATE
        self._stream = ""
        self._started = self._stopped = False
        self._sequence = Sequence()

    def decode(self, message: str | bytes) -> list[LegEvent]:
        """See leg.Codec."""
        data = media.parsed(message)
        if data is None:
            return [Bad("not a JSON object")]
        if self._stopped:
            return [Bad("after the end")]
        if data.get("streamSid", self._stream) != self._stream and self._started:
            return [Bad("another stream")]
        match data.get("event"):
            case "connected":
                return []
            case "start":
                return [self._start(data)]
            case "stop":
                self._stopped = True
                return [*map(Audio, self._sequence.rest()), Stop("hang-up")]
            case "media" | "dtmf" | "mark" if not self._started:
                return [Bad("before the start")]
            case "media":
                return self._media(data.get("media"))
            case "dtmf":
                return [self._key(data.get("dtmf"))]
            case "mark":
                return [self._mark(data.get("mark"))]
        return [Bad("no such event")]

    def _start(self, data: dict[str, Any]) -> LegEvent:
        start = data.get("start")
        if self._started or not isinstance(start, dict):
            return Bad("no start, or a second one")
        stream = media.text(start.get("streamSid") or data.get("streamSid"), 64)
        if not stream or not _understood(start.get("mediaFormat", _FORMAT)):
            return Bad("a start without a stream, or in another format than mu-law at 8 kHz")
        self._started, self._stream = True, stream
        about = media.texts(start.get("customParameters"))
        return Start({**about, "sid": media.text(start.get("callSid"), 64), "codec": "mulaw"})

    def _media(self, given: Any) -> list[LegEvent]:
        if isinstance(given, dict) and given.get("track", "inbound") != "inbound":
            return []  # ourselves
        data = media.sound(given)
        if data is None:
            return [Bad("no sound")]
        pieces = self._sequence.take(number(given.get("chunk")), from_mulaw(data))
        return [Audio(pcm) for pcm in pieces]

    def _key(self, given: Any) -> LegEvent:
        key = given.get("digit") if isinstance(given, dict) else None
        return Key(key) if isinstance(key, str) and key in KEYS else Bad("no such key")

    def _mark(self, given: Any) -> LegEvent:
        name = media.text(given.get("name"), 64) if isinstance(given, dict) else ""
        return Mark(name) if name else Bad("a mark without a name")

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

    def hang_up(self) -> None:
        """Closing the connection says so."""
        return


def _understood(given: Any) -> bool:
    return isinstance(given, dict) and all(
        given.get(name, value) in (value, str(value)) for name, value in _FORMAT.items()
    )
