"""Sound files as people bring them: any rate, any number of channels."""

from pathlib import Path

import numpy as np
import soundfile
import soxr

from pipelines.errors import EngineError


def read_sound(path: Path, rate: int) -> bytes:
    """A sound file as 16-bit mono PCM at `rate` Hz.

    Raises:
        EngineError: it is missing or no sound file.
    """
    try:
        samples, found = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, OSError) as error:
        raise EngineError(f"{path}: cannot be read as sound: {error}") from error
    mono = samples.mean(axis=1)
    if found != rate:
        mono = soxr.resample(mono, found, rate)
    pcm: bytes = (np.clip(mono, -1, 1) * 32767).astype("<i2").tobytes()
    return pcm
