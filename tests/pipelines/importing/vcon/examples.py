"""vCons as others write them, made by hand after the drafts and after files seen in the wild."""

import base64
import hashlib
import json
from typing import Any

from pipelines.audio import to_wav

Vcon = dict[str, Any]

SOUND = to_wav(bytes(1600), 8000)  # 0.1 s of silence


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sha(data: bytes, name: str = "sha512") -> str:
    return f"{name}-{base64url(hashlib.new(name, data).digest())}"


PARTIES = [{"tel": "+12025550101", "name": "Alice"}, {"tel": "tel:+12025550102", "name": "Bob"}]
BEGAN = "2026-06-21T17:53:26.000+00:00"


def vcon(**members: Any) -> Vcon:
    """A vCon of the newest version."""
    fixed = {"vcon": "0.4.0", "uuid": "01a07e00-0ecc-81db-b9a2-279e0d16bc46", "created_at": BEGAN}
    return {**fixed, "parties": PARTIES, **members}


def recording(**members: Any) -> Vcon:
    fixed = {"type": "recording", "start": BEGAN, "duration": 0.1, "parties": [0, 1]}
    return {**fixed, "mediatype": "audio/x-wav", **members}


INLINE = recording(body=base64url(SOUND), encoding="base64url", filename="call.wav")

DEEPGRAM = {
    "metadata": {"duration": 5.5, "channels": 1},
    "results": {
        "channels": [
            {
                "alternatives": [
                    {
                        "transcript": "Hello. How can I help? Hi.",
                        "words": [
                            {"word": "hello", "start": 1.2, "end": 1.7, "speaker": 1},
                            {"word": "hi", "start": 5.0, "end": 5.5, "speaker": 0},
                        ],
                        "paragraphs": {
                            "transcript": "Speaker 1: Hello. ...",
                            "paragraphs": [
                                {
                                    "speaker": 1,
                                    "sentences": [
                                        {"text": "Hello.", "start": 1.2, "end": 1.7},
                                        {"text": "How can I help?", "start": 2, "end": 4.5},
                                    ],
                                },
                                {
                                    "speaker": 0,
                                    "sentences": [{"text": "Hi.", "start": 5.0, "end": 5.5}],
                                },
                            ],
                        },
                    }
                ]
            }
        ]
    },
}

# As a generator of synthetic calls wrote them before versions were told: roles in `meta`, an old
# hash, a body that its encoding does not describe.
SYNTHETIC = {
    "uuid": "02971763-6410-4ee0-b16c-04d11a18b222",
    "created_at": "2024-05-03T19:20:42.939212",
    "dialog": [
        {
            "alg": "SHA-512",
            "url": "https://example.com/2024/05/03/call.mp3",
            "meta": {"direction": "in", "disposition": "ANSWERED"},
            "type": "recording",
            "start": "2024-05-03T19:20:42.939186",
            "parties": [1, 0],
            "duration": 67.008,
            "mimetype": "audio/mp3",
            "signature": "SztCsgEu2Na4A-yapC6bGmZyn_otmKsPuTmJXfmMS8VfkIr88N9SqB1rcSws",
        }
    ],
    "parties": [
        {"tel": "+12025550103", "meta": {"role": "agent"}, "name": "Brian"},
        {"tel": "+12025550104", "meta": {"role": "customer"}, "email": "janet@example.com"},
    ],
    "attachments": [
        {"type": "generation_info", "encoding": "none", "body": {"business": "Gym"}},
    ],
    "analysis": [
        {
            "type": "transcript",
            "dialog": 0,
            "vendor": "openai",
            "encoding": "none",
            "body": [
                {"speaker": "Agent", "message": "Hello, may I have your name?"},
                {"speaker": "Customer", "message": "My name is Janet."},
            ],
            "vendor_schema": {"model": "some"},
        }
    ],
}

CHAT = vcon(
    subject="Account",
    dialog=[
        {
            "type": "text",
            "start": "2026-06-21T17:53:27+00:00",
            "duration": 0,
            "parties": [0, 1],
            "mediatype": "text/plain; charset=UTF-8",
            "encoding": "none",
            "body": "Hi Bob:\nis my account ok?\n",
            "message_id": "<1@example.com>",
        },
        {
            "type": "text",
            "start": "2026-06-21T17:53:36.5Z",
            "parties": [0, 1],
            "originator": 1,
            "body": "All is fine.",
        },
    ],
)

CONSENT = {
    "type": "consent",
    "start": BEGAN,
    "expiration": None,
    "party": 0,
    "dialog": 0,
    "consents": [{"consent": "recording", "value": True}],
}

FULL = vcon(
    extensions=["CC", "lawful_basis"],
    critical=["lawful_basis"],
    redacted={"uuid": "01a07e00-0ecc-81db-b9a2-279e0d16bc47", "type": "PII"},
    parties=[*PARTIES, {"sip": "sip:carol@example.com", "role": "supervisor", "type": "person"}],
    dialog=[
        INLINE,
        *CHAT["dialog"],
        recording(url="call.wav", content_hash=[sha(SOUND), sha(SOUND, "sha256")]),
        {
            "type": "incomplete",
            "start": BEGAN,
            "parties": [[0], [1, 2], None],
            "disposition": "busy",
        },
        {"type": "transfer", "transferee": 0, "transferor": 1, "transfer_target": 2},
    ],
    analysis=[
        {
            "type": "transcript",
            "dialog": [0, 3],
            "vendor": "deepgram",
            "product": "nova",
            "schema": "some",
            "mediatype": "application/json",
            "encoding": "json",
            "body": DEEPGRAM,
        },
        {"type": "sentiment", "dialog": 0, "vendor": "x", "encoding": "none", "body": "calm"},
    ],
    attachments=[
        CONSENT,
        {
            "purpose": "offer",
            "start": BEGAN,
            "party": 1,
            "dialog": 0,
            "body": "{}",
            "encoding": "json",
        },
    ],
)


def signed(inner: Vcon) -> Vcon:
    header = {"alg": "RS256", "x5c": ["MIID"], "uuid": inner["uuid"]}
    signature = {"header": header, "protected": "e30", "signature": "bm8"}
    return {"payload": base64url(json.dumps(inner).encode()), "signatures": [signature]}
