"""Piper itself, with a real voice: its level, its words as recognised, its errors."""

import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import pytest_asyncio
import soxr

from pipelines.engines.asr.engine import SAMPLE_RATE
from pipelines.engines.asr.pocketsphinx import Pocketsphinx
from pipelines.engines.tts.engine import EngineError, Voice
from pipelines.engines.tts.espeak import EspeakSynthesiser
from pipelines.engines.tts.piper import Piper
from tests.real_engines.tts import places

pytestmark = pytest.mark.skipif(
    not places.PIPER_PYTHON, reason="WAXTAAN_PIPER_PYTHON names no interpreter with piper-tts"
)
RATE = 24_000
JOE = Voice("en_US-joe-medium")
SENTENCES = (
    "my line is dead",
    "i want to speak to a person",
    "what is my balance",
    "my bill is too high",
    "i have lost my sim card",
)


@pytest_asyncio.fixture
async def engine() -> AsyncIterator[Piper]:
    made = Piper(places.piper_models(), {"en": JOE}, places.PIPER_PYTHON)
    await made.start()
    yield made
    await made.close()


async def spoken(engine: Piper, text: str, voice: Voice = JOE) -> npt.NDArray[np.float64]:
    pcm = b"".join([chunk async for chunk in engine.synthesise(text, voice)])
    return np.frombuffer(pcm, "<i2") / 32768


def level(wave: npt.NDArray[np.float64]) -> float:
    """dB of full scale, over the frames that hold speech."""
    power = (wave[: len(wave) // 480 * 480].reshape(-1, 480) ** 2).mean(axis=1)
    return float(10 * np.log10(power[power > power.max() / 316].mean()))


async def test_it_is_as_loud_as_all_the_rest_and_begins_at_once(engine: Piper) -> None:
    for text in SENTENCES:
        wave = await spoken(engine, text)
        assert level(wave) == pytest.approx(-20, abs=3)
        assert np.abs(wave).max() < 0.99
        assert int((np.abs(wave) > 0.003).argmax()) < 0.01 * RATE


async def test_the_rate_is_obeyed(engine: Piper) -> None:
    text = "Your data is valid until the end of December."
    slow, fast = [len(await spoken(engine, text, Voice(JOE.name, rate))) for rate in (110, 230)]
    assert slow > 1.5 * fast


async def test_what_it_says_is_understood_by_ears_that_never_heard_it(engine: Piper) -> None:
    spelling = EspeakSynthesiser()
    recogniser = Pocketsphinx(phonemes=spelling.phonemes)
    await spelling.start()
    await recogniser.start()
    try:
        stream = await recogniser.open("en", "wide", lambda _: None)
        stream.expect("en", SENTENCES)
        heard = []
        for text in SENTENCES:
            wave = soxr.resample(await spoken(engine, text), RATE, SAMPLE_RATE)
            stream.begin()
            stream.hear((wave * 32767).astype("<i2").tobytes() + bytes(SAMPLE_RATE))
            heard.append((await stream.finish()).text)
        await stream.close()
        assert heard == list(SENTENCES)
    finally:
        await recogniser.close()
        await spelling.close()


async def test_phonemes_written_into_a_text_are_no_command(engine: Piper) -> None:
    plain = len(await spoken(engine, "hello"))
    assert len(await spoken(engine, "[[ hello ]]")) == pytest.approx(plain, rel=0.8)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("no config", r"en_US-joe-medium\.onnx\.json is missing: copy both"),
        ("no json", r"is not a Piper voice's \(JSONDecodeError\)"),
        ("other json", r"is not a Piper voice's \(KeyError\)"),
        ("half a model", r"cannot be loaded .*: copy the voice anew"),
    ],
)
async def test_a_voice_that_is_not_whole_is_named(
    tmp_path: Path, change: str, complaint: str
) -> None:
    model = tmp_path / "en_US-joe-medium.onnx"
    about = tmp_path / "en_US-joe-medium.onnx.json"
    whole = places.piper_models() / model.name
    shutil.copy(places.piper_models() / about.name, about)
    model.write_bytes(whole.read_bytes()[:100_000])
    match change:
        case "no config":
            about.unlink()
        case "no json":
            about.write_text("{")
        case "other json":
            about.write_text(json.dumps({"audio": {}}))
    engine = Piper(tmp_path, {"en": JOE}, places.PIPER_PYTHON)
    with pytest.raises(EngineError, match=complaint):
        await engine.start()


async def test_it_has_no_speakers(engine: Piper) -> None:
    with pytest.raises(EngineError, match=r"no speaker 'p1' in it: name one of only the one"):
        await spoken(engine, "hello", Voice("en_US-joe-medium+p1"))
