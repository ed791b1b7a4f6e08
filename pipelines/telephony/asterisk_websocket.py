"""Asterisk's chan_websocket: raw samples in binary messages, JSON control in text ones.

Asterisk 22.8 or newer (20.18, 23.2), with `f(json)` in the dial string. Asterisk keeps a queue of
what it is sent and plays 20 ms of it at each tick of its timer; marks tell how long that queue has
become, FLUSH_MEDIA empties it. Source: channels/chan_websocket.c.
"""

import json
from typing import Any

from pipelines.telephony.leg import KEYS, Audio, Bad, Flow, Key, LegEvent, Mark, Start, Stop

SUBPROTOCOL = "media"
_RATES = {"slin": 8_000, "slin12": 12_000, "slin16": 16_000, "slin24": 24_000, "slin48": 48_000}
_LONGEST = 65_500  # bytes that Asterisk puts into one message
_MOST_VARIABLES = 64


class AsteriskWebSocket:
    """See leg.Codec."""

    fills = True  # an empty queue sends the caller no packets, and some networks hang up on that

    def __init__(self) -> None:
        self.rate = 16_000

    def decode(self, message: str | bytes) -> list[LegEvent]:
        """See leg.Codec."""
        if isinstance(message, bytes):
            if not message or len(message) % 2 or len(message) > _LONGEST:
                return [Bad("audio of an odd length")]
            return [Audio(message)]
        try:
            data = json.loads(message)
        except (ValueError, RecursionError):
            return [Bad("not JSON")]
        return [self._control(data)] if isinstance(data, dict) else [Bad("not an object")]

    def _control(self, data: dict[str, Any]) -> LegEvent:
        match data:
            case {"event": "MEDIA_START", "format": str(name)} if name in _RATES:
                self.rate = _RATES[name]
                return Start(_about(data))
            case {"event": "MEDIA_START", "format": name}:
                return Stop(f"format {str(name)[:20]!r}: dial with c(slin16), or another slin")
            case {"event": "DTMF_END", "digit": str(key)} if key in KEYS:
                return Key(key)
            case {"event": "MEDIA_MARK_PROCESSED", "correlation_id": str(name)}:
                return Mark(name)
            case {"event": "MEDIA_XOFF"}:
                return Flow(False)
            case {"event": "MEDIA_XON"}:
                return Flow(True)
            case {"event": "STATUS" | "MEDIA_BUFFERING_COMPLETED" | "QUEUE_DRAINED"}:
                return Flow(True)
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
    variables = data.get("channel_variables")
    pairs = variables.items() if isinstance(variables, dict) else ()
    about = {str(k)[:64]: v[:256] for k, v in pairs if isinstance(v, str)}
    about = dict(list(about.items())[:_MOST_VARIABLES])
    return {**about, "leg": str(data.get("channel_id", ""))[:150]}
