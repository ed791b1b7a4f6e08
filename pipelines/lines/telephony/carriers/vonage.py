"""Vonage Voice over a WebSocket: raw samples in binary messages, JSON in text ones.

Vonage sends and plays 20 ms at a time, 16-bit little-endian samples at the rate that the NCCO asked
for; it queues what comes faster. `notify` comes back once what was sent before it has been played,
`clear` empties the queue. The call leaves the WebSocket when that is closed, and goes on with what
the NCCO, or the event webhook, says comes next.

Vonage signs with a JWT: HS256 with the account's signature secret, and a hash of the body. What it
is to do with a call an NCCO says. Sources: developer.vonage.com/en, voice/voice-api/concepts/
websockets, voice/voice-api/ncco-reference, getting-started/concepts/webhooks.

pipecat's VonageFrameSerializer is for the Audio Connector of Vonage's Video API, whose messages are
the same; it cannot ask for `notify`, drops what comes back, does not check the format or that
samples are whole, and fails on JSON that is no object.
"""

import hashlib
import hmac
import re
import time
from collections.abc import Mapping
from typing import Any, TypeAlias

import jwt

from pipelines.lines.telephony import json_media as media
from pipelines.lines.telephony.incoming import digits
from pipelines.lines.telephony.leg import KEYS, Audio, Bad, Key, LegEvent, Mark, Start
from pipelines.settings import Settings

RATE = 16_000
CONTENT_TYPE = f"audio/l16;rate={RATE}"
PATH = "/telephony/vonage"
_FORMAT = re.compile(r"audio/l16; ?rate=(8000|16000|24000)")
_LONGEST = 48_000  # bytes of sound in one message: 1 s at the highest rate; Vonage sends 20 ms
_FRESH = 300  # s: older signatures are not taken
_SKEW = 60  # s that Vonage's clock may be ahead of ours

Ncco: TypeAlias = list[dict[str, Any]]
# An answer without an action says that the earlier NCCO goes on; this is as short as one can be.
HANG_UP: Ncco = [{"action": "talk", "text": "<speak><break time='100ms'/></speak>"}]


class Vonage:
    """See leg.Codec."""

    fills = False  # silence is Vonage's business

    def __init__(self) -> None:
        self.rate = RATE
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
        if data is None:
            return [Bad("not a JSON object")]
        match data.get("event"):
            case "websocket:connected":
                return [self._start(data)]
            case "websocket:dtmf" | "websocket:notify" if not self._started:
                return [Bad("before the start")]
            case "websocket:dtmf":
                key = data.get("digit")
                return [Key(key) if isinstance(key, str) and key in KEYS else Bad("no such key")]
            case "websocket:notify":
                return [self._mark(data.get("payload"))]
            case "websocket:cleared" | "websocket:media:update":
                return []
        return [Bad("no such event")]

    def _start(self, data: dict[str, Any]) -> LegEvent:
        named = _FORMAT.fullmatch(media.text(data.get("content-type")))
        if self._started or named is None:
            return Bad("a second start, or one in another format than linear PCM")
        self._started, self.rate = True, int(named[1])
        about = media.texts(data)  # the NCCO's `headers` are beside the message's own
        return Start({k: v for k, v in about.items() if k not in ("event", "content-type")})

    def _mark(self, payload: Any) -> LegEvent:
        name = media.text(payload.get("name"), 64) if isinstance(payload, dict) else ""
        return Mark(name) if name else Bad("a mark without a name")

    def audio(self, pcm: bytes) -> bytes:
        """See leg.Codec."""
        return pcm

    def mark(self, name: str) -> str:
        """See leg.Codec."""
        return media.written(action="notify", payload={"name": name})

    def clear(self) -> str:
        """See leg.Codec."""
        return media.written(action="clear")

    def hang_up(self) -> None:
        """Closing the connection says so."""
        return


def signed(header: str, settings: Settings, body: bytes | None = None) -> bool:
    """Whether an Authorization header is Vonage's for this body, and fresh.

    The opening of a WebSocket has no body: None.
    """
    kind, _, token = header.partition(" ")
    secret = settings.vonage_signature_secret.get_secret_value()
    needed = ["iat", "iss"] + (["payload_hash"] if body is not None else [])
    try:
        claims = jwt.decode(
            token.strip(),
            secret,
            algorithms=["HS256"],
            leeway=_SKEW,
            issuer="Vonage",
            options={"require": needed, "verify_aud": False},
        )
        fresh = claims["iat"] > time.time() - _FRESH
    except (jwt.InvalidTokenError, TypeError, ValueError, RecursionError):
        return False
    given = str(claims.get("payload_hash", ""))
    expected = hashlib.sha256(body or b"").hexdigest()
    ours = claims.get("application_id") == settings.vonage_application_id
    return (
        kind.lower() == "bearer"
        and fresh
        and (ours or not settings.vonage_application_id)
        and (
            body is None or hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())
        )
    )


def connect(public: str, call: str, token: str, about: Mapping[str, str]) -> dict[str, Any]:
    """Talk over the WebSocket; ask at the event webhook how to go on once that is closed."""
    endpoint = {
        "type": "websocket",
        "uri": f"{public.replace('http', 'ws', 1)}{PATH}/stream/{token}",
        "content-type": CONTENT_TYPE,
        "headers": dict(about),  # 512 bytes at most
        "authorization": {"type": "vonage"},  # it is to sign the opening of the WebSocket
    }
    return {
        "action": "connect",
        "eventType": "synchronous",
        "eventUrl": [f"{public}{PATH}/event/{call}"],
        "endpoint": [endpoint],
    }


def dial(target: str, caller_id: str, about: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Call a number or a SIP address, which gets the headers; Vonage puts the X- before them."""
    if target.startswith(("sip:", "sips:")):
        more = {k.removeprefix("X-"): v for k, v in (about or {}).items()}
        endpoint: dict[str, Any] = {"type": "sip", "uri": target}
        if uui := more.pop("User-to-User", ""):
            endpoint["standardHeaders"] = {"User-to-User": uui}
        endpoint |= {"headers": more} if more else {}
    else:
        endpoint = {"type": "phone", "number": digits(target)}
    return {"action": "connect", "endpoint": [endpoint]} | (
        {"from": caller_id} if caller_id else {}
    )
