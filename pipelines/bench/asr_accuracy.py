"""How well a recogniser hears people: phrase accuracy on recordings that nobody here made.

Every set is a closed list: each clip's own sentence plus those of all other clips of the set. What
is not on the list (`oov_*`) must be rejected: heard as "". The telephone band is made here from the
recording: 300-3400 Hz, 8 kHz, G.711 mu-law.
"""

import asyncio
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from pipelines.engines.asr.engine import SAMPLE_RATE, Band, Recognised, Recogniser

CHUNK = SAMPLE_RATE * 2 * 20 // 1000  # bytes: the 20 ms of a telephone packet
LONGEST_PROMPT = 5  # words; longer prompts are announcements, not what callers say
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

Samples = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording and the sentence spoken in it; "" where it must be rejected."""

    path: Path
    sentence: str


@dataclass(frozen=True, slots=True)
class ClipSet:
    """Recordings of one language with their closed list of sentences."""

    name: str
    language: str
    clips: Sequence[Clip]

    @property
    def sentences(self) -> list[str]:
        """The closed list, each sentence once."""
        return list(dict.fromkeys(clip.sentence for clip in self.clips if clip.sentence))


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured of one set in one band."""

    language: str
    band: Band
    name: str
    phrases: int  # size of the closed list
    clips: int  # with a sentence of the list
    correct: int
    wrong: int  # heard as another sentence; the rest were rejected
    foreign_clips: int  # whose sentence is not on the list
    foreign_rejected: int
    confidence_error: float  # |mean confidence - correct share| over what was not rejected
    finish_ms: float  # median from the last audio to the result; says something only where `paced`


async def measure(recogniser: Recogniser, data: Path, *, paced: bool = False) -> list[Row]:
    """Feed every set found under `data` (see its README.md) in 20 ms pieces, one clip a turn.

    Audio goes in at full speed, or as fast as people speak where `paced` (12 minutes).
    """
    rows = []
    for clip_set in clip_sets(data):
        if recogniser.serves(clip_set.language) is not None:
            bands: tuple[Band, ...] = ("wide", "telephone")
            rows += [await _measure(recogniser, clip_set, band, paced) for band in bands]
    return rows


def clip_sets(data: Path) -> Iterator[ClipSet]:
    """The sets that are there; none where `data` is not."""
    prompts = list(_asterisk(data / "asterisk-sounds" / "en"))
    commands = {code: list(_commands(data, code)) for code in ("en", "fr")}
    digits = [
        Clip(path, DIGITS[int(path.name[0])])
        for path in sorted((data / "fsdd" / "recordings").glob("*_4?.wav"))
    ]
    found = [
        ClipSet("service prompts (asterisk-sounds)", "en", prompts),
        ClipSet("house commands (speech-to-phrase)", "en", commands["en"]),
        ClipSet("house commands (speech-to-phrase)", "fr", commands["fr"]),
        ClipSet("single digits (fsdd)", "en", digits),
    ]
    return (clip_set for clip_set in found if clip_set.clips)


def _asterisk(folder: Path) -> Iterator[Clip]:
    """Prompts of two to five words; numbers, letters, tones and repeated wordings left out."""
    transcripts = folder / "core-sounds-en.txt"
    seen = set()
    for line in (
        transcripts.read_text(errors="replace").splitlines() if transcripts.exists() else ()
    ):
        name, _, text = line.partition(":")
        sentence = " ".join(re.sub(r"[.,;:!?]+", " ", text).split())
        path = folder / f"{name.strip()}.wav"
        phrase = re.fullmatch(rf"[A-Za-z']+( [A-Za-z']+){{1,{LONGEST_PROMPT - 1}}}", sentence)
        if phrase and path.parent == folder and path.exists() and not sentence.isupper():
            if sentence.lower() not in seen:
                yield Clip(path, sentence)
            seen.add(sentence.lower())


def _commands(data: Path, code: str) -> Iterator[Clip]:
    for path in sorted((data / "speech-to-phrase" / "tests" / "wav" / code).glob("*.wav")):
        yield Clip(path, "" if path.stem.startswith("oov_") else path.stem)


def audio(path: Path, band: Band) -> bytes:
    """A clip as a recogniser gets it: 16 kHz mono PCM, with 0.3 s of near silence around it."""
    samples, rate = soundfile.read(path, dtype="float64", always_2d=True)
    sound: Samples = soxr.resample(samples.mean(axis=1), rate, SAMPLE_RATE)
    if band == "telephone":
        sound = telephone(sound)
    hush = np.random.default_rng(1).normal(0, 3e-4, SAMPLE_RATE * 3 // 10)
    whole = np.concatenate([hush, sound, hush])
    pcm: bytes = (np.clip(whole, -1, 1) * 32767).astype("<i2").tobytes()
    return pcm


def telephone(sound: Samples) -> Samples:
    """16 kHz sound through a telephone: 300-3400 Hz, 8 kHz, mu-law, and back."""
    narrow = _mu_law(_narrow(soxr.resample(sound, SAMPLE_RATE, 8000)))
    wide: Samples = soxr.resample(narrow, 8000, SAMPLE_RATE)
    return wide


def _narrow(sound: Samples) -> Samples:
    """300-3400 Hz of an 8 kHz signal, with the soft edges of a telephone's filter."""
    hertz = np.fft.rfftfreq(len(sound), 1 / 8000)
    power = 1 / (1 + (300 / np.maximum(hertz, 1)) ** 8) / (1 + (hertz / 3400) ** 32)
    narrow: Samples = np.fft.irfft(np.fft.rfft(sound) * np.sqrt(power), len(sound))
    return narrow


def _mu_law(sound: Samples, mu: int = 255) -> Samples:
    """There and back through the 8 bits of G.711."""
    small = np.sign(sound) * np.log1p(mu * np.minimum(np.abs(sound), 1)) / np.log1p(mu)
    coded = np.round((small + 1) / 2 * 255) / 255 * 2 - 1
    loud: Samples = np.sign(coded) * np.expm1(np.abs(coded) * np.log1p(mu)) / mu
    return loud


async def _measure(recogniser: Recogniser, clip_set: ClipSet, band: Band, paced: bool) -> Row:
    stream = await recogniser.open(clip_set.language, band, lambda _: None)
    heard: list[tuple[str, Recognised]] = []
    waits = []
    try:
        stream.expect(clip_set.language, clip_set.sentences)
        for clip in clip_set.clips:
            pcm = audio(clip.path, band)
            stream.begin()
            for start in range(0, len(pcm), CHUNK):
                stream.hear(pcm[start : start + CHUNK])
                if paced:
                    await asyncio.sleep(0.02)
            since = time.perf_counter()
            heard.append((clip.sentence, await stream.finish()))
            waits.append(1000 * (time.perf_counter() - since))
    finally:
        await stream.close()
    known = [(sentence, result) for sentence, result in heard if sentence]
    taken = [
        (sentence == result.text, result.confidence) for sentence, result in heard if result.text
    ]
    correct = sum(sentence == result.text for sentence, result in known)
    return Row(
        language=clip_set.language,
        band=band,
        name=clip_set.name,
        phrases=len(clip_set.sentences),
        clips=len(known),
        correct=correct,
        wrong=sum(result.text not in ("", sentence) for sentence, result in known),
        foreign_clips=len(heard) - len(known),
        foreign_rejected=sum(not (sentence or result.text) for sentence, result in heard),
        confidence_error=_gap(taken),
        finish_ms=median(waits),
    )


def _gap(taken: list[tuple[bool, float]]) -> float:
    if not taken:
        return 0.0
    right = sum(correct for correct, _ in taken) / len(taken)
    return abs(sum(confidence for _, confidence in taken) / len(taken) - right)
