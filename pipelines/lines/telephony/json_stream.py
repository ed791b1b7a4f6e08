"""A call's stream as Twilio, Telnyx and Plivo speak it: JSON in text messages, G.711 in base64.

They differ in names and in what a start says. The network keeps a queue of what it is sent, plays
it in real time, says when it has come to a mark, and forgets the queue when told to. The call
leaves the stream when the WebSocket is closed.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from pipelines.lines.telephony import json_media as media
from pipelines.lines.telephony.g711 import from_mulaw
from pipelines.lines.telephony.leg import KEYS, Audio, Bad, Key, LegEvent, Mark, Start, Stop
from pipelines.lines.telephony.sequence import Sequence, number


class JsonStream(ABC):
    """See leg.Codec. Only what the caller says is listened to (`track` "inbound")."""

    rate = 8_000
    fills = False  # silence is the network's business
    stream_key: ClassVar[str]  # where messages name their stream
    events: ClassVar[Mapping[str, str]]  # the network's -> start, stop, sound, key, mark, news

    def __init__(self) -> None:
        self._stream = ""
        self._started = self._stopped = False
        self._sequence = Sequence()
        self._from_law: Callable[[bytes], bytes] = from_mulaw

    def decode(self, message: str | bytes) -> list[LegEvent]:
        """See leg.Codec."""
        data = media.parsed(message)
        if data is None:
            return [Bad("not a JSON object")]
        if self._stopped:
            return [Bad("after the end")]
        if self._started and data.get(self.stream_key, self._stream) != self._stream:
            return [Bad("another stream")]
        event = data.get("event")
        kind = self.events.get(event) if isinstance(event, str) else None
        match kind:
            case "news":
                return []
            case "start":
                return [self._begin(data)]
            case "stop":
                self._stopped = True
                return [*map(Audio, self._sequence.rest()), Stop("hang-up")]
            case "error":
                return [Bad("the network tells of an error")]
            case "sound" | "key" | "mark" if not self._started:
                return [Bad("before the start")]
            case "sound":
                return self._sound(data.get("media"))
            case "key":
                return [self._key(data.get("dtmf"))]
            case "mark":
                return [self._marked(data)]
        return [Bad("no such event")]

    def _begin(self, data: dict[str, Any]) -> LegEvent:
        start = data.get("start")
        if self._started or not isinstance(start, dict):
            return Bad("no start, or a second one")
        stream = media.text(data.get(self.stream_key) or start.get(self.stream_key), 64)
        codec = self._understood(start)
        if not stream or not codec:
            return Bad("a start without a stream, or in a format that is not understood")
        self._started, self._stream = True, stream
        return Start({**self._about(start), "codec": codec})

    def _sound(self, given: Any) -> list[LegEvent]:
        if isinstance(given, dict) and given.get("track", "inbound") != "inbound":
            return []  # ourselves
        data = media.sound(given)
        if data is None:
            return [Bad("no sound")]
        pieces = self._sequence.take(number(given.get("chunk")), self._from_law(data))
        return [Audio(pcm) for pcm in pieces]

    def _key(self, given: Any) -> LegEvent:
        key = given.get("digit") if isinstance(given, dict) else None
        return Key(key) if isinstance(key, str) and key in KEYS else Bad("no such key")

    def _marked(self, data: dict[str, Any]) -> LegEvent:
        name = media.text(self._mark_name(data), 64)
        return Mark(name) if name else Bad("a mark without a name")

    def hang_up(self) -> None:
        """Closing the connection says so."""
        return

    @abstractmethod
    def _understood(self, start: dict[str, Any]) -> str:
        """The codec of the caller's sound; "" where it is none of ours."""

    def _about(self, start: dict[str, Any]) -> dict[str, str]:
        """What else the start says of the call."""
        return {}

    def _mark_name(self, data: dict[str, Any]) -> Any:
        """The name in a message that a mark has been reached."""
        mark = data.get("mark")
        return mark.get("name") if isinstance(mark, dict) else None

    @abstractmethod
    def audio(self, pcm: bytes) -> str:
        """See leg.Codec."""

    @abstractmethod
    def mark(self, name: str) -> str:
        """See leg.Codec."""

    @abstractmethod
    def clear(self) -> str:
        """See leg.Codec."""
