"""The trained model, opened as anybody opens a Whisper, and heard through our own engine.

`WAXTAAN_TEST_WHISPER` names its folder; `make engines` trains it. It is small: what is asked of it
is that it recognises something real, not each sentence on every machine.
"""

import os
from pathlib import Path

import numpy as np
import pytest
from faster_whisper import WhisperModel

from pipelines.engines.asr.engine import Recognised
from pipelines.engines.asr.faster_whisper import FasterWhisper
from pipelines.engines.asr.whisper.checkpoint import Checkpoint
from pipelines.engines.asr.whisper.decoding import Job, Whisper
from pipelines.engines.asr.whisper.windows import fitted
from pipelines.engines.asr.word_errors import word_errors
from tests.pipelines.engines.asr.speech import noise, pieces, say
from tests.real_engines.whisper.measuring import in_short_window, in_stock_window
from tests.real_engines.whisper.synthesis import Sound

FOLDER = os.environ.get("WAXTAAN_TEST_WHISPER", "")
COMMANDS = [
    "my sim card is blocked",
    "yes please",
    "i want to speak to an agent",
    "what is my balance",
]
DIGITS = ["seven three zero one", "four", "one two three four", "nine nine"]


@pytest.fixture(scope="module")
def model() -> WhisperModel:
    if not FOLDER:
        pytest.fail("WAXTAAN_TEST_WHISPER is not set: run 'make engines'")
    return WhisperModel(FOLDER, device="cpu", compute_type="int8", cpu_threads=1)


def sound(pcm: bytes) -> Sound:
    samples: Sound = np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768)
    return samples


async def test_it_hears_what_it_was_taught_in_long_and_short_windows(model: WhisperModel) -> None:
    """Half of the words: each machine trains another model, and chance gives all of them wrong."""
    for hear in (in_stock_window(model), in_short_window(model)):
        wrong = said = 0
        for text in (*COMMANDS, *DIGITS):
            heard = hear(sound(await say(text)), "en").split()
            wrong += word_errors(text.split(), heard)
            said += len(text.split())
        assert wrong <= 0.5 * said


async def test_it_knows_the_language(model: WhisperModel) -> None:
    english = sound(await say("i want to speak to an agent"))
    french = sound(await say("je veux parler à un conseiller", "fr"))
    assert model.detect_language(english)[0] == "en"
    assert model.detect_language(french)[0] == "fr"


async def test_words_have_times(model: WhisperModel) -> None:
    heard = sound(await say(COMMANDS[2]))
    segments, _ = model.transcribe(heard, language="en", beam_size=1, word_timestamps=True)
    words = [word for segment in segments for word in segment.words or ()]
    begins = [word.start for word in words]
    assert len(words) >= 4
    assert begins == sorted(begins)
    assert words[-1].end <= len(heard) / 16000 + 0.1


def test_nobody_speaks(model: WhisperModel) -> None:
    assert in_stock_window(model)(sound(noise()), "en") == ""
    assert in_stock_window(model)(np.zeros(32000, np.float32), "en") == ""


async def test_a_guess_stands_only_where_decoding_would_say_the_same() -> None:
    whisper = Whisper(FOLDER, "cpu", "int8", 1)
    samples = sound(await say(COMMANDS[2]))
    window = fitted(len(samples) / 16000)

    def said(guess: str) -> tuple[str, float]:
        job = Job(samples, "en", 40, whole=True, guess=guess, guessed_token=0.5)
        (result,) = whisper.decode([job], window)
        return result["text"], result["logprob"]

    anew, sure = said("")
    assert said(anew)[0] == anew
    assert said(anew)[1] == pytest.approx(sure, abs=0.5)
    assert said("i want to")[0] == anew  # gone on with
    for wrong in ("my sim card is blocked", "i want to pay", "zero zero zero zero zero zero"):
        assert said(wrong)[0] == anew


async def test_our_ears_hear_it_as_it_is_spoken() -> None:
    engine = FasterWhisper(
        Checkpoint(Path(FOLDER), compute="int8", shortest=0), calls=2, deadline=10.0
    )
    await engine.start()
    partials: list[Recognised] = []
    try:
        stream = await engine.open("en", "wide", partials.append)
        wrong = 0
        for text in COMMANDS:
            stream.begin()
            for piece in pieces(await say(text)):
                stream.hear(piece)
            heard = await stream.finish()
            wrong += heard.text != text
            assert heard.languages
            assert [word.text for word in heard.words] == heard.text.split()
    finally:
        await engine.close()
    assert wrong <= 1
