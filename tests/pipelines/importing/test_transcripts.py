"""Transcripts as other tools write them."""

import json
from pathlib import Path

import pytest

from pipelines.importing.transcripts import language_code, seconds
from pipelines.importing.write import Outcome
from pipelines.store.recorded import TRANSCRIPT
from pipelines.store.transcript import Utterance, read_transcript
from tests.pipelines.importing.sounds import call, imported, kinds, one, source, written

HELLO = Utterance(speaker="agent", text="Hello; you?", start=0.5, end=1.25, language="en")
HI = Utterance(speaker="caller", text="Hi, my line is dead", start=2.0, end=3.5, language="en")


def said(into: Path, outcome: Outcome) -> list[Utterance]:
    text = (into / outcome.id / TRANSCRIPT).read_text(encoding="utf-8")
    return list(read_transcript(text.splitlines()))


def texts(into: Path, outcome: Outcome) -> list[tuple[str, str]]:
    return [(each.speaker, each.text) for each in said(into, outcome)]


FILES = {
    "ours.csv": "speaker,text,start,end,language\n"
    'agent,Hello; you?,0.5,1.25,en\ncaller,"Hi, my line is dead",2,3.5,EN\n',
    "semicolons.csv": "Role;Content;Start Time;End-Time;lang\r\n"
    'ASSISTANT;"Hello; you?";0,5;1,25;en\r\nUser;Hi, my line is dead;2,0;3,5;en\r\n',
    "tabs.tsv": "channel\tutterance\tbegin\tstop\tlocale\n"
    "Operator\tHello; you?\t00:00.5\t0:00:01.250\ten\nPatron\tHi, my line is dead\t2\t3.5\ten\n",
    "lines.jsonl": json.dumps(
        {"role": "bot", "content": "Hello; you?", "start": 0.5, "end": 1.25, "language": "en"}
    )
    + "\n\n"
    + json.dumps(
        {"role": "client", "content": "Hi, my line is dead", "start": 2, "end": 3.5, "lang": "en"}
    ).replace('lang"', 'language"'),
    "voices.vtt": "WEBVTT - a call\n\nNOTE made by hand\n\n1\n"
    "00:00.500 --> 00:01.250 align:left\n<v.loud Agent 2>Hello; <i>you?</i></v>\n\n"
    "00:00:02.000 --> 00:00:03.500\n<v Caller>Hi, my line\nis dead\n",
    "names.vtt": "WEBVTT\r\n\r\n00:00.500 --> 00:01.250\r\nAgent: Hello; you?\r\n\r\n"
    "00:02.000 --> 00:03.500\r\n- Customer: Hi, my line\r\nis dead\r\n",
    "subtitles.srt": "1\n00:00:00,500 --> 00:00:01,250\nAgent: Hello; you?\n\n"
    "2\n00:00:02,000 --> 00:00:03,500\nCaller: Hi, my line is dead\n",
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_kind_says_the_same(tmp_path: Path, name: str, encoding: str) -> None:
    (tmp_path / name).write_bytes(FILES[name].encode(encoding))
    outcome = one(tmp_path / name, into=tmp_path / "in")
    assert (outcome.state, kinds(outcome)) == ("imported", [])
    expected = [HELLO, HI]
    if name.endswith((".vtt", ".srt")):
        expected = [each.model_copy(update={"language": ""}) for each in expected]
    assert said(tmp_path / "in", outcome) == expected
    assert source(tmp_path / "in", outcome).originals[0].name == name


def test_windows_1252_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("speaker,text\ncaller,ça coûte 5 €\n".encode("cp1252"))
    outcome = one(tmp_path / "a.csv", into=tmp_path / "in")
    assert kinds(outcome) == ["encoding"]
    assert texts(tmp_path / "in", outcome) == [("caller", "ça coûte 5 €")]


def test_an_unknown_speaker_leaves_it_out_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("speaker,text\nAwa,Hello\nMoussa,Hi\n", encoding="utf-8")
    outcome = one(tmp_path / "a.csv", into=tmp_path / "in")
    assert (outcome.state, kinds(outcome)) == ("left out", ["speaker"])
    (problem,) = outcome.problems
    assert problem.where == "a.csv, line 2"
    assert "'Awa', 'Moussa': neither caller nor agent" in problem.told
    assert "Hello" not in problem.told


@pytest.mark.parametrize(
    "speakers", ['"{""Awa"": ""agent"", ""MOUSSA"": ""customer""}"', "Awa=agent; Moussa=caller"]
)
def test_a_manifest_says_who_is_who(tmp_path: Path, speakers: str) -> None:
    (tmp_path / "a.csv").write_text("speaker,text\nAwa,Hello\nMoussa,Hi\n", encoding="utf-8")
    manifest = f"transcript,speakers,language\na.csv,{speakers},wo\n"
    (tmp_path / "all.csv").write_text(manifest, encoding="utf-8")
    outcome = one(tmp_path, into=tmp_path / "in")
    assert (outcome.state, kinds(outcome)) == ("imported", [])
    assert [(u.speaker, u.text, u.language) for u in said(tmp_path / "in", outcome)] == [
        ("agent", "Hello", "wo"),
        ("caller", "Hi", "wo"),
    ]


def test_several_conversations_in_a_file(tmp_path: Path) -> None:
    lines = "call_id,speaker,text\n7,agent,Hello\n8,agent,Welcome\n7,caller,Hi\n9,Awa,Who?\n"
    (tmp_path / "all.csv").write_text(lines, encoding="utf-8")
    written(tmp_path / "8.wav", call())
    left_out, *outcomes = sorted(imported(tmp_path, into=tmp_path / "in"), key=lambda o: o.id)
    assert [each.id[:2] for each in outcomes] == ["7-", "8-"]
    assert texts(tmp_path / "in", outcomes[0]) == [("agent", "Hello"), ("caller", "Hi")]
    assert (tmp_path / "in" / outcomes[1].id / "caller.wav").exists()
    assert left_out.problems[0].where.endswith("/all.csv, conversation 9, line 5")


def test_an_id_for_each_line_is_no_conversation(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "id,speaker,text\n1,agent,Hello\n2,caller,Hi\n", encoding="utf-8"
    )
    outcome = one(tmp_path / "a.csv", into=tmp_path / "in")
    assert texts(tmp_path / "in", outcome) == [("agent", "Hello"), ("caller", "Hi")]


def test_lines_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        '{"speaker": "agent", "text": "Hello", "start": "soon"}\nnonsense\n[1]\n'
        '{"speaker": "caller", "text": "Hi \\ud800"}\n' + '{"n": ' + "1" * 5000 + "}\n",
        encoding="utf-8",
    )
    outcome = one(tmp_path / "a.jsonl", into=tmp_path / "in")
    assert [(each.kind, each.where) for each in outcome.problems] == [
        ("line", "a.jsonl, line 2"),
        ("line", "a.jsonl, line 3"),
        ("line", "a.jsonl, line 5"),
        ("times", "a.jsonl, line 1"),
    ]
    assert texts(tmp_path / "in", outcome) == [("agent", "Hello"), ("caller", "Hi ?")]


def test_times_that_cannot_be(tmp_path: Path) -> None:
    written(tmp_path / "a.wav", call())
    (tmp_path / "a.csv").write_text(
        "speaker,text,start,end\nagent,Hello,0.5,0.2\ncaller,Hi,3,4\nagent,Bye,2,90\n",
        encoding="utf-8",
    )
    outcome = one(tmp_path, into=tmp_path / "in")
    assert [problem.told for problem in outcome.problems] == [
        "utterance 1 ends before beginning: left without an end",
        "utterance 3 begins before one that stands above it",
        "the transcript goes on to 90.0 s, the sound to 6.0 s",
    ]
    assert said(tmp_path / "in", outcome)[0].end is None


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.csv", "name,price\nbread,2\n", "unreadable"),
        ("a.csv", "speaker,text\n", "unreadable"),
        ("a.csv", "speaker,text\nagent,\n", "unreadable"),
        ("a.csv", "\0\0", "unreadable"),
        ("a.csv", " \n", "empty"),
        ("a.jsonl", "nonsense\n", "unreadable"),
        ("a.vtt", "WEBVTT\n", "unreadable"),
        ("a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nwho says this?\n", "speaker"),
    ],
)
def test_no_transcript(tmp_path: Path, name: str, content: str, kind: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    outcome = one(tmp_path, into=tmp_path / "in")
    assert (outcome.state, kinds(outcome)) == ("left out", [kind])


def test_a_second_transcript_of_a_sound(tmp_path: Path) -> None:
    written(tmp_path / "a.wav", call())
    for name in ("ours.csv", "names.vtt"):
        (tmp_path / f"a{Path(name).suffix}").write_text(FILES[name], encoding="utf-8")
    outcomes = imported(tmp_path, into=tmp_path / "in")
    assert sorted(kinds(each) for each in outcomes) == [[], ["ambiguous"]]


def test_seconds_and_languages() -> None:
    given = (
        "1",
        "1.5",
        "1,5",
        "01:02.5",
        "1:00:00",
        "-1",
        "1e3",
        "nan",
        "soon",
        "9" * 400,
        "9" * 400 + ":00",
    )
    expected = [1.0, 1.5, 1.5, 62.5, 3600.0, *[None] * 6]
    assert [seconds(text) for text in given] == expected
    codes = [language_code(text) for text in ("fr_FR", "wo", "English", "")]
    assert codes == ["fr-fr", "wo", "", ""]
