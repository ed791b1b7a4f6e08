"""The embedded voice: every language, loudness, silence, phonemes, and who loads the library."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import pytest_asyncio

from pipelines.engines.tts.engine import EngineError, Voice
from pipelines.engines.tts.espeak import LANGUAGES, EspeakSynthesiser
from pipelines.engines.tts.loudness import Leveller

RATE = 22_050
SENTENCE = "Good evening, madam. How can I help you today?"


@pytest_asyncio.fixture
async def espeak(tmp_path: Path) -> AsyncIterator[EspeakSynthesiser]:
    engine = EspeakSynthesiser(tmp_path)
    await engine.start()
    yield engine
    await engine.close()


async def spoken(engine: EspeakSynthesiser, text: str, voice: Voice) -> npt.NDArray[np.float64]:
    pcm = b"".join([chunk async for chunk in engine.synthesise(text, voice)])
    return np.frombuffer(pcm, "<i2") / 32768


def level(wave: npt.NDArray[np.float64]) -> float:
    """dB of full scale, over the frames that hold speech."""
    power = (wave[: len(wave) // 441 * 441].reshape(-1, 441) ** 2).mean(axis=1)
    return float(10 * np.log10(power[power > power.max() / 316].mean()))


def silence_before(wave: npt.NDArray[np.float64]) -> float:
    """Seconds."""
    return int((np.abs(wave) > 0.003).argmax()) / RATE


async def test_every_language_it_serves_is_spoken_equally_loud(espeak: EspeakSynthesiser) -> None:
    assert espeak.sample_rate == RATE
    for language in sorted(LANGUAGES):
        assert espeak.serves(language)
        wave = await spoken(espeak, SENTENCE, Voice(language))
        assert level(wave) == pytest.approx(-20, abs=2.5), language
        assert np.abs(wave).max() < 0.99, language
        assert silence_before(wave) <= 0.010, language


@pytest.mark.parametrize("voice", [Voice("en", pitch=0), Voice("en", 80), Voice("en", 450, 99)])
async def test_rate_and_pitch_do_not_change_the_loudness(
    espeak: EspeakSynthesiser, voice: Voice
) -> None:
    assert level(await spoken(espeak, SENTENCE, voice)) == pytest.approx(-20, abs=2.5)


async def test_voices_by_name_by_property_and_with_variant(espeak: EspeakSynthesiser) -> None:
    names = ["fr", "en-gb", "fr-fr", "en-us+f3", "en-gb+f3", "fr+klatt4"]
    for name in names:
        assert len(await spoken(espeak, "Bonjour.", Voice(name))) > 5000, name


@pytest.mark.parametrize("name", ["en+nosuch", "fr-fr+../en", "wo+nosuch", "tlh"])
async def test_what_the_library_would_quietly_ignore_is_refused(
    espeak: EspeakSynthesiser, name: str
) -> None:
    with pytest.raises(EngineError, match="unknown voice"):
        await spoken(espeak, SENTENCE, Voice(name))


@pytest.mark.parametrize("voice", [Voice("en", rate=20), Voice("en", pitch=100)])
async def test_a_rate_or_pitch_out_of_range_is_refused(
    espeak: EspeakSynthesiser, voice: Voice
) -> None:
    with pytest.raises(EngineError, match=r"80\.\.450 words per minute"):
        await spoken(espeak, SENTENCE, voice)


async def test_commands_hidden_in_text_are_not_obeyed(espeak: EspeakSynthesiser) -> None:
    plain = await spoken(espeak, "hello world how are you", Voice("en"))
    faster = await spoken(espeak, "\x01+200S hello world how are you", Voice("en"))
    assert len(faster) > len(plain)  # it reads the command out rather than hurry


async def test_punctuation_alone_makes_no_sound(espeak: EspeakSynthesiser) -> None:
    assert len(await spoken(espeak, "... !", Voice("en"))) == 0


async def test_a_sentence_sounds_the_same_whatever_was_said_before_where_that_is_wanted(
    espeak: EspeakSynthesiser, monkeypatch: pytest.MonkeyPatch
) -> None:
    voice = Voice("en-gb")
    monkeypatch.setattr(EspeakSynthesiser, "repeatable", True)
    first = await spoken(espeak, SENTENCE, voice)
    for between in ("Yes.", "Ndank, ndank."):
        await spoken(espeak, between, Voice("wo") if between[0] == "N" else voice)
        assert np.array_equal(await spoken(espeak, SENTENCE, voice), first)


async def test_phonemes(espeak: EspeakSynthesiser) -> None:
    assert await espeak.phonemes(["bonjour", "", "un conseiller"], "fr") == [
        "bɔ̃ʒˈuʁ",
        "",
        "œ̃ kɔ̃sɛjˈe",
    ]
    assert await espeak.phonemes(["hello"] * 1200, "en-gb") == ["həlˈəʊ"] * 1200
    assert await espeak.phonemes([], "fr") == []
    with pytest.raises(EngineError, match="unknown voice"):
        await espeak.phonemes(["hello"], "xx")


async def test_phonemes_after_a_barge_in_hold_nothing_of_what_was_broken_off(
    espeak: EspeakSynthesiser,
) -> None:
    for _ in range(10):
        chunks = espeak.synthesise(SENTENCE * 30, Voice("en"))
        await anext(chunks)
        await chunks.aclose()
        assert await espeak.phonemes(["bonjour"], "fr") == ["bɔ̃ʒˈuʁ"]


async def test_twenty_callers_at_once(espeak: EspeakSynthesiser) -> None:
    waves = await asyncio.gather(*(spoken(espeak, SENTENCE, Voice("en")) for _ in range(20)))
    assert max(map(len, waves)) < 1.01 * min(map(len, waves))


def test_the_library_under_gpl_stays_in_its_own_process() -> None:
    code = "import sys, pipelines.engines.tts.espeak; print('espeakng_loader' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"


def level_all(pcm: bytes, size: int) -> bytes:
    leveller = Leveller(RATE)
    parts = [leveller.add(pcm[start : start + size]) for start in range(0, len(pcm), size)]
    return b"".join([*parts, leveller.finish()])


def tone(seconds: float, amplitude: float) -> bytes:
    wave = np.sin(np.arange(int(seconds * RATE)) * 0.2) * amplitude * 32767
    return bytes(wave.astype("<i2"))


@pytest.mark.parametrize("amplitude", [0.05, 0.3, 1.0])
def test_the_leveller_brings_quiet_and_loud_to_one_level(amplitude: float) -> None:
    pcm = bytes(2 * RATE) + tone(2, amplitude)
    out = np.frombuffer(level_all(pcm, 2646), "<i2") / 32768
    assert level(out) == pytest.approx(-20, abs=0.5)
    assert silence_before(out) <= 0.010


def test_the_leveller_does_not_depend_on_how_it_is_fed() -> None:
    pcm = bytes(3000) + tone(0.5, 0.2) + bytes(9000) + tone(1.5, 0.1)
    assert len({level_all(pcm, size) for size in (200, 2646, len(pcm))}) == 1


def test_the_leveller_bends_peaks_rather_than_cut_them() -> None:
    out = np.frombuffer(level_all(tone(1.2, 0.05) + tone(0.5, 1.0), 2646), "<i2") / 32768
    assert 0.9 < out.max() < 0.99


def test_the_leveller_makes_nothing_of_silence() -> None:
    assert level_all(bytes(RATE), 2646) == b""
