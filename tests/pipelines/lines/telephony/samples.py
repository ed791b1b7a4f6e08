"""A valid message of each kind, of each protocol."""

import base64
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from pipelines.lines.telephony.asterisk.audiosocket import AudioSocket
from pipelines.lines.telephony.asterisk.websocket import AsteriskWebSocket
from pipelines.lines.telephony.carriers.genesys import MEDIA, Genesys
from pipelines.lines.telephony.carriers.plivo import Plivo
from pipelines.lines.telephony.carriers.telnyx import Telnyx
from pipelines.lines.telephony.carriers.vonage import Vonage
from pipelines.lines.telephony.leg import Codec
from pipelines.lines.telephony.twilio.codec import Twilio

_MULAW = base64.b64encode(bytes(range(160))).decode()
STREAM_ID = "32de0dea-53cb-4b21-89a4-9e1819c043bc"
STREAM_SID, _CALL = "MZ" + "1" * 32, "CA" + "2" * 32


@dataclass(frozen=True)
class Protocol:
    """`start` begins a call, `others` are what comes in one; `waits`: no sound before it."""

    make: Callable[[], Codec]
    start: tuple[str | bytes, ...]
    others: tuple[str | bytes, ...]
    waits: bool


def _json(**message: object) -> str:
    return json.dumps(message)


TWILIO = Protocol(
    Twilio,
    (
        _json(event="connected", protocol="Call", version="1.0.0"),
        _json(
            event="start",
            sequenceNumber="1",
            streamSid=STREAM_SID,
            start={
                "streamSid": STREAM_SID,
                "accountSid": "AC" + "3" * 32,
                "callSid": _CALL,
                "tracks": ["inbound"],
                "customParameters": {"call": _CALL, "from": "anonymous", "token": "t"},
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            },
        ),
    ),
    (
        *(
            _json(
                event="media",
                sequenceNumber=str(n + 1),
                streamSid=STREAM_SID,
                media={
                    "track": "inbound",
                    "chunk": str(n),
                    "timestamp": str(n * 20),
                    "payload": _MULAW,
                },
            )
            for n in (1, 2, 3, 4)
        ),
        _json(
            event="media",
            streamSid=STREAM_SID,
            media={"track": "outbound", "chunk": "1", "payload": _MULAW},
        ),
        _json(
            event="dtmf",
            sequenceNumber="6",
            streamSid=STREAM_SID,
            dtmf={"track": "inbound_track", "digit": "5"},
        ),
        _json(event="mark", sequenceNumber="7", streamSid=STREAM_SID, mark={"name": "w1"}),
        _json(
            event="stop",
            sequenceNumber="8",
            streamSid=STREAM_SID,
            stop={"accountSid": "AC" + "3" * 32, "callSid": _CALL},
        ),
    ),
    waits=True,
)

ASTERISK = Protocol(
    AsteriskWebSocket,
    (
        _json(
            event="MEDIA_START",
            connection_id="bot",
            channel="WebSocket/bot/0x7f",
            channel_id="1700000000.1",
            format="slin16",
            optimal_frame_size=640,
            ptime=20,
            channel_variables={"call": "0f1e2d3c", "from": "770001234"},
        ),
    ),
    (
        bytes(range(256)) * 2,
        _json(event="DTMF_END", channel_id="1700000000.1", digit="5"),
        _json(event="MEDIA_XOFF", channel_id="1700000000.1"),
        _json(event="MEDIA_XON", channel_id="1700000000.1"),
        _json(event="STATUS", queue_length=3, queue_full=False),
        _json(event="MEDIA_BUFFERING_COMPLETED", correlation_id="x"),
        _json(event="MEDIA_MARK_PROCESSED", correlation_id="w1"),
        _json(event="QUEUE_DRAINED"),
        _json(event="MEDIA_START", channel_id="1700000000.1", format="slin"),
    ),
    waits=True,
)


def _frame(kind: int, payload: bytes) -> bytes:
    return bytes([kind]) + len(payload).to_bytes(2, "big") + payload


AUDIOSOCKET = Protocol(
    AudioSocket,
    (_frame(0x01, uuid.UUID(int=7).bytes),),
    (
        _frame(0x10, bytes(320)),
        _frame(0x12, bytes(640)),
        _frame(0x03, b"5"),
        _frame(0xFF, b"\x01"),
        _frame(0x00, b""),
        _frame(0x10, bytes(320)) + _frame(0x03, b"#") + _frame(0x10, bytes(320)),
    ),
    waits=False,
)

TELNYX = Protocol(
    Telnyx,
    (
        _json(event="connected", version="1.0.0"),
        _json(
            event="start",
            sequence_number="1",
            stream_id=STREAM_ID,
            start={
                "user_id": "3E6F995F-85F7-4705-9741-53B116D28237",
                "call_control_id": "v3:9X2vxPDFY2RHSJ1EdMS0RHRksMTg7ldNxdjWbVr9zBjbGjGsSe-aiQ",
                "call_session_id": "ff55a038-6f5d-11ef-9692-02420aeffb1f",
                "from": "+13122010094",
                "to": "+13122123456",
                "custom_parameters": {"customer_id": "customer_123"},
                "media_format": {"encoding": "PCMA", "sample_rate": 8000, "channels": 1},
            },
        ),
    ),
    (
        *(
            _json(
                event="media",
                sequence_number=str(n + 3),
                stream_id=STREAM_ID,
                media={
                    "track": "inbound",
                    "chunk": str(n),
                    "timestamp": str(n * 20),
                    "payload": _MULAW,
                },
            )
            for n in (1, 2, 3, 4)
        ),
        _json(
            event="media",
            stream_id=STREAM_ID,
            media={"track": "outbound", "chunk": "1", "payload": _MULAW},
        ),
        _json(
            event="dtmf",
            stream_id=STREAM_ID,
            occurred_at="2025-06-05T08:54:19.698408Z",
            sequence_number="8",
            dtmf={"digit": "1"},
        ),
        _json(event="mark", sequence_number="9", stream_id=STREAM_ID, mark={"name": "w1"}),
        _json(
            event="error",
            stream_id=STREAM_ID,
            payload={"code": 100003, "title": "malformed_frame", "detail": "no such event"},
        ),
        _json(
            event="stop",
            sequence_number="10",
            stream_id=STREAM_ID,
            stop={"user_id": "3E6F995F", "call_control_id": "v3:9X2vxPDFY2RHSJ1EdMS0"},
        ),
    ),
    waits=True,
)

PLIVO = Protocol(
    Plivo,
    (
        _json(
            event="start",
            sequenceNumber=1,
            start={
                "callId": "12345678-1234-1234-1234-123456789abc",
                "streamId": STREAM_ID,
                "accountId": "MAXXXXXXXXXXXXXXXXXX",
                "tracks": ["inbound"],
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000},
            },
            extra_headers="userId=12345;sessionId=abc-xyz",
        ),
    ),
    (
        *(
            _json(
                event="media",
                sequenceNumber=n + 1,
                streamId=STREAM_ID,
                media={
                    "track": "inbound",
                    "timestamp": "1705312200000",
                    "chunk": n,
                    "payload": _MULAW,
                },
                extra_headers="{}",
            )
            for n in (1, 2, 3, 4)
        ),
        _json(
            event="dtmf",
            sequenceNumber=6,
            streamId=STREAM_ID,
            dtmf={"track": "inbound", "digit": "5", "timestamp": "1705312250000"},
            extra_headers="{}",
        ),
        _json(event="playedStream", sequenceNumber=7, streamId=STREAM_ID, name="w1"),
        _json(event="clearedAudio", sequenceNumber=8, streamId=STREAM_ID),
    ),
    waits=True,
)

VONAGE = Protocol(
    Vonage,
    (
        _json(
            **{
                "event": "websocket:connected",
                "content-type": "audio/l16;rate=16000",
                "from": "221770001234",
                "did": "221338000000",
            }
        ),
    ),
    (
        bytes(range(256)) * 2 + bytes(128),
        _json(event="websocket:dtmf", digit="5", duration=260),
        _json(event="websocket:notify", payload={"name": "w1"}),
        _json(event="websocket:cleared"),
    ),
    waits=True,
)

_SESSION = "30b0e395-84d3-4570-ac13-9a62d8f514c0"
_THEIRS: tuple[tuple[str, dict[str, object]], ...] = (
    ("ping", {"rtt": "PT0.2S"}),
    ("dtmf", {"digit": "5"}),
    ("playback_started", {}),
    ("playback_completed", {}),
    ("paused", {}),
    ("resumed", {"start": "PT1S", "discarded": "PT2S"}),
    ("discarded", {"start": "PT1S", "discarded": "PT2S"}),
    ("update", {"language": "fr-FR"}),
    ("error", {"code": 429, "message": "slower", "retryAfter": "PT1S"}),
)


def _audiohook(kind: str, seq: int, **parameters: object) -> str:
    more = {"seq": seq, "serverseq": 0, "position": f"PT{seq}S", "parameters": parameters}
    return _json(version="2", id=_SESSION, type=kind, **more)


GENESYS = Protocol(
    lambda: Genesys(_SESSION, lambda: ("completed", "", {"Waxtaan_Next": "end"})),
    (
        _audiohook(
            "open",
            1,
            organizationId=_CALL,
            conversationId=_SESSION,
            participant={"id": _SESSION, "ani": "tel:+221770001234", "aniName": "", "dnis": "1"},
            media=[{**MEDIA, "channels": ["internal"]}, MEDIA],
            language="en-US",
            inputVariables={"tier": "gold"},
        ),
    ),
    (
        *(
            _audiohook(kind, 2 + n * len(_THEIRS) + at, **parameters)
            for n in range(8)  # each with numbers of its own: what came before is not heard again
            for at, (kind, parameters) in enumerate(_THEIRS)
        ),
        *(bytes(range(160)),) * 20,
        _audiohook("close", 99, reason="end"),
    ),
    waits=True,
)

PROTOCOLS = {
    "twilio": TWILIO,
    "telnyx": TELNYX,
    "plivo": PLIVO,
    "vonage": VONAGE,
    "genesys": GENESYS,
    "asterisk": ASTERISK,
    "audiosocket": AUDIOSOCKET,
}
