"""Speech to learn from and to be measured on: espeak's voices and, where there are any, people's.

Digits are also spoken one by one and joined, because then it is known when each was said; that
teaches word times. People's digits come from fsdd under `WAXTAAN_DATA`; without it there are none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from pipelines.engines.asr.engine import SAMPLE_RATE
from pipelines.engines.tts.engine import Voice
from pipelines.engines.tts.espeak import EspeakSynthesiser
from tests.real_engines.whisper.sentences import DIGITS, Sentence, digits, draw

Sound: TypeAlias = npt.NDArray[np.float32]  # 16 kHz mono, 1 is full scale
Spoken: TypeAlias = Mapping[tuple[str, str], Sequence[Sound]]  # (language, digit) -> recordings

ACCENTS = {"en": ("en-us", "en-us", "en-gb", "en-gb-x-rp"), "fr": ("fr",)}
VARIANTS = ("", "", "", "", "m1", "m2", "m3", "m4", "m7", "f1", "f2", "f3", "f5", "Andy", "steph")
# Never heard in training: an accent of each language, and voices for the accents that were.
HELD_OUT = {
    "en": ("en-gb-scotland", "en-us+m5", "en-gb+f4", "en-us+m8", "en-gb+Annie", "en-us+m6"),
    "fr": ("fr-be", "fr+m5", "fr+f4", "fr+m6"),
}
HELD_OUT_SPEAKER = "theo"
_BEND = 0.15
_GAPS = (0.0, 0.2)  # s between joined digits


@dataclass(frozen=True, slots=True)
class Utterance:
    """Speech without silence around it, and the sentence spoken."""

    sentence: Sentence
    sound: Sound
    spans: tuple[tuple[float, float], ...] = ()  # s, of each word; () where nobody knows


async def speak(
    espeak: EspeakSynthesiser, sentence: Sentence, chance: np.random.Generator, voice: str = ""
) -> Utterance:
    """`sentence` in `voice`, else in any voice of the training."""
    if not voice:
        variant = str(chance.choice(VARIANTS))
        voice = str(chance.choice(ACCENTS[sentence.language])) + f"+{variant}" * bool(variant)
    wanted = Voice(voice, rate=int(chance.integers(140, 190)), pitch=int(chance.integers(35, 70)))
    pcm = b"".join([part async for part in espeak.synthesise(sentence.text, wanted)])
    samples = np.frombuffer(pcm, "<i2").astype(np.float32) / 32768
    sound = soxr.resample(samples, espeak.sample_rate, SAMPLE_RATE)
    loud = np.flatnonzero(np.abs(sound) > 1e-3)
    return Utterance(sentence, sound[: loud[-1] + 1])


async def spoken_digits(
    espeak: EspeakSynthesiser, chance: np.random.Generator, of_each: int, held_out: bool = False
) -> Spoken:
    """Single digits in `of_each` voices."""
    return {
        (language, word): [
            (await speak(espeak, Sentence(language, word), chance, voice)).sound
            for voice in (
                chance.choice(HELD_OUT[language], of_each) if held_out else [""] * of_each
            )
        ]
        for language, words in DIGITS.items()
        for word in words
    }


def people(data: Path, held_out: bool) -> list[Spoken]:
    """The digits of each speaker of fsdd (8 kHz): `HELD_OUT_SPEAKER`'s, or the others'."""
    speakers: dict[str, dict[tuple[str, str], list[Sound]]] = {}
    for path in sorted((data / "fsdd" / "recordings").glob("*.wav")):
        digit, name, _ = path.stem.split("_")
        if (name == HELD_OUT_SPEAKER) == held_out:
            samples, rate = soundfile.read(path, dtype="float32")
            sound: Sound = soxr.resample(samples, rate, SAMPLE_RATE)
            word = DIGITS["en"][int(digit)]
            speakers.setdefault(name, {}).setdefault(("en", word), []).append(sound)
    return [speakers[name] for name in sorted(speakers)]


def join(
    spoken: Spoken, language: str, chance: np.random.Generator, bend: float = 0.0
) -> Utterance:
    """A string of digits from single ones, equally loud, with small gaps.

    They are played faster or slower by up to `bend`, which makes other voices of few.
    """
    hertz = SAMPLE_RATE * (1 + chance.uniform(-bend, bend))
    sentence = digits(chance, language)
    pieces: list[Sound] = []
    spans = []
    now = 0.0
    for word in sentence.text.split():
        recordings = spoken[language, word]
        piece = recordings[int(chance.integers(len(recordings)))]
        piece = soxr.resample(piece, hertz, SAMPLE_RATE, "MQ") if bend else piece
        piece = piece * np.float32(0.1 / max(float(np.sqrt((piece**2).mean())), 1e-4))
        spans.append((now, now + len(piece) / SAMPLE_RATE))
        gap = np.zeros(int(chance.uniform(*_GAPS) * SAMPLE_RATE), np.float32)
        pieces += [piece, gap]
        now = spans[-1][1] + len(gap) / SAMPLE_RATE
    return Utterance(sentence, np.concatenate(pieces[:-1]), tuple(spans))


async def corpus(chance: np.random.Generator, count: int, data: Path) -> list[Utterance]:
    """`count` utterances to learn from: sentences, joined digits, and people's where there are."""
    espeak = EspeakSynthesiser()
    await espeak.start()
    try:
        sentences = [await speak(espeak, draw(chance), chance) for _ in range(count // 2)]
        single = await spoken_digits(espeak, chance, 40)
    finally:
        await espeak.close()
    speakers = people(data, held_out=False)
    joined = []
    for number in range(count - len(sentences)):
        if speakers and number % 2:
            joined.append(join(speakers[number // 2 % len(speakers)], "en", chance, _BEND))
        else:
            joined.append(join(single, "en" if number % 8 else "fr", chance, _BEND))
    return sentences + joined
