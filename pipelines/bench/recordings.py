"""Recordings of people to measure the recogniser with, from `WAXTAAN_DATA`; nobody here made them.

Each set is split in two by the names of its files: thresholds are chosen on "tune" and figures come
from "report". A clip becomes a turn as a call has it: half a second from before speech, in the wide
or the telephone band (by its name again), up to the end of speech.
"""

import random
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from pipelines.bench.asr_accuracy import DIGITS, telephone
from pipelines.engines.asr.engine import SAMPLE_RATE, Band

Half: TypeAlias = Literal["tune", "report"]
Sound: TypeAlias = npt.NDArray[np.float64]

BEFORE = 0.5  # s before speech, as call/asr.py keeps them
AFTER = 0.08  # s after it, as a turn has at its end
LONGEST = 12.0  # s; what is longer is an announcement
SHORT = 5  # words at most
_HUSH = 3e-4  # a quiet line's noise
_STEP = SAMPLE_RATE // 50

_COLOURS = {
    "en": "black blue brown green grey orange pink purple red white yellow",
    "fr": "noir bleu marron vert gris orange rose violet rouge blanc jaune",
}
_WORDS = "back good great help level minus perfect plus quit super welcome fantastic configuration"


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording and what is said in it; `sentence` "" where nothing is said to us."""

    path: Path
    sentence: str
    language: str
    group: str

    @property
    def half(self) -> Half:
        """Which half of its set it belongs to."""
        return "tune" if self._sum & 1 else "report"

    @property
    def band(self) -> Band:
        """Which band it is measured in."""
        return "telephone" if self._sum >> 3 & 1 else "wide"

    @property
    def _sum(self) -> int:
        path = self.path.resolve()  # a link to a set is that set
        return zlib.crc32(f"{path.name}{path.parent.name}".encode())


def recordings(data: Path, half: Half, most: int) -> dict[str, list[Recording]]:
    """By group, at most so many of each; the same ones every time."""
    groups: dict[str, list[Recording]] = {}
    for each in _all(data):
        if each.half == half:
            groups.setdefault(each.group, []).append(each)
    chance = random.Random(11)
    return {name: chance.sample(found, min(most, len(found))) for name, found in groups.items()}


def turn(recording: Recording, band: Band | None = None) -> Sound | None:
    """A recording as a turn, 16 kHz, -1..1; None where it is too long for one."""
    samples, rate = soundfile.read(recording.path, dtype="float64", always_2d=True)
    return as_turn(soxr.resample(samples.mean(axis=1), rate, SAMPLE_RATE), band or recording.band)


def without_silence(path: Path) -> Sound:
    """A recording from the start of speech to its end, 16 kHz, wide band."""
    samples, rate = soundfile.read(path, dtype="float64", always_2d=True)
    sound: Sound = soxr.resample(samples.mean(axis=1), rate, SAMPLE_RATE)
    start, end = _speech(sound)
    return sound[start:end]


def as_turn(sound: Sound, band: Band) -> Sound | None:
    """Sound at 16 kHz as a turn."""
    if band == "telephone":
        sound = telephone(sound)
    start, end = _speech(sound)
    if not 0 < end - start <= LONGEST * SAMPLE_RATE:
        return None
    before = int(BEFORE * SAMPLE_RATE)
    hush = np.random.default_rng(2).normal(0, _HUSH, max(0, before - start))
    whole: Sound = np.concatenate(
        [hush, sound[max(0, start - before) : end + int(AFTER * SAMPLE_RATE)]]
    )
    return whole


def _speech(sound: Sound) -> tuple[int, int]:
    """The samples where it starts and ends, by loudness."""
    steps = sound[: len(sound) // _STEP * _STEP].reshape(-1, _STEP)
    level = 10 * np.log10(np.mean(steps**2, axis=1) + 1e-12)
    (loud,) = np.nonzero(level > max(level.max(initial=-55) - 35, -55))
    return (int(loud[0]) * _STEP, int(loud[-1] + 1) * _STEP) if len(loud) else (0, 0)


def pcm(sound: Sound) -> bytes:
    """16-bit little-endian."""
    made: bytes = (np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()
    return made


@dataclass(frozen=True, slots=True)
class Digits:
    """A string of digits out of one speaker's recordings, 8 kHz, evenly loud.

    `gaps` are seconds after each of `sounds`; `clip` is one of them.
    """

    said: str
    sounds: list[Sound]
    gaps: list[float]
    clip: Recording


def digit_strings(data: Path, half: Half, count: int, digits: int = 9) -> Iterator[Digits]:
    """Strings that begin with 77, the speakers by turns; the same ones every time."""
    spoken: dict[tuple[str, str], list[Recording]] = {}
    for each in _digits(data):
        digit, speaker, _ = each.path.stem.split("_")
        if each.half == half:
            spoken.setdefault((speaker, digit), []).append(each)
    speakers = sorted({speaker for speaker, _ in spoken})
    chance = random.Random(17)
    for n in range(count if speakers else 0):
        speaker = speakers[n % len(speakers)]
        said = "77" + "".join(str(chance.randrange(10)) for _ in range(digits - 2))
        sounds, gaps = [], []
        for digit in said:
            clip = chance.choice(spoken[speaker, digit])
            sound, _ = soundfile.read(clip.path)
            sounds.append(sound / max(0.05, np.abs(sound).max()) * 0.3)
            gaps.append(chance.uniform(0.05, 0.3))
        yield Digits(said, sounds, gaps, clip)


def numbers(data: Path, half: Half, count: int) -> list[tuple[str, Sound, Recording]]:
    """Strings of nine digits at the telephone: digits, turn, one recording of them."""
    made = []
    for n, each in enumerate(digit_strings(data, half, count)):
        noise = np.random.default_rng(n)
        parts = []
        for sound, gap in zip(each.sounds, each.gaps, strict=True):
            parts += [sound, noise.normal(0, _HUSH, int(8000 * gap))]
        whole = as_turn(soxr.resample(np.concatenate(parts), 8000, SAMPLE_RATE), "telephone")
        if whole is not None:
            made.append((each.said, whole, each.clip))
    return made


def not_for_us(data: Path, half: Half) -> Iterator[tuple[str, Sound]]:
    """What is no wish in any language served: Wolof to an engine without it, noise, people talking.

    Each with its kind, in pieces of 1.2 to 4 s.
    """
    noises = data / "tau2-voice/data/voice/background_noise_audio_pcm_mono_verified"
    sources = [
        *(("Wolof", path, 8) for path in sorted((data / "wolof-calendar").rglob("*.mp3"))),
        *(("noise", path, 6) for path in sorted(noises.glob("bursts/*.wav"))),
        *(("people talking", path, 24) for path in sorted(noises.glob("continuous/*.wav"))),
        *(("music", path, 6) for path in sorted((data / "music").glob("*.wav"))),
    ]
    chance = random.Random(11)
    for kind, path, pieces in sources:
        samples, rate = soundfile.read(path, dtype="float64", always_2d=True)
        sound = soxr.resample(samples.mean(axis=1), rate, SAMPLE_RATE)
        for n in range(pieces):
            length = int(chance.uniform(1.2, 4.0) * SAMPLE_RATE)
            start = int(chance.uniform(0, max(0, len(sound) - length)))
            ours = (zlib.crc32(f"{path.name}{n}".encode()) & 1) == (half == "tune")
            piece = as_turn(sound[start : start + length], "telephone") if ours else None
            if piece is not None:
                yield kind, piece


def _all(data: Path) -> Iterator[Recording]:
    for folder in sorted((data / "asterisk-sounds").glob("*")):
        yield from _prompts(folder, folder.name)
    for code in ("en", "fr"):
        for path in sorted((data / "speech-to-phrase/tests/wav" / code).glob("*.wav")):
            if not path.stem.startswith("oov_"):
                yield Recording(path, path.stem, code, f"commands {code}")
    yield from _digits(data)
    yield from _words(data / "gcompris-voices")


def _digits(data: Path) -> Iterator[Recording]:
    for path in sorted((data / "fsdd/recordings").glob("*.wav")):
        yield Recording(path, DIGITS[int(path.name[0])], "en", "digits en")


def _words(folder: Path) -> Iterator[Recording]:
    """Colours, single words and numbers up to twenty."""
    from num2words import num2words

    found = []
    for code, said in _COLOURS.items():
        pairs = zip(_COLOURS["en"].split(), said.split(), strict=True)
        found += [(f"{code}/colors/{name}", word, code) for name, word in pairs]
    found += [(f"en/misc/{word}", word, "en") for word in _WORDS.split()]
    for code in ("en", "fr", "de", "es", "it", "nl", "pl", "pt", "ro"):
        names = [f"U003{n}" if n < 10 else str(n) for n in range(21)]
        found += [
            (f"{code}/alphabet/{name}", num2words(n, lang=code), code)
            for n, name in enumerate(names)
        ]
    for name, word, code in found:
        if (path := folder / f"{name}.ogg").exists():
            yield Recording(path, word, code, "words, nine languages")


def _prompts(folder: Path, code: str) -> Iterator[Recording]:
    """A voice menu's prompts; what holds figures, letters or notes to the speaker left out."""
    transcript = folder / f"core-sounds-{code}.txt"
    seen: set[str] = set()
    lines = transcript.read_text(errors="replace").splitlines() if transcript.exists() else []
    for line in lines:
        name, _, text = line.partition(":")
        path = folder / f"{name.strip()}.wav"
        sentence = " ".join(re.sub(r"[.,;:!?¡¿\"()]+", " ", text).split())
        known = sentence.casefold() in seen or not path.exists()
        if not sentence or known or re.search(r"[\[\]<>{}0-9*#;]", line.partition(":")[2]):
            continue
        if path.parent not in (folder, folder / "digits"):
            continue
        seen.add(sentence.casefold())
        size = "short" if len(sentence.split()) <= SHORT else "long"
        yield Recording(path, sentence, code, f"{size} prompts {code}")
