"""Calls made of shaped noise, and how tests import them."""

import wave
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from pipelines.importing.batch import import_all
from pipelines.importing.find import find
from pipelines.importing.shapes import Kind, Source
from pipelines.importing.write import Outcome, Wishes
from pipelines.store.recorded import SOURCE

Samples = NDArray[np.float32]


def speech(spans: list[tuple[float, float]], seconds: float, rate: int, seed: int) -> Samples:
    """Noise that swells four times a second, within the spans; the hiss of a line elsewhere."""
    chance = np.random.default_rng(seed)
    moments = np.arange(round(seconds * rate)) / rate
    loud = np.zeros(len(moments))
    for start, end in spans:
        loud[(moments >= start) & (moments < end)] = 0.1
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * 4 * moments)
    sound = chance.uniform(-1, 1, len(moments)) * (loud * swell + 0.0005)
    return sound.astype(np.float32)


def call(rate: int = 8000, seconds: float = 6.0) -> Samples:
    """(frames, 2): the caller left, the agent right, who greets first."""
    caller = speech([(2.5, 4)], seconds, rate, 1)
    agent = speech([(0.3, 2), (4.5, 5.5)], seconds, rate, 2)
    return np.stack([caller, agent], axis=1)


def written(path: Path, samples: Samples, rate: int = 8000, subtype: str | None = None) -> Path:
    """A sound file of the kind that its name says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    format = "OGG" if path.suffix == ".opus" else None
    soundfile.write(path, samples, rate, format=format, subtype=subtype)
    return path


def imported(*paths: Path, into: Path, wishes: Wishes | None = None) -> list[Outcome]:
    """What became of what lies there, by name."""
    found = import_all(find(paths, into), into, wishes or Wishes())
    return [outcome for _, outcome in sorted(found, key=lambda pair: pair[0])]


def one(*paths: Path, into: Path, wishes: Wishes | None = None) -> Outcome:
    """The same, where there is one conversation."""
    (outcome,) = imported(*paths, into=into, wishes=wishes)
    return outcome


def kinds(outcome: Outcome) -> list[Kind]:
    """What was wrong."""
    return [problem.kind for problem in outcome.problems]


def heard(folder: Path, name: str) -> tuple[int, NDArray[np.int16]]:
    """The rate and the samples of a recording's channel, read as strictly as a WAV can be."""
    with wave.open(str(folder / name)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        samples = np.frombuffer(file.readframes(file.getnframes() + 1), "<i2")
        assert len(samples) == file.getnframes()
        return file.getframerate(), samples


def source(into: Path, outcome: Outcome) -> Source:
    """Where it came from."""
    return Source.model_validate_json((into / outcome.id / SOURCE).read_bytes())


def alike(one: NDArray[np.generic], other: NDArray[np.generic]) -> float:
    """How much two sounds are the same, 0 to 1, over what both have."""
    length = min(len(one), len(other))
    return abs(float(np.corrcoef(one[:length].astype(float), other[:length].astype(float))[0, 1]))
