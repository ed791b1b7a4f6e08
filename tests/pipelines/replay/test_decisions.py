"""Whole folders of logs: what is wrong with one is told, and the others are replayed."""

import json
from pathlib import Path

import pytest

from pipelines.packs.reader import PROMPTS, load
from pipelines.replay import decisions
from pipelines.replay.decisions import replay_log, replay_logs

CALLS = Path(__file__).parents[2] / "calls"
START = '{"event": "CallStarted", "at": 0.0, "channel": "web", "caller": null, "language": "en"}\n'


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\xff\xfe", "no log of a call"),
        (b"\xff\xfe{\x00", "no log of a call"),
        (b"", "nothing happens in it"),
        (b'{"log": 1}\n', "nothing happens in it"),
        (b'{"log": 99}\n', "log version 99, this program reads 1"),
        (b'{"log": 1}\nnonsense\n' + START.encode(), "line 2: not JSON"),
        (b'{"a": 1}\n', "line 1: no event or action is called None"),
        (b"[1]\n", "line 1: expected an object"),
        (b"[" * 100_000 + b"\n", "no log of a call"),
        (b'{"event": "TurnEnded", "at": "soon"}\n', "line 1: TurnEnded does not fit"),
        (START.replace('"en"', '"xx"').encode(), "no call of this dialogue: KeyError 'xx'"),
    ],
)
def test_what_is_no_log_is_left_out_and_why(content: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(content)
    assert told in replay_log(path, load()).left_out
    assert path.read_bytes() == content


def test_what_is_no_file_is_left_out(tmp_path: Path) -> None:
    assert "No such file" in replay_log(tmp_path / "gone.jsonl", load()).left_out
    assert "directory" in replay_log(tmp_path, load()).left_out


def test_what_was_cut_short_counts_as_far_as_it_goes(tmp_path: Path) -> None:
    text = (CALLS / "en-bill.jsonl").read_text(encoding="utf-8")
    path = tmp_path / "log.jsonl"
    path.write_text(text[:-20], encoding="utf-8")
    assert not replay_log(path, load()).left_out


def test_several_processes_tell_the_same_in_the_same_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decisions, "_FEW", 0)
    logs = sorted(CALLS.glob("*.jsonl"))
    changed, broken = tmp_path / "changed.jsonl", tmp_path / "broken.jsonl"
    lines = logs[0].read_text(encoding="utf-8").splitlines(keepends=True)
    spoken = next(n for n, line in enumerate(lines) if json.loads(line).get("action") == "Speak")
    changed.write_text("".join(lines[:spoken] + lines[spoken + 1 :]), encoding="utf-8")
    broken.write_text("nonsense\n", encoding="utf-8")
    paths = [*logs, changed, broken] * 3
    config = load()
    found = list(replay_logs(paths, config, PROMPTS, processes=2))
    assert found == [replay_log(path, config) for path in paths]
    assert [each.path for each in found] == paths
    assert sum(bool(each.differences) for each in found) == 3
    assert sum(bool(each.left_out) for each in found) == 3
