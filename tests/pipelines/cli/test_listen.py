"""`waxtaan check --listen`: how a sentence there and back is counted, and what it wants."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from pipelines.__main__ import app
from pipelines.cli.errors import MISSING
from pipelines.cli.listen import Trip, figures, named, spread, there_and_back, words
from pipelines.engines.asr.word_errors import word_errors
from pipelines.engines.tts.cache import AudioCache
from pipelines.engines.tts.engine import Voice
from pipelines.engines.tts.routing import EngineVoice, VoiceRouter
from tests.fakes import ScriptedRecogniser


class Hum:
    """A voice without words."""

    name = "hum"
    version = "1"
    sample_rate = 24_000

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    def serves(self, language: str) -> str | None:
        return None

    async def synthesise(self, text: str, voice: Voice) -> AsyncGenerator[bytes, None]:
        yield (np.sin(np.arange(24_000) * 0.1) * 6000).astype("<i2").tobytes()


def test_case_marks_and_figures_make_no_difference() -> None:
    said = words("Type the nine digits, please.", "en")
    assert said == words("type the 9 digits please", "en")
    assert words("L’internet, s’il vous plaît", "fr") == ["l'internet", "s'il", "vous", "plaît"]


def test_words_changed_lost_and_added_are_counted() -> None:
    wanted = ["how", "can", "i", "help", "you"]
    assert word_errors(wanted, wanted) == 0
    assert word_errors(wanted, ["how", "can", "it", "help", "you"]) == 1
    assert word_errors(wanted, ["how", "can", "help", "you"]) == 1
    assert word_errors(wanted, ["and", "how", "can", "i", "help", "you"]) == 1
    assert word_errors(wanted, []) == 5
    assert word_errors([], ["what"]) == 1


async def test_a_sentence_there_and_back(tmp_path: Path) -> None:
    hum: Any = Hum()
    router = VoiceRouter(
        {"hum": AudioCache(tmp_path, hum)}, {"en": (EngineVoice("hum", Voice("m")),)}, {}
    )
    recogniser: Any = ScriptedRecogniser(["How can it help you?"])
    trip = await there_and_back(router, recogniser, "en", "How can I help you?")
    assert trip == Trip("How can I help you?", "How can it help you?", 1, 5)
    assert recogniser.open_streams == 0


@pytest.mark.parametrize(
    ("most", "kept"), [(0, "abcdefg"), (7, "abcdefg"), (9, "abcdefg"), (3, "ace"), (1, "a")]
)
def test_some_sentences_at_equal_distances(most: int, kept: str) -> None:
    assert list(spread(list("abcdefg"), most)) == list(kept)


def test_a_voice_s_row_and_its_worst_sentences() -> None:
    trips = [Trip("a b c d", "a b c d", 0, 4), Trip("yes", "yeah", 1, 1), Trip("a b", "a", 1, 2)]
    assert figures(trips) == ("3", "7", "28.6%", "1")
    assert named(trips) == ["1 of 1 words: 'yes' -> 'yeah'", "1 of 2 words: 'a b' -> 'a'"]
    assert figures([]) == ("0", "0", "0.0%", "0")


def test_without_whisper_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    done = CliRunner().invoke(app, ["check", "--listen"])
    assert done.exit_code == MISSING
    assert "waxtaan models get whisper-base" in done.output
