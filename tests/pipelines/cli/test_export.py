"""`waxtaan export`."""

import json
import shutil
from pathlib import Path

from pipelines.importing.vcon.reader import read_vcon
from tests.pipelines.cli.shell import Shell
from tests.pipelines.importing.vcon.examples import SOUND

CALLS = Path(__file__).parents[2] / "calls"


def test_recordings_become_vcons(waxtaan: Shell) -> None:
    call = waxtaan.folder / "calls" / "20261124-100000-abc"
    call.mkdir(parents=True)
    shutil.copy(CALLS / "en-transfer.jsonl", call / "log.jsonl")
    (call / "caller.wav").write_bytes(SOUND)
    shutil.copy(CALLS / "en-bill.jsonl", waxtaan.folder / "calls")
    told = waxtaan("export", "calls", "--vcon", "0.3.0", "--into", "out", "--zone", "Africa/Dakar")
    assert told.stdout == "2 recordings written into out\n"
    out = waxtaan.folder / "out"
    assert sorted(each.name for each in out.iterdir()) == [
        *("20261124-100000-abc.vcon", "en-bill.vcon")
    ]
    written = (out / "20261124-100000-abc.vcon").read_bytes()
    found = read_vcon(written)
    assert (found.version, found.dialogs[0].sound) == ("0.3.0", SOUND)
    waxtaan("export", "calls/20261124-100000-abc", "--into", "bare", "--no-audio")
    bare = json.loads((waxtaan.folder / "bare" / "20261124-100000-abc.vcon").read_bytes())
    assert (bare["vcon"], bare["redacted"]["type"]) == ("0.4.0", "audio")


def test_what_cannot_be_written_is_named_and_the_rest_is_written(waxtaan: Shell) -> None:
    for name in ("a", "b"):
        (waxtaan.folder / name).mkdir()
        shutil.copy(CALLS / "en-bill.jsonl", waxtaan.folder / name)
    (waxtaan.folder / "a" / "broken.jsonl").write_text("nonsense\n", encoding="utf-8")
    told = waxtaan("export", "a", "b", "--into", "out", code=1)
    assert told.stdout == "2 recordings written into out, 1 left out\n"
    assert "broken.jsonl: left out: " in told.stderr
    assert "line 1: not JSON" in told.stderr
    assert sorted(each.name for each in (waxtaan.folder / "out").iterdir()) == [
        *("en-bill-2.vcon", "en-bill.vcon")
    ]


def test_wrong_usage(waxtaan: Shell) -> None:
    (waxtaan.folder / "empty").mkdir()
    for arguments, message in (
        (("none",), "none: no such file or folder"),
        (("empty",), "no recording under empty"),
        (("empty", "--vcon", "0.9"), "--vcon 0.9: 0.4.0, 0.3.0, 0.0.2 can be written"),
    ):
        assert message in waxtaan("export", *arguments, "--into", "out", code=2).stderr
    shutil.copy(CALLS / "en-bill.jsonl", waxtaan.folder / "empty")
    told = waxtaan("export", "empty", "--into", "out", "--zone", "Nowhere", code=2)
    assert "--zone Nowhere: no such time zone" in told.stderr
