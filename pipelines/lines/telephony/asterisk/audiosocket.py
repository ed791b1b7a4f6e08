"""Asterisk's AudioSocket: length-prefixed frames on a TCP connection that Asterisk opens to us.

    u8 type | u16 length, big-endian | payload

The protocol has no queue at the other end, no flush, no authentication and no encryption: what is
sent is played at once, so it is sent in real time and never stops (Asterisk's application ends a
call on which nothing moved for 2 s). Keep it on loopback or a private network. Sources:
res/res_audiosocket.c, apps/app_audiosocket.c, channels/chan_audiosocket.c.
"""

import uuid

from pipelines.lines.telephony.leg import KEYS, Audio, Bad, Key, LegEvent, Start, Stop

HANG_UP, UUID, DTMF, ERROR = 0x00, 0x01, 0x03, 0xFF
RATES = {
    0x10: 8_000,
    0x11: 12_000,
    0x12: 16_000,
    0x13: 24_000,
    0x14: 32_000,
    0x15: 44_100,
    0x16: 48_000,
}
_HEAD = 3


class AudioSocket:
    """See leg.Codec. `decode` takes the bytes as they come, cut anywhere."""

    fills = True

    def __init__(self) -> None:
        self.rate = 8_000
        self._kind = 0x10
        self._heard = False
        self._rest = b""

    def decode(self, message: str | bytes) -> list[LegEvent]:
        """See leg.Codec."""
        if isinstance(message, str):
            return [Bad("text")]
        data = self._rest + message
        found: list[LegEvent] = []
        at = 0
        while len(data) - at >= _HEAD:
            size = int.from_bytes(data[at + 1 : at + _HEAD], "big")
            end = at + _HEAD + size
            if end > len(data):
                break
            found.append(self._frame(data[at], data[at + _HEAD : end]))
            at = end
        self._rest = data[at:]
        return found

    def _frame(self, kind: int, payload: bytes) -> LegEvent:
        if kind in RATES:
            return self._audio(kind, payload)
        match kind:
            case 0x00:
                return Stop("hang-up")
            case 0x01 if len(payload) == 16:
                return Start({"call": str(uuid.UUID(bytes=payload))})
            case 0x03 if len(payload) == 1 and chr(payload[0]) in KEYS:
                return Key(chr(payload[0]))
            case 0xFF:
                return Stop("error reported by Asterisk")
        return Bad("no such frame")

    def _audio(self, kind: int, payload: bytes) -> LegEvent:
        if not payload or len(payload) % 2:
            return Bad("audio of an odd length")
        if not self._heard:  # the first audio tells the rate of both ways
            self._heard, self._kind, self.rate = True, kind, RATES[kind]
        if kind != self._kind:
            return Bad("another rate than before")
        return Audio(payload)

    def audio(self, pcm: bytes) -> bytes:
        """See leg.Codec."""
        return _frame(self._kind, pcm)

    def mark(self, name: str) -> None:
        """There are none: what is sent is played."""
        return

    def clear(self) -> None:
        """Nothing is queued."""
        return

    def hang_up(self) -> bytes:
        """See leg.Codec."""
        return _frame(HANG_UP, b"")


def _frame(kind: int, payload: bytes) -> bytes:
    return kind.to_bytes(1, "big") + len(payload).to_bytes(2, "big") + payload
