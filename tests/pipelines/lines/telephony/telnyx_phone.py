"""A telephone at Telnyx: webhook, TeXML and stream of one call, as Telnyx publishes them.

Its caller's codec is `law`, whatever the TeXML asks for, and every tenth piece of the caller's
sound comes after the one behind it: Telnyx promises no order.
"""

import base64
import secrets
import time
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar
from xml.etree import ElementTree as ET

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pipelines.lines.telephony.g711 import from_alaw, from_mulaw, to_alaw, to_mulaw
from tests.pipelines.lines.telephony.carrier_phone import FALLBACK, PUBLIC, CarrierPhone
from tests.pipelines.lines.telephony.playout import Playout
from tests.pipelines.server import Server

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def public(key: Ed25519PrivateKey) -> str:
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def signed(body: bytes, stamp: str | None = None, key: Ed25519PrivateKey = KEY) -> dict[str, str]:
    """The headers of a webhook of now, or of the time `stamp`."""
    stamp = str(int(time.time())) if stamp is None else stamp
    signature = base64.b64encode(key.sign(f"{stamp}|".encode() + body)).decode()
    return {"telnyx-signature-ed25519": signature, "telnyx-timestamp": stamp}


class TelnyxPhone(CarrierPhone):
    name = "telnyx"
    settings: ClassVar[Mapping[str, Any]] = {
        "bridges": ("telnyx",),
        "public_url": PUBLIC,
        "telnyx_public_key": public(KEY),
        "telnyx_fallback": FALLBACK,
    }

    def __init__(self, server: Server, late: float = 0.0, law: str = "PCMU") -> None:
        self.sent = server.assistant.settings.telnyx_codec  # what the agent's sound comes in
        super().__init__(server, Playout(from_alaw if self.sent == "PCMA" else from_mulaw, late))
        self.law = law
        self.sid = "v3:" + secrets.token_urlsafe(48)
        self.stream = str(uuid.uuid4())
        self.form = {
            "AccountSid": "f5586561-8ff0-4291-a51b-c7dfe4139ff9",
            "CallSid": self.sid,
            "CallSidLegacy": self.sid,
            "CallStatus": "ringing",
            "ConnectionId": "1234567890",
            "Direction": "inbound",
            "From": "anonymous",
            "To": "+221338000000",
        }
        self._numbers = {"sequence": 0, "chunk": 0}
        self._held: list[dict[str, Any]] = []

    def sign(self, url: str, body: bytes) -> dict[str, str]:
        return signed(body)

    def address(self, markup: ET.Element) -> str:
        assert [child.tag for child in markup] == ["Connect", "Redirect"]
        stream = markup.find("Connect/Stream")
        assert stream is not None
        asked = dict(stream.attrib)
        url = asked.pop("url")
        assert asked == {
            "track": "inbound_track",
            "codec": self.sent,
            "bidirectionalMode": "rtp",  # the default, mp3, takes files
            "bidirectionalCodec": self.sent,
            "bidirectionalSamplingRate": "8000",
            "enableReconnect": "false",
        }
        return url

    def encode(self, pcm: bytes) -> bytes:
        return to_alaw(pcm) if self.law == "PCMA" else to_mulaw(pcm)

    def numbered(self, **message: Any) -> dict[str, Any]:
        self._numbers["sequence"] += 1
        number = str(self._numbers["sequence"])
        return {**message, "sequence_number": number, "stream_id": self.stream}

    def greeting(self) -> list[dict[str, Any]]:
        return [{"event": "connected", "version": "1.0.0"}, self.start()]

    def start(self) -> dict[str, Any]:
        return self.numbered(
            event="start",
            start={
                "user_id": "3E6F995F-85F7-4705-9741-53B116D28237",
                "call_control_id": self.sid,
                "call_session_id": str(uuid.uuid4()),
                "from": self.form["From"],
                "to": self.form["To"],
                "custom_parameters": {},
                "media_format": {"encoding": self.law, "sample_rate": 8000, "channels": 1},
            },
        )

    def media(self) -> list[dict[str, Any]]:
        self._numbers["chunk"] += 1
        chunk = self._numbers["chunk"]
        message = self.numbered(
            event="media",
            media={
                "track": "inbound",
                "chunk": str(chunk),
                "timestamp": str(chunk * 20),
                "payload": base64.b64encode(self.spoken()).decode(),
            },
        )
        held, self._held = self._held, [message] if chunk % 10 == 0 else []
        return [] if self._held else [message, *held]

    def key(self, digit: str) -> dict[str, Any]:
        occurred = "2026-11-25T12:00:00.000000Z"
        return self.numbered(event="dtmf", occurred_at=occurred, dtmf={"digit": digit})

    def reached(self, name: str) -> dict[str, Any]:
        return self.numbered(event="mark", mark={"name": name})

    def farewell(self) -> list[dict[str, Any]]:
        user = "3E6F995F-85F7-4705-9741-53B116D28237"
        stop = {"user_id": user, "call_control_id": self.sid}
        return [self.numbered(event="stop", stop=stop)]

    async def take(self, message: dict[str, Any]) -> None:
        match message["event"]:
            case "media":
                assert message.keys() == {"event", "media"}
                data = base64.b64decode(message["media"]["payload"], validate=True)
                assert 160 <= len(data) <= 240_000  # 20 ms to 30 s
                self.playout.sound(data)
            case "mark":
                assert message.keys() == {"event", "mark"}
                self.playout.mark(str(message["mark"]["name"]))
            case "clear":
                assert message.keys() == {"event"}
                for name in self.playout.clear():  # they are returned at once
                    await self.back(name)
            case other:
                raise ValueError(other)
