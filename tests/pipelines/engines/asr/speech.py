"""Speech for the tests: what the embedded voice says, as a recogniser gets it."""

import functools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import soxr

from pipelines.engines.asr.engine import SAMPLE_RATE
from pipelines.engines.tts.engine import Voice
from pipelines.engines.tts.espeak import EspeakSynthesiser

BYTES_PER_SECOND = 2 * SAMPLE_RATE
SILENCE = bytes(BYTES_PER_SECOND * 3 // 2)
_said: dict[tuple[str, str], bytes] = {}


@asynccontextmanager
async def espeak() -> AsyncIterator[EspeakSynthesiser]:
    voice = EspeakSynthesiser()
    await voice.start()
    try:
        yield voice
    finally:
        await voice.close()


async def say(text: str, voice: str = "en-us") -> bytes:
    """16 kHz PCM with 0.3 s of silence around it."""
    if (text, voice) not in _said:
        async with espeak() as engine:
            sound = b"".join([part async for part in engine.synthesise(text, Voice(voice, 150))])
            samples = np.frombuffer(sound, "<i2").astype(np.float64)
            converted = soxr.resample(samples, engine.sample_rate, SAMPLE_RATE)
        pause = bytes(BYTES_PER_SECOND * 3 // 10)
        _said[text, voice] = pause + converted.round().astype("<i2").tobytes() + pause
    return _said[text, voice]


@functools.cache
def noise(seconds: float = 2.0) -> bytes:
    """White noise as loud as speech."""
    samples = np.random.default_rng(7).normal(0, 2000, int(seconds * SAMPLE_RATE))
    return samples.astype("<i2").tobytes()


def pieces(pcm: bytes, size: int = 640) -> list[bytes]:
    return [pcm[start : start + size] for start in range(0, len(pcm), size)]
