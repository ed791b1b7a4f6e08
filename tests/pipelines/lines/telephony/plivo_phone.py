"""A telephone at Plivo: webhook, XML and stream of one call, as Plivo publishes them.

A stream of Plivo's has no last message: the WebSocket is closed. Where the server closed it, Plivo
tries the same address twice more before it goes on with the XML.
"""

import base64
import json
import secrets
import time
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import parse_qsl
from xml.etree import ElementTree as ET

from pipelines.lines.telephony.carriers.plivo_route import signatures
from pipelines.lines.telephony.g711 import from_mulaw, to_mulaw
from tests.pipelines.lines.telephony.carrier_phone import FALLBACK, PUBLIC, CarrierPhone, tried
from tests.pipelines.lines.telephony.playout import Playout
from tests.pipelines.server import Server, eventually

TOKEN = "an-auth-token-of-a-test-account"


def signed(url: str, body: bytes, token: str = TOKEN) -> dict[str, str]:
    """The headers of a webhook."""
    nonce = str(secrets.randbelow(10**20))
    form = parse_qsl(body.decode(), keep_blank_values=True)
    return {
        "X-Plivo-Signature-V3": signatures(token, url, nonce, form)[0],
        "X-Plivo-Signature-V3-Nonce": nonce,
    }


class PlivoPhone(CarrierPhone):
    name = "plivo"
    settings: ClassVar[Mapping[str, Any]] = {
        "bridges": ("plivo",),
        "public_url": PUBLIC,
        "plivo_auth_token": TOKEN,
        "plivo_fallback": FALLBACK,
    }

    def __init__(self, server: Server, late: float = 0.0) -> None:
        super().__init__(server, Playout(from_mulaw, late))
        self.sid, self.stream = str(uuid.uuid4()), str(uuid.uuid4())
        self.form = {
            "CallUUID": self.sid,
            "CallerName": "Aïssatou & Zoé",
            "CallStatus": "ringing",
            "Direction": "inbound",
            "Event": "StartApp",
            "From": "anonymous",
            "To": "221338000000",
        }
        self._numbers = {"sequence": 0, "chunk": 0}

    def sign(self, url: str, body: bytes) -> dict[str, str]:
        return signed(url, body)

    def address(self, markup: ET.Element) -> str:
        assert [child.tag for child in markup] == ["Stream", "Redirect"]
        stream = markup[0]
        assert stream.attrib == {
            "bidirectional": "true",
            "keepCallAlive": "true",  # what follows is taken up when the stream is closed
            "contentType": "audio/x-mulaw;rate=8000",
        }
        assert stream.text
        assert len(stream.text) < 2_048  # Plivo's limit
        return stream.text

    async def after(self) -> ET.Element:
        await eventually(self.ended.is_set)
        address = self.address(self.markup[0])
        assert [await tried(self.server, address) for _ in range(2)] == [403, 403]
        return await super().after()

    def encode(self, pcm: bytes) -> bytes:
        return to_mulaw(pcm)

    def numbered(self, **message: Any) -> dict[str, Any]:
        self._numbers["sequence"] += 1
        return {**message, "sequenceNumber": self._numbers["sequence"]}

    def greeting(self) -> list[dict[str, Any]]:
        return [self.start()]

    def start(self) -> dict[str, Any]:
        return self.numbered(
            event="start",
            start={
                "callId": self.sid,
                "streamId": self.stream,
                "accountId": "MAXXXXXXXXXXXXXXXXXX",
                "tracks": ["inbound"],
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000},
            },
            extra_headers="{}",
        )

    def media(self) -> list[dict[str, Any]]:
        self._numbers["chunk"] += 1
        message = self.numbered(
            event="media",
            streamId=self.stream,
            media={
                "track": "inbound",
                "timestamp": str(round(time.time() * 1000)),
                "chunk": self._numbers["chunk"],
                "payload": base64.b64encode(self.spoken()).decode(),
            },
            extra_headers="{}",
        )
        return [message]

    def key(self, digit: str) -> dict[str, Any]:
        pressed = {"track": "inbound", "digit": digit, "timestamp": "1705312250000"}
        return self.numbered(event="dtmf", streamId=self.stream, dtmf=pressed, extra_headers="{}")

    def reached(self, name: str) -> dict[str, Any]:
        return self.numbered(event="playedStream", streamId=self.stream, name=name)

    def farewell(self) -> list[dict[str, Any]]:
        return []

    async def take(self, message: dict[str, Any]) -> None:
        assert len(json.dumps(message)) < 65_536  # Plivo's limit
        match message["event"]:
            case "playAudio":
                assert message.keys() == {"event", "media"}
                media = message["media"]
                assert (media["contentType"], media["sampleRate"]) == ("audio/x-mulaw", 8000)
                data = base64.b64decode(media["payload"], validate=True)
                assert data
                self.playout.sound(data)
            case "checkpoint":
                assert message["streamId"] == self.stream
                self.playout.mark(str(message["name"]))
            case "clearAudio":
                assert message["streamId"] == self.stream
                self.playout.clear()  # the checkpoints in it are not heard of again
                await self.send(self.numbered(event="clearedAudio", streamId=self.stream))
            case other:
                raise ValueError(other)
