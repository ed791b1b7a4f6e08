"""The voice detector: words are noticed wherever they fall into its windows, noise is not."""

import numpy as np
import numpy.typing as npt
import pytest
import soxr
from pipecat.audio.vad.vad_analyzer import VADState

from pipelines.engines.vad import SharedSilero
from tests.pipelines.engines.asr.speech import noise, say

STEP = 640  # bytes, 20 ms
BEFORE = 0.5  # s of silence


def detector(*, narrow: bool, alone: bool = True) -> SharedSilero:
    found = SharedSilero(
        confidence=0.4, start=0.128, stop=0.192, longest=60, narrow=narrow, soft=lambda: alone
    )
    found.set_sample_rate(16_000)  # as the pipeline does
    return found


def placed(pcm: bytes, late: int) -> bytes:
    """After silence and so many samples more, before silence; without a silence of its own."""
    samples = np.frombuffer(pcm, "<i2")
    loud = np.flatnonzero(np.abs(samples.astype(int)) > 300)
    before = np.zeros(round(BEFORE * 16_000) + late, np.int16)
    return np.concatenate(
        [before, samples[loud[0] : loud[-1]], np.zeros(9_600, np.int16)]
    ).tobytes()


def by_telephone(pcm: bytes) -> bytes:
    """Nothing of it above 4 kHz."""
    sound: npt.NDArray[np.int16] = np.frombuffer(pcm, np.int16)
    down: npt.NDArray[np.int16] = soxr.resample(sound, 16_000, 8_000)
    up: npt.NDArray[np.int16] = soxr.resample(down, 8_000, 16_000)
    return up.tobytes()


async def states(pcm: bytes, *, narrow: bool, alone: bool = True) -> list[VADState]:
    detected = detector(narrow=narrow, alone=alone)
    return [await detected.analyze_audio(pcm[i : i + STEP]) for i in range(0, len(pcm), STEP)]


@pytest.mark.parametrize("word", ["cancel", "balance", "yes"])
async def test_a_word_by_telephone_is_noticed_wherever_it_falls(word: str) -> None:
    spoken = by_telephone(await say(word))
    for late in range(0, 512, 64):  # over a whole window
        found = await states(placed(spoken, late), narrow=True)
        assert VADState.SPEAKING in found, late
        began = found.index(VADState.SPEAKING) * 0.02 - BEFORE - late / 16_000
        assert 0.05 < began < 0.3, late
        assert found[-1] == VADState.QUIET


def softer(pcm: bytes, peak: float) -> bytes:
    """With its loudest sample at so many dBFS."""
    samples = np.frombuffer(pcm, "<i2").astype(float)
    loud: npt.NDArray[np.int16] = (
        (samples / np.abs(samples).max() * 32767 * 10 ** (peak / 20)).round().astype(np.int16)
    )
    return loud.tobytes()


@pytest.mark.parametrize("narrow", [False, True])
async def test_a_soft_voice_is_noticed_while_the_agent_is_silent(narrow: bool) -> None:
    spoken = placed(await say("what is my balance"), 0)
    for peak in (-30, -46):
        assert VADState.SPEAKING in await states(softer(spoken, peak), narrow=narrow)


async def test_the_agents_echo_is_made_no_louder() -> None:
    echo = softer(placed(await say("what is my balance"), 0), -54)
    assert VADState.SPEAKING in await states(echo, narrow=True)
    assert VADState.SPEAKING not in await states(echo, narrow=True, alone=False)


async def test_after_a_loud_voice_a_soft_one_is_made_less_loud() -> None:
    word = placed(await say("cancel"), 0)
    detected = detector(narrow=True)
    for pcm, noticed in ((softer(word, -6), True), (softer(word, -58), False)):
        found = [await detected.analyze_audio(pcm[i : i + STEP]) for i in range(0, len(pcm), STEP)]
        assert (VADState.SPEAKING in found) == noticed


@pytest.mark.parametrize("narrow", [False, True])
async def test_neither_silence_nor_noise_is_speech(narrow: bool) -> None:
    for pcm in (bytes(64_000), noise()):
        assert VADState.SPEAKING not in await states(pcm, narrow=narrow)


async def test_a_beginning_survives_one_weak_window_and_not_two(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def begins(*windows: float) -> bool:
        told = iter(windows)
        monkeypatch.setattr(
            "pipelines.engines.vad.SileroVADAnalyzer.voice_confidence", lambda *_: next(told)
        )
        detected = detector(narrow=False)
        found = [detected._run_analyzer(bytes(1_024)) for _ in windows]
        return VADState.SPEAKING in found

    assert begins(0.9, 0.9, 0.1, 0.9)
    assert not begins(0.9, 0.9, 0.1, 0.1, 0.9)
    assert not begins(0.9, 0.1, 0.9, 0.9)
    assert not begins(0.1, 0.9, 0.1, 0.9)
