"""Transcripts in the forms of several makers, and whose words they are."""

import json
from typing import Any

import pytest

from pipelines.importing.vcon.reader import read_vcon
from tests.pipelines.importing.vcon import examples

Said = tuple[str, str, float | None, float | None]

VTT = """WEBVTT

NOTE made by hand

1
00:00:01.000 --> 00:00:02.500 align:start
<v Bob>Hello, <b>how</b> can I help?

00:03.250 --> 00:04.000
Alice: My line
is dead.
"""


def transcribed(body: object, dialog: dict[str, Any] | None = None, **members: Any) -> Any:
    made = {"type": "transcript", "dialog": 0, "vendor": "x", "body": body, **members}
    return read_vcon(json.dumps(examples.vcon(dialog=[dialog or examples.INLINE], analysis=[made])))


def said(body: object, **members: Any) -> list[Said]:
    found = transcribed(body, **members).utterances
    return [(each.speaker, each.text, each.start, each.end) for each in found]


HELLO: Said = ("agent", "Hello, how can I help?", 1.0, 2.5)
DEAD: Said = ("caller", "My line is dead.", 3.25, 4.0)


@pytest.mark.parametrize(
    "body",
    [
        VTT,
        VTT.removeprefix("WEBVTT\n").replace(".", ",").replace("dead,", "dead."),
        [
            {"party": 1, "text": "Hello, how can I help?", "start": 1, "end": 2.5},
            {"party": 0, "text": "My line is dead.", "start": 3.25, "end": 4},
        ],
        [
            {"speaker": "Bob", "message": "Hello, how can I help?", "start": "1", "end": "2.5s"},
            {
                "speaker": "alice",
                "message": "My line is dead.",
                "start": "0:03.25",
                "end": "00:00:04",
            },
        ],
        {
            "text": "Hello, how can I help? My line is dead.",
            "language": "en",
            "segments": [
                {
                    "speaker": "SPEAKER_01",
                    "start": 1.0,
                    "end": 2.5,
                    "text": " Hello, how can I help?",
                },
                {"speaker": "SPEAKER_00", "start": 3.25, "end": 4.0, "text": " My line is dead."},
            ],
        },
        {
            "transcript": {"text": "Hello, how can I help? My line is dead.", "language": "en-US"},
            "segments": [
                {"id": 0, "start": 1.0, "end": 2.5, "text": "Hello, how can I help?", "speaker": 1},
                {"id": 1, "start": 3.25, "end": 4.0, "text": "My line is dead.", "speaker": 0},
            ],
            "metadata": {"provider": "whisper"},
        },
        {
            "results": {
                "utterances": [
                    {
                        "start": 1.0,
                        "end": 2.5,
                        "transcript": "Hello, how can I help?",
                        "speaker": 1,
                    },
                    {"start": 3.25, "end": 4.0, "transcript": "My line is dead.", "speaker": 0},
                ]
            }
        },
    ],
    ids=["webvtt", "subrip", "parties", "names", "whisper", "wtf", "deepgram-utterances"],
)
def test_forms_with_times(body: object) -> None:
    assert said(body) == [HELLO, DEAD]
    assert said(json.dumps(body) if not isinstance(body, str) else body, encoding="json") == [
        HELLO,
        DEAD,
    ]


def test_the_language_is_kept() -> None:
    segments = [{"start": 1, "end": 2, "text": "Bonjour"}]
    [one] = transcribed({"segments": segments, "language": "fr-FR"}).utterances
    assert one.language == "fr-fr"
    [one] = transcribed({"segments": segments, "language": "French, I think"}).utterances
    assert one.language == ""


def test_milliseconds_of_one_vendor() -> None:
    body = {"utterances": [{"speaker": "B", "text": "Hello", "start": 1000, "end": 2500}]}
    assert said(body, vendor="AssemblyAI") == [("caller", "Hello", 1.0, 2.5)]


def test_deepgram() -> None:
    assert said(examples.DEEPGRAM) == [
        ("agent", "Hello. How can I help?", 1.2, 4.5),
        ("caller", "Hi.", 5.0, 5.5),
    ]
    words = json.loads(json.dumps(examples.DEEPGRAM))
    del words["results"]["channels"][0]["alternatives"][0]["paragraphs"]
    assert said(words) == [("agent", "hello", 1.2, 1.7), ("caller", "hi", 5.0, 5.5)]
    plain = {"results": {"channels": [{"alternatives": [{"transcript": "hello"}]}]}}
    assert said(plain) == [("caller", "hello", None, None)]


def test_a_channel_of_several_tells_who_speaks() -> None:
    channels = [{"alternatives": [{"transcript": text}]} for text in ("Hello.", "Hi.")]
    stereo = examples.recording(parties=[[1], [0]], originator=0)
    found = transcribed({"results": {"channels": channels}}, stereo)
    assert [(each.speaker, each.text) for each in found.utterances] == [
        ("agent", "Hello."),
        ("caller", "Hi."),
    ]
    assert not any("speakers" in each for each in found.problems)


def test_text_without_any_form() -> None:
    assert said("Agent: Hello.\nAnything else?\n\nCustomer: No: thank you.") == [
        ("agent", "Hello. Anything else?", None, None),
        ("caller", "No: thank you.", None, None),
    ]
    found = transcribed("hello there")
    assert [(each.speaker, each.text) for each in found.utterances] == [("caller", "hello there")]
    assert found.problems[-1] == (
        "analysis 0: who says what is not told by name: speakers count in the parties' order"
    )


def test_recordings_one_after_the_other_keep_their_times() -> None:
    second = examples.recording(start="2026-06-21T17:55:26+00:00")
    made = [
        {
            "type": "transcript",
            "dialog": number,
            "vendor": "x",
            "body": [{"text": text, "start": 1}],
        }
        for number, text in ((1, "later"), (0, "first"))
    ]
    text = json.dumps(examples.vcon(dialog=[examples.INLINE, second], analysis=made))
    assert [(each.text, each.start) for each in read_vcon(text).utterances] == [
        ("first", 1.0),
        ("later", 121.0),
    ]


def test_the_first_transcript_of_a_dialog_counts() -> None:
    made = [
        {"type": "transcript", "dialog": 0, "vendor": vendor, "body": body}
        for vendor, body in (("empty", {"words": 3}), ("a", "Agent: hi"), ("b", "Agent: hy"))
    ]
    found = read_vcon(json.dumps(examples.vcon(dialog=[examples.INLINE], analysis=made)))
    assert [each.text for each in found.utterances] == ["hi"]
    assert found.problems == (
        "analysis 0: the transcript is in no format known here, or empty",
        "analysis 2: another transcript of the same dialogs was read, and this one is left out",
    )


@pytest.mark.parametrize(
    ("parties", "dialog", "roles"),
    [
        ([{}, {}], {"parties": [1, 0]}, ["agent", "caller"]),
        ([{}, {}], {"parties": [0, 1], "originator": 1}, ["agent", "caller"]),
        ([{}, {"role": "customer"}], {"parties": [0, 1]}, ["agent", "caller"]),
        ([{}, {"type": "bot"}, {}], {"parties": [2, 1, 0]}, ["agent", "agent", "caller"]),
        ([{"role": "Agent"}, {"role": "sme"}, {}], {"parties": [0]}, ["agent", "agent", "caller"]),
        ([{"role": "?"}, {"meta": {"role": "agent"}}], {}, ["caller", "agent"]),
    ],
)
def test_roles(parties: list[Any], dialog: dict[str, Any], roles: list[str]) -> None:
    made = examples.vcon(parties=parties, dialog=[{"type": "recording", **dialog}])
    assert [each.role for each in read_vcon(json.dumps(made)).parties] == roles
