"""Whole or not at all, never twice, and the originals as they were."""

import os
from pathlib import Path

import pytest

from pipelines.importing import write as module
from pipelines.importing.batch import import_all
from pipelines.importing.find import find
from pipelines.importing.shapes import CannotImportError, Foreign, Problem, Sound
from pipelines.importing.write import Wishes
from pipelines.store.recorded import find_recorded
from pipelines.store.transcript import Utterance
from tests.pipelines.importing.sounds import call, imported, kinds, one, source, written

LOG = '{"log": 1, "id": "x"}\n{"event": "CallStarted", "at": 0.0, "channel": "web"}\n'


def everything(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_twice_is_once(tmp_path: Path) -> None:
    path = written(tmp_path / "a.wav", call())
    first = one(path, into=tmp_path / "in")
    before = everything(tmp_path / "in")
    again = one(path, into=tmp_path / "in")
    assert (again.state, again.id) == ("already there", first.id)
    assert everything(tmp_path / "in") == before
    otherwise = one(path, into=tmp_path / "in", wishes=Wishes(swap=True))
    assert (otherwise.state, kinds(otherwise)) == ("left out", ["already there"])


def test_same_names_of_different_calls(tmp_path: Path) -> None:
    written(tmp_path / "monday/a.wav", call())
    written(tmp_path / "tuesday/a.wav", call()[:-8])
    written(tmp_path / "wednesday/a.wav", call())
    states = [each.state for each in imported(tmp_path, into=tmp_path / "in")]
    assert states.count("imported") == 2
    assert states.count("already there") == 1


def test_an_interrupted_import_leaves_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "a.wav", call())

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            one(path, into=tmp_path / "in")
    assert everything(tmp_path / "in") == {}
    # Killed outright, even the temporary folder stays: it is no recording, and is cleared away.
    outcome = one(path, into=tmp_path / "in")
    leftover = tmp_path / "in" / f".importing-{outcome.id}"
    (tmp_path / "in" / outcome.id).rename(leftover)
    (leftover / "source.json").unlink()
    assert find_recorded([tmp_path / "in"]) == []
    assert one(path, into=tmp_path / "in").state == "imported"
    assert not leftover.exists()


def test_what_is_imported_is_not_imported_again(tmp_path: Path) -> None:
    written(tmp_path / "a.wav", call())
    one(tmp_path, into=tmp_path / "in")
    assert one(tmp_path, into=tmp_path / "in").state == "already there"
    copied = one(tmp_path / "in", into=tmp_path / "elsewhere")
    assert copied.state == "imported"
    assert everything(tmp_path / "in") == everything(tmp_path / "elsewhere")


def test_calls_of_ours_are_copied_as_they_are(tmp_path: Path) -> None:
    own = tmp_path / "calls/20260101-1"
    written(own / "caller.wav", call()[:, 0])
    written(own / "agent.wav", call()[:, 1])
    (own / "log.jsonl").write_text(LOG, encoding="utf-8")
    (tmp_path / "calls/golden.jsonl").write_text(LOG, encoding="utf-8")
    into = tmp_path / "in"
    outcomes = imported(tmp_path / "calls", into=into)
    assert [(each.id, each.state) for each in outcomes] == [
        ("20260101-1", "imported"),
        ("golden", "imported"),
    ]
    assert everything(into / "20260101-1") == everything(own)
    assert everything(into / "golden") == {"log.jsonl": LOG.encode()}
    states = {each.state for each in imported(tmp_path / "calls", into=into)}
    assert states == {"already there"}
    (tmp_path / "calls/golden.jsonl").write_text(LOG + "\n", encoding="utf-8")
    assert kinds(imported(tmp_path / "calls", into=into)[1]) == ["already there"]


def test_a_log_of_somebody_else_is_none_of_ours(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text('{"level": "info"}\n', encoding="utf-8")
    outcome = one(tmp_path, into=tmp_path / "in")
    assert (outcome.state, kinds(outcome)) == ("left out", ["unreadable"])


def test_a_disk_that_takes_nothing_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "a.wav", call())
    (tmp_path / "in").write_text("a file", encoding="utf-8")
    outcome = one(path, into=tmp_path / "in")
    assert (outcome.state, kinds(outcome)) == ("left out", ["disk"])


def test_a_fault_of_ours_stops_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path / "a.wav", call())
    monkeypatch.setattr(module, "write_sides", lambda *_: 1 / 0)
    outcome = one(tmp_path, into=tmp_path / "in")
    assert outcome.problems[0].told.startswith("unforeseen: ZeroDivisionError")


def test_originals_are_never_named_by_their_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path / "calls/monday/a.wav", call())
    outcome = one(tmp_path / "calls", into=tmp_path / "in")
    assert source(tmp_path / "in", outcome).originals[0].name == "calls/monday/a.wav"
    assert str(tmp_path) not in (tmp_path / "in" / outcome.id / "source.json").read_text("utf-8")
    monkeypatch.chdir(tmp_path)
    outcome = one(Path("calls/monday/a.wav"), into=Path("other"))
    assert source(tmp_path / "other", outcome).originals[0].name == "calls/monday/a.wav"


def test_a_further_kind_of_file_is_a_line_in_a_table(tmp_path: Path) -> None:
    path = tmp_path / "a.box"
    path.write_bytes(b"box")
    inner = written(tmp_path / "inner.wav", call()[:, 0]).read_bytes()

    def read_box(path: Path, language: str) -> list[Foreign]:
        if path.stem != "a":
            raise CannotImportError("unreadable", "no box")
        said = Utterance(speaker="caller", text="Hi", start=3, language=language)
        return [
            Foreign(
                name="boxed",
                caller=Sound(inner, "a.box: sound 0", start=1.5),
                utterances=(said,),
                problems=(Problem(kind="times", told="no date", where="sound 0"),),
            )
        ]

    boxes = ((lambda path: path.suffix == ".box", read_box),)
    (tmp_path / "b.box").write_bytes(b"none")
    paths = [path, tmp_path / "b.box"]
    found = import_all(find(paths, tmp_path / "in", "fr", boxes), tmp_path / "in", Wishes())
    left_out, outcome = sorted((each for _, each in found), key=lambda each: each.id)
    assert left_out.problems == (Problem(kind="unreadable", told="no box", where="b.box"),)
    assert outcome.problems[0].where == "a.box, sound 0"
    size = (tmp_path / "in" / outcome.id / "caller.wav").stat().st_size
    assert size == 44 + 2 * 8000 * 7.5
    assert source(tmp_path / "in", outcome).originals[0].name == "a.box"
