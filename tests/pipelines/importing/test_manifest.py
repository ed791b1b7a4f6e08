"""Manifests: thousands of recordings by name, with what is known of them."""

from pathlib import Path

from pipelines.store.recorded import AGENT, CALLER, TRANSCRIPT
from tests.pipelines.importing.sounds import alike, call, heard, imported, kinds, source, written


def test_a_manifest_of_everything(tmp_path: Path) -> None:
    samples, data = call(), tmp_path / "data"
    written(data / "audio/1.wav", samples)
    written(data / "audio/2a.wav", samples[:, 0])
    written(data / "audio/2b.wav", samples[:, 1])
    written(data / "audio/3.wav", samples[:, 0])
    (data / "1.vtt").write_text(
        "WEBVTT\n\n00:00.300 --> 00:02.000\nAgent: Hello\n", encoding="utf-8"
    )
    (data / "calls.csv").write_text(
        "id;audio;caller;agent;transcript;language;caller_channel;intent;escalated\n"
        "first;audio/1.wav;;;1.vtt;fr;right;balance;false\n"
        "second;;audio/2a.wav;audio/2b.wav;;;;outage;true\n"
        "third;;audio/3.wav;;;;;;\n"
        "fourth;audio/4.wav;;;;;;;\n"
        "fifth;audio/1.wav;audio/3.wav;;;;;;\n"
        "sixth;audio/1.wav;;;;;middle;;\n"
        "seventh;;;;;;;;\n",
        encoding="utf-8",
    )
    into = tmp_path / "in"
    outcomes = imported(data, into=into)
    kept = {each.id.rpartition("-")[0]: each for each in outcomes if each.state == "imported"}
    assert sorted(kept) == ["first", "second", "third"]
    first = into / kept["first"].id
    assert alike(heard(first, CALLER)[1], samples[:, 1]) > 0.99
    assert (first / TRANSCRIPT).exists()
    about = source(into, kept["first"])
    assert (about.language, about.caller_channel) == ("fr", "right")
    assert about.labels == {"intent": "balance", "escalated": "false"}
    assert [each.name for each in about.originals] == ["audio/1.wav", "1.vtt"]
    assert alike(heard(into / kept["second"].id, AGENT)[1], samples[:, 1]) > 0.99
    assert not (into / kept["third"].id / AGENT).exists()
    left_out = {each.problems[0].where: kinds(each) for each in outcomes if each.lost}
    assert left_out == {
        "data/calls.csv, line 5": ["missing"],
        "data/calls.csv, line 6": ["ambiguous"],
        "data/calls.csv, line 7": ["line"],
        "data/calls.csv, line 8": ["missing"],
    }


def test_broken_cells_are_named(tmp_path: Path) -> None:
    written(tmp_path / "1.wav", call())
    (tmp_path / "calls.jsonl").write_text(
        '{"audio": "1.wav", "caller_segments": [[1]]}\n'
        '{"audio": "1.wav", "caller_segments": [[0, NaN]]}\n'
        '{"audio": "1.wav", "transcript": "1.wav", "speakers": {"Awa": "boss"}}\n'
        '{"audio": "\\u0000"}\n'
        '{"audio": ["1.wav"]}\n'
        "nonsense\n",
        encoding="utf-8",
    )
    outcomes = imported(tmp_path / "calls.jsonl", into=tmp_path / "in")
    found = sorted((each.problems[0].where, each.problems[0].kind) for each in outcomes)
    assert found == [
        ("calls.jsonl, line 1", "line"),
        ("calls.jsonl, line 2", "line"),
        ("calls.jsonl, line 3", "line"),
        ("calls.jsonl, line 4", "missing"),
        ("calls.jsonl, line 5", "missing"),
        ("calls.jsonl, line 6", "line"),
    ]


def test_what_is_wrong_with_a_transcript_names_it(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_bytes("speaker,text\ncaller,ça\n".encode("cp1252"))
    (tmp_path / "names.csv").write_text("speaker,text\nAwa,Hi\n", encoding="utf-8")
    (tmp_path / "prices.csv").write_text("name,price\nbread,2\n", encoding="utf-8")
    manifest = tmp_path / "all.csv"
    manifest.write_text("transcript\ngood.csv\nnames.csv\nprices.csv\n", encoding="utf-8")
    outcomes = imported(manifest, into=tmp_path / "in")
    assert sorted((each.problems[0].where, each.problems[0].kind) for each in outcomes) == [
        ("all.csv, line 3, names.csv, line 2", "speaker"),
        ("all.csv, line 4, prices.csv", "unreadable"),
        ("good.csv", "encoding"),
    ]


def test_one_of_several_conversations(tmp_path: Path) -> None:
    (tmp_path / "said.csv").write_text(
        "call,speaker,text\n1,agent,Hello\n2,agent,Welcome\n", encoding="utf-8"
    )
    (tmp_path / "all.csv").write_text(
        "id,transcript,outcome\n2,said.csv,solved\n3,said.csv,\n", encoding="utf-8"
    )
    left_out, outcome = sorted(imported(tmp_path, into=tmp_path / "in"), key=lambda o: o.id)
    assert kinds(left_out) == ["missing"]
    text = (tmp_path / "in" / outcome.id / TRANSCRIPT).read_text(encoding="utf-8")
    assert "Welcome" in text
    assert "Hello" not in text
