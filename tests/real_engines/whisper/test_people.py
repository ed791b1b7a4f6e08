"""Published Whisper base, tiny.en, and recordings of people: what a call hears of them.

`make engines` brings the weights (`WAXTAAN_TEST_MODELS`). The recordings are those of
`WAXTAAN_DATA`, which nobody here made; without them there is nothing to hear, and these tests are
skipped. Shares are asked for and no single clip, as int8 rounds differently on other processors.
`waxtaan bench asr-people` measures on all of them.
"""

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
import soundfile
import soxr

from pipelines.bench.asr_people import digits
from pipelines.bench.recordings import Sound, as_turn, not_for_us, numbers, pcm, recordings, turn
from pipelines.engines.asr.engine import ANYTHING, SAMPLE_RATE, Expected, Recognised
from pipelines.engines.asr.faster_whisper import FasterWhisper
from pipelines.engines.asr.whisper.checkpoint import Checkpoint
from pipelines.engines.asr.whisper.decoding import Job, Whisper
from pipelines.engines.asr.whisper.windows import fitted
from pipelines.engines.asr.word_errors import plain
from pipelines.errors import EngineError
from tests.pipelines.server import PATIENCE

MODELS = os.environ.get("WAXTAAN_TEST_MODELS", "")
DATA = Path(os.environ.get("WAXTAAN_DATA", "../shared/data"))
SAID = DATA / "tau2-voice/tests/test_voice/test_audio_native/testdata"

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(not SAID.is_dir(), reason=f"no recordings in {DATA}: WAXTAAN_DATA"),
]


def published(size: str) -> Path:
    folder = Path(MODELS) / "whisper" / size
    if not (folder / "model.bin").is_file():
        pytest.fail(f"WAXTAAN_TEST_MODELS has no Whisper {size}: run 'make engines'")
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine() -> AsyncIterator[FasterWhisper]:
    made = FasterWhisper(Checkpoint(published("base")), workers=1, calls=4, deadline=PATIENCE)
    await made.start()
    yield made
    await made.close()


async def hear(
    engine: FasterWhisper, sound: Sound, language: str = "en", expected: Expected = ANYTHING
) -> Recognised:
    stream = await engine.open(language, "telephone", lambda _: None)
    stream.expect(language, (), expected)
    stream.begin()
    stream.hear(pcm(sound))
    result = await stream.finish()
    await stream.close()
    return result


def recorded(path: Path) -> Sound:
    samples, rate = soundfile.read(path, dtype="float64", always_2d=True)
    sound = as_turn(soxr.resample(samples.mean(axis=1), rate, SAMPLE_RATE), "telephone")
    assert sound is not None
    return sound


@pytest.mark.parametrize("word", ["yes", "no", "hello", "thank_you"])
async def test_a_short_word_at_the_telephone_is_heard_once(
    engine: FasterWhisper, word: str
) -> None:
    heard = await hear(engine, recorded(SAID / f"{word}.wav"))
    words = plain(heard.text, "en")
    assert words[: len(word.split("_"))] == word.split("_")
    assert len(words) <= 4
    assert heard.confidence > 0.5


async def test_what_was_guessed_rightly_is_not_said_twice() -> None:
    whisper = Whisper(str(published("base")), "cpu", "int8", 1)
    checked = 0
    for group in ("short prompts en", "digits en", "commands fr"):
        for each in recordings(DATA, "tune", 12).get(group, ()):
            sound = turn(each)
            if sound is None:
                continue
            heard = Job(sound.astype(np.float32), each.language, 60, whole=True)
            window = fitted(len(sound) / SAMPLE_RATE)
            (anew,) = whisper.decode([heard], window)
            if anew["text"]:
                guessed = replace(heard, guess=anew["text"], guessed_token=0.5)
                assert whisper.decode([guessed], window)[0]["text"] == anew["text"]
                checked += 1
    assert checked >= 20


async def test_a_soft_voice_is_heard(engine: FasterWhisper) -> None:
    soft = recorded(SAID / "order_status.wav") / 200  # its loudest 20 ms about -60 dB
    assert 20 * np.log10(np.abs(soft).max()) < -45
    assert "order" in plain((await hear(engine, soft)).text, "en")


async def test_nine_digits_are_right_or_asked_back(engine: FasterWhisper) -> None:
    expected = Expected(
        answers=lambda text: len(digits(text)) == 9,
        digits=digits,
        number_words=(
            "zero",
            "oh",
            *["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
        ),
    )
    made = numbers(DATA, "report", 12)
    heard = [(said, await hear(engine, sound, "en", expected)) for said, sound, _ in made]
    right = [digits(each.text) == said for said, each in heard]
    assert sum(right) >= 8
    assert not [
        said
        for (said, each), good in zip(heard, right, strict=True)
        if not good and len(digits(each.text)) == 9 and each.confidence >= 0.8
    ]


async def test_commands_are_heard(engine: FasterWhisper) -> None:
    clips = recordings(DATA, "report", 10)["commands en"]
    turns = [(clip.sentence, sound) for clip in clips if (sound := turn(clip)) is not None]
    exact = [plain(s, "en") == plain((await hear(engine, t)).text, "en") for s, t in turns]
    assert sum(exact) >= len(exact) // 2


async def test_english_is_all_that_an_english_only_checkpoint_is_asked() -> None:
    tiny = FasterWhisper(Checkpoint(published("tiny.en")), workers=1, calls=1, deadline=PATIENCE)
    assert tiny.serves("fr") is None
    await tiny.start()
    try:
        with pytest.raises(EngineError, match=r"tiny\.en knows English only"):
            await tiny.open("fr", "telephone", lambda _: None)
        expected = Expected(languages=("en", "fr"))  # French may be said, and is not listened for
        heard = await hear(tiny, recorded(SAID / "order_status.wav"), "en", expected)
    finally:
        await tiny.close()
    assert heard.language == "en"
    assert "order" in plain(heard.text, "en")


async def test_french_in_an_english_call_is_heard_in_french(engine: FasterWhisper) -> None:
    expected = Expected(languages=("en", "fr"))
    clips = [
        c for c in recordings(DATA, "report", 40)["commands fr"] if len(c.sentence.split()) > 3
    ]
    turns = [(clip.sentence, sound) for clip in clips[:8] if (sound := turn(clip)) is not None]
    heard = [(await hear(engine, sound, "en", expected)).language for _, sound in turns]
    assert heard.count("fr") >= 0.7 * len(heard)


async def test_what_is_not_for_us_is_hardly_ever_believed(engine: FasterWhisper) -> None:
    pieces = [sound for _, sound in not_for_us(DATA, "report")][::3]
    heard = [await hear(engine, sound) for sound in pieces]
    believed = [each for each in heard if each.text and each.confidence >= 0.8]
    assert len(believed) <= len(heard) // 10
