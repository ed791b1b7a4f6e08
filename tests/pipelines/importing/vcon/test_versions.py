"""What files of each version look like in the wild, and what of it can be used."""

import base64
import hashlib
import io
import json
import wave
from typing import Any

import pytest

from pipelines.importing.vcon.reader import read_vcon
from pipelines.importing.vcon.sound import wav_channels
from tests.pipelines.importing.vcon.examples import (
    BEGAN,
    CHAT,
    INLINE,
    PARTIES,
    SOUND,
    base64url,
    recording,
    vcon,
)


def wav(channels: int) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(160 * channels))
    return buffer.getvalue()


def test_the_first_version() -> None:
    text = json.dumps(
        {
            "vcon": "0.0.1",
            "uuid": "0183878b-dacf-8e27-973a-91e26eb8001b",
            "parties": PARTIES,
            "dialog": [
                {
                    "type": "recording",
                    "start": BEGAN,
                    "parties": [0, 1],
                    "url": "call.wav",
                    "mimetype": "audio/x-wav",
                    "signature": base64url(hashlib.sha512(SOUND).digest()),
                    "alg": "SHA-512",
                }
            ],
            "analysis": [
                {"type": "transcript", "transcript": "Bob: Hello.", "vendor": "Whisper"},
                {"type": "summary", "body": "short", "vendor_product": "b", "vendor_schema": "c"},
            ],
            "attachments": [],
        }
    )
    found = read_vcon(text, {"call.wav": SOUND}.__getitem__)
    assert (found.version, found.created, found.problems) == ("0.0.1", None, ())
    assert (found.dialogs[0].sound, found.dialogs[0].media_type) == (SOUND, "audio/x-wav")
    assert [(each.speaker, each.text) for each in found.utterances] == [("agent", "Hello.")]
    assert (found.analyses[0].product, found.analyses[0].schema) == ("b", "c")


def test_a_library_that_writes_its_own_types() -> None:
    """Old names under a new version, no encoding, the standard alphabet, empty objects."""
    body = base64.b64encode(SOUND).decode()
    text = json.dumps(
        vcon(
            vcon="0.3.0",
            redacted={},
            group=[],
            parties=[{**PARTIES[0], "role": "caller"}, {**PARTIES[1], "role": "agent"}],
            dialog=[
                {"type": "audio", "start": "2026-06-21T17:53:26", "parties": [0, 1], "body": body},
                {"type": "text", "parties": [0, 1], "originator": 1, "body": "Hi."},
            ],
        )
    )
    found = read_vcon(text)
    assert found.problems == ()
    assert (found.dialogs[0].kind, found.dialogs[0].sound) == ("recording", SOUND)
    assert [(each.speaker, each.text, each.start) for each in found.utterances] == [
        ("agent", "Hi.", None)
    ]


def test_the_version_may_be_missing_or_unknown() -> None:
    bare = {name: value for name, value in CHAT.items() if name != "vcon"}
    assert (read_vcon(json.dumps(bare)).version, read_vcon(json.dumps(bare)).problems) == ("", ())
    told = read_vcon(json.dumps({**CHAT, "vcon": "9.9.9"})).problems
    assert told == ("vCon: its version is not known and is read as 0.4.0",)


def test_members_that_no_draft_names_are_passed_over() -> None:
    more = {"x": 1, "tags": {"a": "b"}}
    text = json.dumps(
        {
            **vcon(parties=[{**each, **more} for each in PARTIES], dialog=[{**INLINE, **more}]),
            **more,
        }
    )
    assert read_vcon(text) == read_vcon(json.dumps(vcon(dialog=[INLINE])))


def test_other_vcons_are_named() -> None:
    text = json.dumps(vcon(group=[{"uuid": "a"}, {"uuid": "b"}], appended={"uuid": "c"}))
    assert read_vcon(text).problems == (
        "vCon: amends an earlier vCon, which was not looked for",
        "vCon: 2 other vCons belong to it and were not read",
    )


@pytest.mark.parametrize(
    ("parties", "channels", "heard"),
    [
        (1, 1, ((1,),)),
        ([0, 1], 1, ((0, 1),)),
        ([0, 1], 2, ((0,), (1,))),
        ([[0], [1]], 1, ((0,), (1,))),
        ([[0, 1]], 1, ((0, 1),)),
        ([1, [0, 2]], 2, ((1,), (0, 2))),
        ([0, None], 2, ((0,), ())),
        ([], 1, ()),
    ],
)
def test_who_is_heard_where(parties: Any, channels: int, heard: Any) -> None:
    sound = wav(channels)
    assert wav_channels(sound) == channels
    made = recording(parties=parties, body=base64url(sound), encoding="base64url")
    found = read_vcon(json.dumps(vcon(dialog=[made])))
    assert found.dialogs[0].channels == heard
    assert found.problems == ()


@pytest.mark.parametrize(
    "data", [b"", b"RIFF", SOUND[:12], SOUND[:20], b"OggS" + SOUND[4:], SOUND[:12] + b"\xff" * 40]
)
def test_what_is_no_wav_has_no_channels(data: bytes) -> None:
    assert wav_channels(data) == 0


def test_a_transcript_of_what_was_written_is_not_read_twice() -> None:
    made = {"type": "transcript", "dialog": [0, 1], "vendor": "x", "body": "Alice: hi"}
    found = read_vcon(json.dumps({**CHAT, "analysis": [made]}))
    assert found.utterances == read_vcon(json.dumps(CHAT)).utterances
    assert found.problems == (
        "analysis 0: it transcribes text, which was read as it was written; it is left out",
    )


def test_a_chat_before_a_call() -> None:
    later = recording(start="2026-06-21T17:54:26Z")
    said = {"type": "transcript", "dialog": 2, "vendor": "x", "body": [{"text": "a", "start": 2}]}
    found = read_vcon(json.dumps(vcon(dialog=[*CHAT["dialog"], later], analysis=[said])))
    assert [each.at for each in found.dialogs] == [0.0, 9.5, 59.0]
    assert [each.start for each in found.utterances] == [0.0, 9.5, 61.0]
