"""What happens to speech before it is recognised: loudness, noise, a telephone, silence around.

Features are faster-whisper's own: 80 log-mel bands, a frame each 10 ms.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import soxr
from faster_whisper.feature_extractor import FeatureExtractor

from pipelines.engines.asr.engine import SAMPLE_RATE
from tests.real_engines.whisper.synthesis import Sound, Utterance

TELEPHONE_RATE = 8000  # Hz
_COLOURS = 6  # of noise
_LEAD, _TAIL = (0.05, 0.6), (0.05, 0.5)  # s of silence before and after


@dataclass(frozen=True, slots=True)
class Take:
    """An utterance as a microphone or a telephone gave it; none where nobody speaks."""

    utterance: Utterance | None
    sound: Sound
    begins: float  # s, where the speech begins
    ends: float


def take(utterance: Utterance, chance: np.random.Generator) -> Take:
    """`utterance` at some loudness, in some noise, half the time over the telephone."""
    lead, tail = (int(chance.uniform(*span) * SAMPLE_RATE) for span in (_LEAD, _TAIL))
    loudness = 10 ** (chance.uniform(-32, -12) / 20)
    level = float(np.sqrt((utterance.sound**2).mean()))
    sound = np.pad(utterance.sound, (lead, tail)) * np.float32(loudness / max(level, 1e-5))
    sound += noise(len(sound), loudness * 10 ** (-chance.uniform(15, 50) / 20), chance)
    if chance.random() < 0.5:
        sound = telephone(sound)
    ends = (lead + len(utterance.sound)) / SAMPLE_RATE
    return Take(utterance, np.clip(sound, -1, 1), lead / SAMPLE_RATE, ends)


def without_speech(chance: np.random.Generator) -> Take:
    """Silence or noise, and now and then a hum."""
    size = int(chance.uniform(0.3, 3.0) * SAMPLE_RATE)
    sound = noise(size, 10 ** (chance.uniform(-90, -15) / 20), chance)
    if chance.random() < 0.2:
        hertz, loudness = chance.uniform(50, 1000), 10 ** (chance.uniform(-50, -15) / 20)
        turns = np.arange(size) * (hertz / SAMPLE_RATE)
        sound += (loudness * np.sin(2 * np.pi * turns)).astype(np.float32)
    if chance.random() < 0.5:
        sound = telephone(sound)
    return Take(None, np.clip(sound, -1, 1), 0.0, 0.0)


def noise(size: int, level: float, chance: np.random.Generator) -> Sound:
    """Noise between white and pink with an RMS of `level`."""
    hiss = _hiss(int(chance.integers(_COLOURS)))
    begin = int(chance.integers(len(hiss) - size))
    return hiss[begin : begin + size] * np.float32(level)


def telephone(sound: Sound) -> Sound:
    """300-3400 Hz at 8 kHz, there and back through the 8 bits of G.711 mu-law."""
    narrow = soxr.resample(sound, SAMPLE_RATE, TELEPHONE_RATE, "MQ")
    size = 1 << (len(narrow) - 1).bit_length()  # quick to transform; prime sizes are not
    narrow = np.fft.irfft(np.fft.rfft(narrow, size) * _line(size))[: len(narrow)].clip(-1, 1)
    coded = np.round(np.sign(narrow) * np.log1p(255 * np.abs(narrow)) / np.log1p(255) * 127) / 127
    wide = np.sign(coded) * np.expm1(np.abs(coded) * np.log1p(255)) / 255
    back: Sound = soxr.resample(wide.astype(np.float32), TELEPHONE_RATE, SAMPLE_RATE, "MQ")
    return np.pad(back, (0, max(0, len(sound) - len(back))))[: len(sound)]


def features(sound: Sound) -> npt.NDArray[np.float32]:
    """[80, frames]."""
    mel: npt.NDArray[np.float32] = _extractor()(sound).astype(np.float32)
    return mel


@cache
def _extractor() -> FeatureExtractor:
    return FeatureExtractor()


@cache
def _hiss(colour: int) -> Sound:
    """A minute of noise with an RMS of 1, from white (0) to nearly pink."""
    spectrum = np.fft.rfft(np.random.default_rng(colour).standard_normal(1 << 20))
    sound = np.fft.irfft(spectrum / np.arange(1, len(spectrum) + 1) ** (colour / _COLOURS / 2))
    hiss: Sound = (sound / sound.std()).astype(np.float32)
    return hiss


@cache
def _line(size: int) -> Sound:
    """What a telephone line lets through of each of `size // 2 + 1` frequencies."""
    hertz = np.fft.rfftfreq(size, 1 / TELEPHONE_RATE)
    passed: Sound = (1 / np.sqrt(1 + (300 / np.maximum(hertz, 1)) ** 8)).astype(np.float32)
    return passed
