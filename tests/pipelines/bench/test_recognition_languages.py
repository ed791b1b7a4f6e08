"""Recordings by language, their closed lists, and what counts as heard."""

import tomllib
from pathlib import Path

import pytest

from pipelines.bench.language_clips import LIST, language_clips
from pipelines.bench.recognition_languages import Count, nearest
from pipelines.packs.language_files import EVERY
from pipelines.packs.reader import load

WORDS = Path("pipelines/bench/ktuberling.toml")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Eleven Finnish sounds, one of them missing, and German numbers."""
    words = tomllib.loads(WORDS.read_text(encoding="utf-8"))["fi"]
    folder = tmp_path / "ktuberling"
    (folder / "fi").mkdir(parents=True)
    sounds = "".join(f'<sound name="{name}" file="fi/{name}.wav" />\n' for name in words)
    (folder / "fi.soundtheme").write_text(sounds, encoding="utf-8")
    for name in list(words)[1:]:
        (folder / "fi" / f"{name}.wav").touch()
    alphabet = tmp_path / "gcompris-voices" / "de" / "alphabet"
    alphabet.mkdir(parents=True)
    for name in ("U0030", "U0037", "12"):
        (alphabet / f"{name}.ogg").touch()
    return tmp_path


def test_each_word_comes_with_nine_others_of_its_language(data: Path) -> None:
    clips = language_clips(data, 60)
    assert list(clips) == ["de", "fi"]
    assert {clip.said for clip in clips["de"]} == {"null", "sieben", "zwölf"}
    assert {clip.kind for clip in clips["de"]} == {"numbers"}
    assert len(clips["fi"]) == 10  # what there is no file for is left out
    for clip in clips["fi"]:
        assert clip.said in clip.phrases
        assert len(set(clip.phrases)) == len(clip.phrases) == LIST
    assert language_clips(data, 60) == clips
    assert len(language_clips(data, 4)["fi"]) == 4


def test_the_words_are_of_languages_that_there_are_and_each_means_one_thing() -> None:
    codes = load(languages=(EVERY,)).packs
    for code, words in tomllib.loads(WORDS.read_text(encoding="utf-8")).items():
        assert code in codes
        assert len(set(words.values())) == len(words), code


@pytest.mark.parametrize(
    ("text", "found"), [("Sieben.", "sieben"), ("7", "sieben"), ("siebn", "sieben"), ("ja", "")]
)
def test_what_a_dictation_comes_nearest_to(text: str, found: str) -> None:
    assert nearest(text, ["sieben", "acht"], "de") == found


def test_a_row_tells_all_counts() -> None:
    row = Count("el", "words", "telephone", 40, 38, 2, given=20, exact=11, near=15).row()
    assert row.values == [95.0]
    assert row.baseline == 75.0
    assert row.note == "38 of 40, 2 wrong; Whisper 20: exact 11, nearest of the list 15"
    assert Count("el", "words", "wide", 40, 38, 2).row().baseline is None
