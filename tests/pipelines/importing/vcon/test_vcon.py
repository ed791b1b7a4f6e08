"""Recordings of ours as vCons and back, and what others write."""

import gzip
import json
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from agent.actions import Expecting, Listen, Speak
from agent.events import CallStarted, Hypothesis, KeyPressed, SpeechEnded, SpeechStarted, TurnEnded
from pipelines.audio import to_wav
from pipelines.importing.vcon.conversation import VconError
from pipelines.importing.vcon.logged import told
from pipelines.importing.vcon.reader import read_vcon
from pipelines.importing.vcon.writer import VERSIONS, Version, write_vcon
from pipelines.store.call_log import CallLog
from pipelines.store.recorded import Recorded, in_folder
from pipelines.store.transcript import Utterance, lines
from tests.pipelines.importing.vcon import examples
from tests.pipelines.importing.vcon.drafts import faults

CALLS = Path(__file__).parents[3] / "calls"
GOLDEN = Path(__file__).parent / "golden"


def call(name: str, folder: Path | None = None) -> Recorded:
    """A golden call, with sound of a twentieth of a second a side if there is a folder for it."""
    if folder is None:
        return Recorded(name, log=CALLS / f"{name}.jsonl")
    caller, agent = folder / "caller.wav", folder / "agent.wav"
    caller.write_bytes(to_wav(b"\x01\x00" * 400, 8000))
    agent.write_bytes(to_wav(b"\x02\x00" * 600, 12000))
    return Recorded(name, log=CALLS / f"{name}.jsonl", caller=caller, agent=agent)


def caller_says(text: str, start: float | None = None, end: float | None = None) -> Utterance:
    return Utterance(speaker="caller", text=text, start=start, end=end)


def agent_says(text: str, start: float | None = None, end: float | None = None) -> Utterance:
    return Utterance(speaker="agent", text=text, start=start, end=end)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_call_is_written_as_it_was(version: Version, tmp_path: Path) -> None:
    golden = GOLDEN / f"en-emergency.{version}.vcon"
    text = write_vcon(call("en-emergency", tmp_path), version)
    if not golden.exists():
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text, encoding="utf-8")
        pytest.fail(f"{golden} was not there and has been written: read it and commit it")
    assert text == golden.read_text(encoding="utf-8"), f"if that is meant, remove {golden}"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("path", sorted(CALLS.glob("*.jsonl")), ids=lambda path: path.stem)
def test_what_is_written_is_read_back(path: Path, version: Version, tmp_path: Path) -> None:
    recorded = call(path.stem, tmp_path)
    text = write_vcon(recorded, version)
    assert text == write_vcon(recorded, version)
    assert faults(json.loads(text)) == []
    found = read_vcon(text)
    known = told(recorded)
    assert found.problems == ()
    assert found.utterances == known.utterances
    assert len(found.utterances) > 3
    assert [each.role for each in found.parties[:2]] == ["caller", "agent"]
    assert found.parties[1].name == "Waxtaan automated assistant"
    assert found.parties[0].tel == known.caller
    sounds = [(each.sound, each.channels, each.duration) for each in found.dialogs]
    assert recorded.caller is not None
    assert recorded.agent is not None
    assert sounds == [
        (recorded.caller.read_bytes(), ((0,),), 0.05),
        (recorded.agent.read_bytes(), ((1,),), 0.05),
    ]
    assert found.dialogs[1].originator == 0
    assert found.created == known.began
    assert found.version == version
    [report] = found.analyses
    assert (report.kind, report.vendor, report.schema) == (
        "report",
        "waxtaan",
        "waxtaan.decisions.1",
    )
    [disclosure] = found.consents
    assert isinstance(disclosure.content, dict)
    assert disclosure.content["consent_asked"] is False


def test_people_who_took_over_and_what_they_were_given() -> None:
    text = write_vcon(call("en-transfer"))
    found = read_vcon(text)
    assert (found.parties[2].name, found.parties[2].role) == ("Fatou", "agent")
    assert [each.kind for each in found.attachments] == ["handoff", "handoff"]
    packet = found.attachments[1].content
    assert isinstance(packet, dict)
    assert (packet["reason"], packet["queue"]) == ("asked_for_person", "general")
    [dialog] = json.loads(text)["dialog"]
    history = [(each["event"], each["time"][11:21]) for each in dialog["party_history"]]
    assert history == [("join", "10:00:53.3"), ("drop", "10:01:25.8")]


def test_identifiers_are_those_of_the_drafts() -> None:
    def uuid(name: str, **options: Any) -> UUID:
        return UUID(json.loads(write_vcon(call(name), **options))["uuid"])

    one = uuid("en-transfer")
    assert (one.version, one.variant) == (8, "specified in RFC 4122")
    assert one.int >> 80 == 1795514400000  # 10:00 on 24 November 2026, in milliseconds
    assert uuid("en-transfer", domain="example.com") != one
    assert len({uuid(path.stem) for path in CALLS.glob("*.jsonl")}) == 11


def test_local_time_is_that_of_a_zone() -> None:
    text = write_vcon(call("en-transfer"), zone=ZoneInfo("Europe/Paris"))
    assert json.loads(text)["created_at"] == "2026-11-24T10:00:00+01:00"


def test_without_sound_it_says_so(tmp_path: Path) -> None:
    recorded = call("en-bill", tmp_path)
    full, bare = write_vcon(recorded), write_vcon(recorded, inline_audio=False)
    assert faults(json.loads(bare)) == []
    assert json.loads(bare)["redacted"] == {"uuid": json.loads(full)["uuid"], "type": "audio"}
    assert json.loads(bare)["uuid"] != json.loads(full)["uuid"]
    found = read_vcon(bare)
    assert [each.sound for each in found.dialogs] == [None, None]
    assert found.utterances == read_vcon(full).utterances
    assert found.problems == ("vCon: redacted: something was left out by who made it",)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_call_in_writing_is_text(version: Version, tmp_path: Path) -> None:
    log = tmp_path / "chat.jsonl"
    spoken = (CALLS / "en-transfer.jsonl").read_text(encoding="utf-8")
    log.write_text(spoken.replace('"telephone"', '"text"'), encoding="utf-8")
    text = write_vcon(Recorded("chat", log=log), version)
    assert faults(json.loads(text)) == []
    found = read_vcon(text)
    assert {each.kind for each in found.dialogs} == {"text"}
    plain = [
        each.model_copy(update={"language": ""}) for each in told(call("en-transfer")).utterances
    ]
    assert list(found.utterances) == plain


def test_what_is_hidden_in_the_log_stays_hidden(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    with path.open("w", encoding="utf-8") as file:
        log = CallLog(file, (), id="secret")
        log.event(CallStarted(0.0, "telephone", None, "en", now="2026-11-24T10:00:00"))
        log.action(Listen("en", "pin", Expecting(digits=4, secret=True)))
        for key in "4821":
            log.event(KeyPressed(1.0, key))
        log.event(Hypothesis(2.0, "it is 4821", "en", 1.0, 1.0, True, (("4821", 1.0),)))
        log.event(TurnEnded(2.5))
        log.action(Speak(1, "puk", "Your PUK is 39184756.", "en", secret=True))
        log.event(SpeechStarted(3.0, 1))
        log.event(SpeechEnded(4.0, 1, "Your PUK is 39184756.", False))
    for version in VERSIONS:
        text = write_vcon(in_folder(tmp_path), version)
        assert "it is ••••" in text
        assert "4821" not in text
        assert "39184756" not in text


def test_an_imported_recording_is_not_called_ours(tmp_path: Path) -> None:
    said = [caller_says("hello", 0.5, 1.0), agent_says("good morning", 1.5)]
    (tmp_path / "transcript.jsonl").write_text(lines(said), encoding="utf-8")
    (tmp_path / "source.json").write_text("{}", encoding="utf-8")
    (tmp_path / "caller.wav").write_bytes(examples.SOUND)
    text = write_vcon(in_folder(tmp_path))
    assert text == write_vcon(in_folder(tmp_path))
    assert faults(json.loads(text)) == []
    found = read_vcon(text)
    assert list(found.utterances) == said
    assert [each.name for each in found.parties] == ["", ""]
    assert (found.analyses, found.consents) == ((), ())
    assert found.dialogs[0].sound == examples.SOUND


@pytest.mark.parametrize(
    "log",
    ["nonsense\n", '{"log": 9}\n', "[" * 9000 + "\n", '{"event": "SpeechStarted", "at": NaN}'],
)
def test_a_log_that_cannot_be_read_is_named(log: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text(log, encoding="utf-8")
    with pytest.raises(VconError, match=r"broken\.jsonl: "):
        write_vcon(Recorded("broken", log=path))


def test_the_newest_version_of_others() -> None:
    found = read_vcon(json.dumps(examples.FULL), {"call.wav": examples.SOUND}.__getitem__)
    assert [each.role for each in found.parties] == ["caller", "agent", "agent"]
    assert found.parties[1].tel == "+12025550102"
    assert [each.kind for each in found.dialogs] == [
        *("recording", "text", "text", "recording", "incomplete", "transfer")
    ]
    assert found.dialogs[0].channels == ((0, 1),)
    assert found.dialogs[3].sound == examples.SOUND
    assert found.dialogs[4].channels == ((0,), (1, 2), ())
    assert found.dialogs[4].disposition == "busy"
    assert [(each.speaker, each.text, each.start) for each in found.utterances] == [
        ("caller", "Hi Bob:\nis my account ok?", 1.0),
        ("agent", "Hello. How can I help?", 1.2),
        ("caller", "Hi.", 5.0),
        ("agent", "All is fine.", 10.5),
    ]
    assert [(each.kind, each.content) for each in found.analyses] == [("sentiment", "calm")]
    [consent] = found.consents
    assert isinstance(consent.content, dict)
    assert consent.content["consents"] == [{"consent": "recording", "value": True}]
    assert [(each.kind, each.content) for each in found.attachments] == [("offer", {})]


def test_before_versions_were_told() -> None:
    found = read_vcon(json.dumps(examples.SYNTHETIC))
    assert [(each.role, each.told) for each in found.parties] == [
        ("agent", "agent"),
        ("caller", "customer"),
    ]
    assert list(found.utterances) == [
        agent_says("Hello, may I have your name?"),
        caller_says("My name is Janet."),
    ]
    assert found.problems == (
        "dialog 0: the file is elsewhere on a network and is missing: nothing is fetched",
    )


def test_signed_gzipped_encrypted() -> None:
    plain = read_vcon(json.dumps(examples.CHAT))
    signed = json.dumps(examples.signed(examples.CHAT))
    for text in (signed, gzip.compress(signed.encode())):
        found = read_vcon(text)
        assert found.utterances == plain.utterances
        assert found.problems == ("vCon: signed (JWS): the signature was not verified",)
    encrypted = json.dumps({"ciphertext": "aGk", "recipients": [], "iv": "", "tag": ""})
    with pytest.raises(VconError, match="encrypted"):
        read_vcon(encrypted)
    with pytest.raises(VconError, match="signed"):
        read_vcon(json.dumps({"payload": "!", "signatures": []}))


def test_what_must_not_be_read_is_not() -> None:
    for name in ("critical", "must_support"):
        with pytest.raises(VconError, match="'no_such'"):
            read_vcon(json.dumps(examples.vcon(**{name: ["no_such", "CC"]})))
    assert read_vcon(json.dumps(examples.vcon(critical=["CC"]))).problems == ()
