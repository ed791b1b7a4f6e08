"""Samples: 16-bit mono PCM, how loud it is, how long it lasts."""

import io
import wave

import numpy as np
import numpy.typing as npt

BYTES_PER_SAMPLE = 2
AGENT_RATE = 24_000  # Hz of all that the agent says: what pipecat's web clients play


def seconds(pcm: bytes, rate: int) -> float:
    """How long 16-bit mono PCM lasts."""
    return len(pcm) / BYTES_PER_SAMPLE / rate


def levels(pcm: bytes, rate: int, step: float = 0.01) -> npt.NDArray[np.float64]:
    """The level of each `step` seconds in dB below full scale (0 is the loudest; silence -120)."""
    samples = np.frombuffer(pcm[: len(pcm) // 2 * 2], dtype="<i2").astype(np.float64) / 32768
    size = int(rate * step)
    if len(samples) < size:
        return np.empty(0)
    blocks = samples[: len(samples) // size * size].reshape(-1, size)
    rms = np.sqrt((blocks**2).mean(axis=1))
    result: npt.NDArray[np.float64] = 20 * np.log10(np.maximum(rms, 1e-6))
    return result


def to_wav(pcm: bytes, rate: int) -> bytes:
    """16-bit mono PCM as a WAV file."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(BYTES_PER_SAMPLE)
        file.setframerate(rate)
        file.writeframes(pcm)
    return buffer.getvalue()
