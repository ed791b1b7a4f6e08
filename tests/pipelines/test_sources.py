"""What was translated from what: a change of the source makes its translations stale."""

import shutil
from pathlib import Path

import pytest

from pipelines.errors import ConfigurationError
from pipelines.packs import sources
from pipelines.packs.coverage import SOURCE
from pipelines.packs.reader import PROMPTS

CODES = sorted(path.parent.name for path in PROMPTS.glob("*/language.toml"))
DRAFTS = [code for code in CODES if code != SOURCE]


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    copy = tmp_path / "prompts"
    shutil.copytree(PROMPTS, copy)
    return copy


def test_stale_is_what_was_another_then() -> None:
    english = {"phrases": {"greet": "11111111", "ask": "22222222"}, "callers": {"tour": "3"}}
    assert sources.stale(english, english) == ()
    was = {"phrases": {"greet": "00000000", "gone": "44444444"}, "callers": {"tour": "5"}}
    assert sources.stale(was, english) == ("phrases greet", "callers tour")
    assert sources.stale({}, english) == ()


def test_a_hash_is_of_the_value_alone() -> None:
    assert sources.hashed(["a", "b"]) == sources.hashed(("a", "b"))
    assert sources.hashed(["a b"]) != sources.hashed(["a", "b"])
    assert len(sources.hashed(["ა"])) == 8


def test_every_pack_keeps_a_record() -> None:
    for code in DRAFTS:
        source, recorded = sources.read(PROMPTS / code)
        assert source == SOURCE
        own = sources.now_of(PROMPTS / code)
        for file in sources.RECORDED:
            assert len(recorded[file]) > 0.9 * len(own[file]) - 30, code


def test_a_changed_phrase_is_stale_in_every_language(prompts: Path) -> None:
    for code in DRAFTS:
        assert sources.record(prompts, code, SOURCE) > 300
        assert sources.stale_of(prompts, code) == ()
    path = prompts / SOURCE / "phrases.toml"
    text = path.read_text(encoding="utf-8")
    old = 'goodbye" = ["Thank you for calling. Goodbye."]'
    assert text.count(old) == 1
    changed = text.replace(old, 'goodbye" = ["Thank you, and goodbye."]')
    path.write_text(f"# another comment\n\n{changed}", encoding="utf-8")
    for code in DRAFTS:
        assert sources.stale_of(prompts, code) == ("phrases goodbye",)
    assert sources.stale_of(prompts, SOURCE) == ()


def test_a_record_reads_as_it_was_written(tmp_path: Path) -> None:
    recorded = {"phrases": {"ask.open": "0123abcd"}, "callers": {"tour": "deadbeef"}}
    sources.write(tmp_path, "fr", recorded)
    assert sources.read(tmp_path) == ("fr", recorded)
    assert [path.name for path in tmp_path.iterdir()] == [sources.FILE]
    assert sources.read(tmp_path / "none") == ("", {})


@pytest.mark.parametrize("text", ['[phrases]\na = "1"\n', 'source = "en"\nx = 1\n', "source = 1"])
def test_what_is_no_record_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / sources.FILE).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"sources\.toml.*--record"):
        sources.read(tmp_path)
