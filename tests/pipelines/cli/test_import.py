"""`waxtaan import`."""

import json

from tests.pipelines.cli.shell import Shell
from tests.pipelines.importing.sounds import call, written


def test_import_says_what_became_of_each(waxtaan: Shell) -> None:
    calls = waxtaan.folder / "calls"
    written(calls / "good.wav", call())
    written(calls / "short.wav", call()[31000:37000])
    (calls / "read.me").write_text("nothing to import", encoding="utf-8")
    done = waxtaan("import", "calls", "--into", "in")
    assert [line.split() for line in done.stdout.splitlines() if "│" in line][:4] == [
        ["│", "imported", "│", "2", "│"],
        ["│", "of", "these", "with", "problems", "│", "1", "│"],
        ["│", "already", "there", "│", "0", "│"],
        ["│", "left", "out", "│", "0", "│"],
    ]
    assert "1 files are neither sound nor transcript: .me 1" in done.stdout
    assert "short: calls/short.wav: caller: lasts 0.75 s" in done.stderr
    (calls / "broken.wav").write_bytes(b"nonsense")
    again = waxtaan("import", "calls", "--into", "in", "--json", code=1)
    lines = {each["name"]: each for each in map(json.loads, again.stdout.splitlines())}
    assert {name: each["state"] for name, each in lines.items()} == {
        "good": "already there",
        "short": "already there",
        "broken": "left out",
    }
    (problem,) = lines["broken"]["problems"]
    assert (problem["kind"], problem["where"]) == ("unreadable", "calls/broken.wav")


def test_import_with_wrong_usage(waxtaan: Shell) -> None:
    written(waxtaan.folder / "a.wav", call())
    wrong = waxtaan("import", "a.wav", "--into", "in", "--caller-channel", "middle", code=2)
    assert "--caller-channel middle: left or right" in wrong.stderr
    assert "is a file" in waxtaan("import", "a.wav", "--into", "a.wav", code=2).stderr
    missing = waxtaan("import", "b.wav", "--into", "in", code=1)
    assert "missing: b.wav: no such file or folder" in missing.stderr
