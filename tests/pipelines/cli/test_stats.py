"""`waxtaan stats`."""

import json

from tests.pipelines.cli.shell import Shell


def test_a_table_and_json(waxtaan: Shell) -> None:
    typed = "my internet is down\n#770004567\n"
    waxtaan("chat", "--log", "calls.jsonl", typed=typed)
    told = waxtaan("stats", "calls.jsonl").stdout
    assert told.startswith("1 calls, 2 turns; ")
    assert "without language model" in told
    assert "outage" in told
    as_json = waxtaan("stats", ".", "--json").stdout
    assert json.loads(as_json)["use_cases"]["outage"]["asked_for"] == 1
    for personal in ("770004567", "my internet"):
        assert personal not in told + as_json
    assert waxtaan("stats", calls=str(waxtaan.folder)).stdout == told
    (waxtaan.folder / "broken.jsonl").write_text("nonsense\n", encoding="utf-8")
    broken = waxtaan("stats", ".", code=1)
    assert "broken.jsonl: left out: line 1" in broken.stderr
    assert broken.stdout == told


def test_no_calls(waxtaan: Shell) -> None:
    (waxtaan.folder / "empty").mkdir()
    assert "no *.jsonl log under empty" in waxtaan("stats", "empty", code=2).stderr
    assert "calls: no such file" in waxtaan("stats", code=2).stderr
