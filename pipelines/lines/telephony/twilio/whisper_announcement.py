"""What a person at Twilio is told before they accept, as a file that Twilio fetches and plays."""

import io
import wave
from collections.abc import Sequence

import numpy as np
import soxr
from loguru import logger

from pipelines.audio import AGENT_RATE
from pipelines.engines.tts.routing import VoiceRouter
from pipelines.errors import EngineError

RATE = 8_000  # Hz: what Twilio plays to telephones
_LIFTED = 0.8  # s between answering a telephone and having it at one's ear
_AGAIN = 1.2  # s more between the whisper and its repetition


async def whisper_announcement(
    speakers: VoiceRouter, sentences: Sequence[str], language: str
) -> bytes:
    """A WAV file, 16-bit mono at `RATE`; b"" where there is no voice: Twilio's own has to do."""
    try:
        said = [p for s in sentences async for p in speakers.audio(s, language, fixed=False)]
    except EngineError as error:
        logger.warning("a whisper has no voice, Twilio's says it: {}", error)
        return b""
    samples = np.frombuffer(b"".join(said), "<i2")
    spoken = soxr.resample(samples, AGENT_RATE, RATE).astype("<i2").tobytes()
    file = io.BytesIO()
    with wave.open(file, "wb") as writing:
        writing.setnchannels(1)
        writing.setsampwidth(2)
        writing.setframerate(RATE)
        writing.writeframes(_silence(_LIFTED) + spoken + _silence(_AGAIN))
    return file.getvalue()


def _silence(seconds: float) -> bytes:
    return bytes(round(seconds * RATE) * 2)
