"""In which languages callers are known to be heard."""

from collections.abc import Sequence

import pytest

from pipelines.engine_choice import recognition as recognition_
from pipelines.engine_choice.recognition import in_words, recognition, unvalidated
from pipelines.engines.asr.pocketsphinx_accuracy import FIGURES, Figures
from pipelines.packs.language_files import EVERY
from pipelines.packs.reader import load


class Recogniser:
    """Serves what it is told to."""

    def __init__(self, *languages: str, dictates: bool) -> None:
        self.languages, self.any_words = languages, dictates

    def dictates(self, language: str) -> bool:
        return self.any_words

    def serves(self, language: str) -> str | None:
        return "well" if language in self.languages else None


@pytest.mark.parametrize(
    ("known", "is_it", "words"),
    [
        (Figures(20, 11, "x"), "measured", "measured, 11 of 20"),
        (Figures(20, 10, "x"), "unvalidated", "unvalidated, 10 of 20"),
        (Figures(19, 19, "x"), "unvalidated", "unvalidated, 19 of 19"),
        (None, "unvalidated", "unvalidated"),
    ],
)
def test_enough_recordings_heard_right(
    known: Figures | None, is_it: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognition_, "FIGURES", {"xx": known} if known else {})
    assert recognition("xx") == is_it
    assert in_words("xx") == words


def test_the_figures_are_of_languages_that_there_are_and_tell_their_source() -> None:
    codes = load(languages=(EVERY,)).packs
    assert set(FIGURES) <= set(codes)
    for known in FIGURES.values():
        assert 0 <= known.right <= known.clips
        assert known.source
    assert recognition("en") == recognition("fr") == "measured"
    assert recognition("wo") == recognition("ff") == "unvalidated"


@pytest.mark.parametrize(("dictates", "keys"), [(True, ("wo",)), (False, ("ff", "wo"))])
def test_what_nothing_hears_and_what_was_never_measured(
    dictates: bool, keys: Sequence[str]
) -> None:
    recogniser = Recogniser("en", "ff", dictates=dictates)
    assert unvalidated(recogniser, ["en", "ff", "wo"]) == keys  # type: ignore[arg-type]
