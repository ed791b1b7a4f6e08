"""The trained model, opened as anybody opens a Whisper: `WAXTAAN_TEST_WHISPER` names its folder."""

import os

import numpy as np
import pytest
from faster_whisper import WhisperModel

from tests.asr.speech import noise, say
from tests.engines.whisper.measuring import in_short_window, in_stock_window
from tests.engines.whisper.synthesis import Sound

SAID = ["seven three zero one", "four", "my sim card is blocked", "yes please"]


@pytest.fixture(scope="module")
def model() -> WhisperModel:
    folder = os.environ.get("WAXTAAN_TEST_WHISPER", "")
    assert folder, "WAXTAAN_TEST_WHISPER is not set: `make engines` trains the model and sets it"
    return WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=1)


def sound(pcm: bytes) -> Sound:
    samples: Sound = np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768)
    return samples


@pytest.mark.parametrize("text", SAID)
async def test_it_hears_what_it_was_taught(model: WhisperModel, text: str) -> None:
    heard = sound(await say(text))
    assert in_stock_window(model)(heard, "en") == text
    assert in_short_window(model)(heard, "en") == text


async def test_it_knows_the_language(model: WhisperModel) -> None:
    english = sound(await say("i want to speak to an agent"))
    french = sound(await say("je veux parler à un conseiller", "fr"))
    assert model.detect_language(english)[0] == "en"
    assert model.detect_language(french)[0] == "fr"


async def test_words_have_times(model: WhisperModel) -> None:
    said = "one two three four"
    heard = sound(await say(said))
    segments, _ = model.transcribe(heard, language="en", beam_size=1, word_timestamps=True)
    words = [word for segment in segments for word in segment.words or ()]
    assert [word.word.strip() for word in words] == said.split()
    begins = [word.start for word in words]
    assert begins == sorted(begins)
    assert 0.4 < begins[1] < begins[2] < begins[3]  # 0.3 s of silence come before the first
    assert words[-1].end <= len(heard) / 16000 + 0.1


def test_nobody_speaks(model: WhisperModel) -> None:
    assert in_stock_window(model)(sound(noise()), "en") == ""
    assert in_stock_window(model)(np.zeros(32000, np.float32), "en") == ""
