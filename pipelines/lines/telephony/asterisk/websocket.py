"""Asterisk's chan_websocket: raw samples in binary messages, JSON control in text ones.

Asterisk 22.8 or newer (20.18, 23.2), with `f(json)` in the dial string. Asterisk keeps a queue of
what it is sent and plays 20 ms of it at each tick of its timer; marks tell how long that queue has
become, FLUSH_MEDIA empties it. Source: channels/chan_websocket.c.
"""

import json
from typing import Any

from pipelines.lines.telephony import json_media as media
from pipelines.lines.telephony.leg import (
    KEYS,
    Audio,
    Bad,
    FlowControl,
    Key,
    LegEvent,
    Mark,
    Start,
    Stop,
)

SUBPROTOCOL = "media"
_RATES = {"slin": 8_000, "slin12": 12_000, "slin16": 16_000, "slin24": 24_000, "slin48": 48_000}
_LONGEST = 65_500  # bytes that Asterisk puts into one message


class AsteriskWebSocket:
    """See leg.Codec."""

    fills = True  # an empty queue sends the caller no packets, and some networks hang up on that

    def __init__(self) -> None:
        self.rate = 16_000
        self._started = False

    def decode(self, message: str | bytes) -> list[LegEvent]:
        """See leg.Codec."""
        if isinstance(message, bytes):
            if not self._started:
                return [Bad("before the start")]
            if not message or len(message) % 2 or len(message) > _LONGEST:
                return [Bad("audio of an odd length")]
            return [Audio(message)]
        data = media.parsed(message)
        return [Bad("not a JSON object") if data is None else self._control(data)]

    def _control(self, data: dict[str, Any]) -> LegEvent:
        match data:
            case {"event": "MEDIA_START"} if self._started:
                return Bad("a second start")
            case {"event": "MEDIA_START", "format": str(name)} if name in _RATES:
                self._started, self.rate = True, _RATES[name]
                return Start(_about(data))
            case {"event": "MEDIA_START", "format": name}:
                return Stop(
                    f"format {media.text(name, 20)!r}: dial with c(slin16), or another slin"
                )
            case {"event": "DTMF_END", "digit": str(key)} if key in KEYS:
                return Key(key)
            case {"event": "MEDIA_MARK_PROCESSED", "correlation_id": str(name)}:
                return Mark(media.text(name))
            case {"event": "MEDIA_XOFF"}:
                return FlowControl(False)
            case {"event": "MEDIA_XON"}:
                return FlowControl(True)
            case {"event": "STATUS" | "MEDIA_BUFFERING_COMPLETED" | "QUEUE_DRAINED"}:
                return FlowControl(True)
        return Bad("no such event")

    def audio(self, pcm: bytes) -> bytes:
        """See leg.Codec."""
        return pcm

    def mark(self, name: str) -> str:
        """See leg.Codec."""
        return _command("MARK_MEDIA", correlation_id=name)

    def clear(self) -> str:
        """See leg.Codec."""
        return _command("FLUSH_MEDIA")

    def hang_up(self) -> str:
        """See leg.Codec."""
        return _command("HANGUP")


def _command(name: str, **more: str) -> str:
    """At most 128 bytes, or Asterisk refuses it."""
    return json.dumps({"command": name, **more}, separators=(",", ":"))


def _about(data: dict[str, Any]) -> dict[str, str]:
    """The channel's variables, from `v(...)` in the dial string, and its own ids."""
    about = media.texts(data.get("channel_variables"))
    return {**about, "leg": media.text(data.get("channel_id"), 150)}
