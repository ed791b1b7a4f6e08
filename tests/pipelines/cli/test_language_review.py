"""`waxtaan languages CODE`: who looked at it; the review page's wrong usage; a listening sheet."""

import json
import shutil
import socket
from datetime import date
from pathlib import Path

import pytest

from pipelines.packs.entries import entries
from pipelines.packs.reader import PROMPTS
from pipelines.packs.review_file import with_mark
from pipelines.packs.review_state import Mark, fingerprint
from tests.pipelines.cli.shell import Shell


@pytest.fixture
def prompts(waxtaan: Shell) -> Path:
    place = waxtaan.folder / "prompts"
    place.mkdir()
    for each in PROMPTS.iterdir():
        if each.name in ("en", "de", "llm"):
            shutil.copytree(each, place / each.name)
        elif each.is_file():
            shutil.copy(each, place)
    return place


def test_what_was_looked_at_is_counted(waxtaan: Shell, prompts: Path) -> None:
    first, second, third, *_ = entries(prompts, "de")
    text = ""
    for entry, own in ((first, first.own), (second, ("before",)), (third, third.own)):
        of = fingerprint(entry.source, own)
        mark = Mark(by="A. N.", on=date(2026, 11, 30), of=of, doubt="?" * (entry is third))
        text = with_mark(text, entry.file, entry.key, mark)
    (prompts / "de" / "review.toml").write_text(text, encoding="utf-8")
    told = waxtaan("languages", "de", prompts=str(prompts)).stdout
    assert "stale: 1, doubtful: 1, approved: 1 of 7" in told
    (row,) = json.loads(waxtaan("languages", "de", "--json", prompts=str(prompts)).stdout)
    lines = row["lines"]
    assert (lines["approved"], lines["stale"], lines["doubtful"]) == (1, 1, 1)
    assert lines["all"] == len(entries(prompts, "de"))
    assert lines["files"]["intents"]["approved"] == 0
    (prompts / "de" / "review.toml").write_text("[phrases]\nx = 1\n", encoding="utf-8")
    assert "review.toml: phrases.x" in waxtaan("languages", prompts=str(prompts), code=2).stderr


def test_a_review_that_cannot_begin(waxtaan: Shell) -> None:
    nobody = waxtaan("languages", "de", "--review", code=2).stderr
    assert '--as "A. N."' in nobody
    named = ("--review", "--as", "A. N.")
    assert "waxtaan languages CODE --review" in waxtaan("languages", *named, code=2).stderr
    assert "there are en" in waxtaan("languages", "xx", *named, code=2).stderr
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ran = waxtaan("languages", "de", *named, "--port", port, code=3)
    assert f"cannot listen on 127.0.0.1:{port}" in ran.stderr


def test_a_listening_sheet(waxtaan: Shell) -> None:
    told = waxtaan("languages", "en", "--listening-sheet", "sheet").stdout
    assert told.startswith("50 sentences: open sheet/index.html")
    sounds = list((waxtaan.folder / "sheet").glob("*.wav"))
    assert len(sounds) == 50
    assert all(sound.read_bytes()[:4] == b"RIFF" for sound in sounds)
    again = waxtaan("languages", "en", "--listening-sheet", "sheet", code=2).stderr
    assert "name a new folder" in again
