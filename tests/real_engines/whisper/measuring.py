"""How well a converted model hears what it was not trained on."""

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer

from pipelines.engines.asr.word_errors import word_errors
from pipelines.engines.tts.espeak import EspeakSynthesiser
from tests.real_engines.whisper.acoustics import Take, features, take, without_speech
from tests.real_engines.whisper.sentences import draw
from tests.real_engines.whisper.synthesis import (
    HELD_OUT,
    Sound,
    Utterance,
    join,
    people,
    speak,
    spoken_digits,
)

SHORT_MARGIN = 100  # frames behind the audio
Hear = Callable[[Sound, str], str]


@dataclass(frozen=True, slots=True)
class Figure:
    """Something measured, in percent unless the name says otherwise."""

    name: str
    value: float
    of: int  # utterances

    def __str__(self) -> str:
        return f"{self.name}: {self.value:.1f} ({self.of} utterances)"


async def digit_words(folder: Path, data: Path, count: int, seed: int) -> list[Figure]:
    """All that is worth knowing about the model in `folder`, on `count` utterances of each kind."""
    chance = np.random.default_rng(seed)
    model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)
    espeak = EspeakSynthesiser()
    await espeak.start()
    try:
        sentences = [draw(chance) for _ in range(count)]
        voices = [str(chance.choice(HELD_OUT[sentence.language])) for sentence in sentences]
        said = [
            await speak(espeak, sentence, chance, voice)
            for sentence, voice in zip(sentences, voices, strict=True)
        ]
        single = await spoken_digits(espeak, chance, 4, held_out=True)
    finally:
        await espeak.close()
    voices_takes = [take(utterance, chance) for utterance in said]
    joined = [take(join(single, "en", chance), chance) for _ in range(count)]
    human = [
        take(join(speaker, "en", chance), chance)
        for speaker in people(data, held_out=True)
        for _ in range(count)
    ]
    silent = [without_speech(chance) for _ in range(count)]
    short, stock = in_short_window(model), in_stock_window(model)
    return [
        error_rate("word errors, held-out espeak voices, short window", voices_takes, short),
        error_rate("word errors, held-out espeak voices, 30 s window", voices_takes, stock),
        *(
            [error_rate("word errors, held-out person, short window", human, short)]
            if human
            else []
        ),
        *([error_rate("word errors, held-out person, 30 s window", human, stock)] if human else []),
        Figure("language wrong", 100 * _language_errors(model, voices_takes), len(voices_takes)),
        Figure(
            "noise or silence taken for speech, 30 s window",
            100 * float(np.mean([bool(stock(one.sound, "en")) for one in silent])),
            len(silent),
        ),
        Figure(
            "begins of words but the first, median ms from the truth",
            _word_times(model, joined),
            len(joined),
        ),
    ]


def in_stock_window(model: WhisperModel) -> Hear:
    """faster-whisper as it comes."""

    def hear(sound: Sound, language: str) -> str:
        segments, _ = model.transcribe(sound, language=language, beam_size=1, temperature=0.0)
        return " ".join(segment.text.strip() for segment in segments)

    return hear


def in_short_window(model: WhisperModel) -> Hear:
    """The encoder on the audio alone and a margin, without time stamps."""

    def hear(sound: Sound, language: str) -> str:
        tokenizer = Tokenizer(model.hf_tokenizer, True, task="transcribe", language=language)
        mel = features(sound)
        mel = np.pad(mel, ((0, 0), (0, SHORT_MARGIN + mel.shape[1] % 2)))
        prompt = [*tokenizer.sot_sequence, tokenizer.no_timestamps]
        heard = model.model.generate(model.encode(mel), [prompt], beam_size=1, max_length=40)
        return str(tokenizer.decode(heard[0].sequences_ids[0])).strip()

    return hear


def error_rate(name: str, takes: Iterable[Take], hear: Hear) -> Figure:
    """Words wrong per hundred said, over all `takes`."""
    wrong = total = count = 0
    for one in takes:
        sentence = _said(one).sentence
        words = sentence.text.split()
        wrong += word_errors(words, hear(one.sound, sentence.language).split())
        total, count = total + len(words), count + 1
    return Figure(name, 100 * wrong / total, count)


def _language_errors(model: WhisperModel, takes: Sequence[Take]) -> float:
    return float(
        np.mean(
            [model.detect_language(one.sound)[0] != _said(one).sentence.language for one in takes]
        )
    )


def _word_times(model: WhisperModel, takes: Iterable[Take]) -> float:
    """Over utterances that were heard rightly.

    First words are left out: Whisper's alignment has no token for the silence before them, so they
    begin with the audio.
    """
    apart = []
    for one in takes:
        segments, _ = model.transcribe(
            one.sound, language="en", beam_size=1, temperature=0.0, word_timestamps=True
        )
        found = list(itertools.chain.from_iterable(segment.words or () for segment in segments))
        said = _said(one)
        if [word.word.strip() for word in found] == said.sentence.text.split():
            begins = [one.begins + begin for begin, _ in said.spans]
            pairs = list(zip(found, begins, strict=True))
            apart += [abs(word.start - begin) for word, begin in pairs[1:]]
    return 1000 * float(np.median(apart)) if apart else float("nan")


def _said(one: Take) -> Utterance:
    assert one.utterance is not None, "a take without speech has no words to compare"
    return one.utterance
