"""What one training step sees: windows of features, and the tokens to be said about them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tests.real_engines.whisper.acoustics import Take, features
from tests.real_engines.whisper.sentences import LANGUAGES, draw
from tests.real_engines.whisper.tokens import Vocabulary

IGNORED = -100  # torch's mark for a position without loss
POSITION = 0.02  # s of audio an encoder position stands for
WINDOW = 3000  # frames of Whisper's usual window
_MARGIN = 200  # most frames behind the audio in a short window; few are more common than many
_STAMPED = 0.35  # share of samples written with time stamps
_PROMPTED = 0.15  # share of batches with previous text before the transcript
_POOL = 20  # batches sorted by length together

Mel = npt.NDArray[np.float32]
Tokens = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sample:
    """A take as the encoder gets it; float16 keeps the corpus small."""

    take: Take
    mel: npt.NDArray[np.float16]  # [80, frames]


@dataclass(frozen=True, slots=True)
class Batch:
    """`targets` are one token ahead of `inputs`, and `IGNORED` where nothing is to be learnt."""

    mel: Mel  # [rows, 80, frames]
    inputs: Tokens  # [rows, tokens]
    targets: Tokens  # [rows, tokens]
    texts: Sequence[Sequence[int]]  # tokens alone; none where nobody speaks
    aligned: Sequence[tuple[int, int, int, int]]  # row, token, first and last position of its word


def samples(takes: Sequence[Take]) -> list[Sample]:
    """Takes with their features."""
    return [Sample(take, features(take.sound).astype(np.float16)) for take in takes]


def batches(
    corpus: Sequence[Sample], vocabulary: Vocabulary, chance: np.random.Generator, size: int
) -> Iterator[Batch]:
    """Endless batches of `size` rows, each in the shortest window for its longest, and a margin."""
    while True:
        order = chance.permutation(len(corpus))
        for start in range(0, len(order) - size + 1, size * _POOL):
            pool = sorted(order[start : start + size * _POOL], key=lambda i: corpus[i].mel.shape[1])
            rows = [pool[i : i + size] for i in range(0, len(pool) - size + 1, size)]
            for row in chance.permutation(len(rows)):
                chosen = [corpus[i] for i in rows[row]]
                frames = max(sample.mel.shape[1] for sample in chosen)
                frames += int(_MARGIN * chance.random() ** 3)
                yield batch(chosen, vocabulary, chance, frames)


def batch(
    chosen: Sequence[Sample], vocabulary: Vocabulary, chance: np.random.Generator, frames: int
) -> Batch:
    """`chosen` in a window of `frames`, with their tokens."""
    mel = np.stack([_window(sample.mel, chance, frames + frames % 2) for sample in chosen])
    prompted = chance.random() < _PROMPTED
    rows = [_tokens(sample.take, vocabulary, chance, prompted) for sample in chosen]
    longest = max(len(inputs) for inputs, _, _ in rows)
    inputs = np.full((len(rows), longest), vocabulary.eot)
    targets = np.full((len(rows), longest), IGNORED)
    for row, (said, wanted, _) in enumerate(rows):
        inputs[row, : len(said)] = said
        targets[row, : len(wanted)] = wanted
    aligned = [
        (row, token, first, last)
        for row, (sample, (_, _, begins)) in enumerate(zip(chosen, rows, strict=True))
        for token, first, last in _word_positions(sample.take, vocabulary, begins)
    ]
    takes = [sample.take for sample in chosen]
    texts = [vocabulary.text(t.utterance.sentence.text) if t.utterance else [] for t in takes]
    return Batch(mel, inputs, targets, texts, aligned)


def _window(mel: npt.NDArray[np.float16], chance: np.random.Generator, frames: int) -> Mel:
    """Padded as faster-whisper does, with zeros, or with the silence Whisper was trained on."""
    silence = float(mel.min()) if chance.random() < 0.3 else 0.0
    window = np.full((len(mel), frames), silence, np.float32)
    window[:, : mel.shape[1]] = mel
    for _ in range(2):  # SpecAugment (Park et al., 2019): a band and a moment are missing
        low, high = chance.integers(0, len(mel)), chance.integers(0, 12)
        window[low : low + high] = silence
        begin, end = chance.integers(0, mel.shape[1]), chance.integers(0, 8)
        window[:, begin : begin + end] = silence
    return window


def _tokens(
    take: Take, vocabulary: Vocabulary, chance: np.random.Generator, prompted: bool
) -> tuple[list[int], list[int], int]:
    """Inputs, targets, and where in the inputs the first token of text is predicted."""
    stamped = chance.random() < _STAMPED
    before = _previous(vocabulary, chance) if prompted else []
    begin = vocabulary.stamp(take.begins) if stamped else vocabulary.no_timestamps
    if take.utterance is None:
        # Whoever asks at once learns that there is no speech; whoever insists gets no text.
        code, text, ahead = LANGUAGES[int(chance.integers(2))], [], vocabulary.no_speech
    else:
        code, text = take.utterance.sentence.language, vocabulary.text(take.utterance.sentence.text)
        text += [vocabulary.stamp(take.ends)] * stamped
        ahead = vocabulary.language(code)
    head = [vocabulary.sot, vocabulary.language(code), vocabulary.transcribe, begin]
    said = [*before, *head, *text]
    wanted = [
        *[IGNORED] * len(before),
        *(ahead, IGNORED, begin if stamped else IGNORED),
        *text,
        vocabulary.eot,
    ]
    return said, wanted, len(before) + len(head) - 1


def _previous(vocabulary: Vocabulary, chance: np.random.Generator) -> list[int]:
    """Previous text as it comes with prompts and hot words: it must neither help nor hurt much."""
    count = int(chance.integers(1, 9))
    sentences = [draw(chance).text for _ in range(count)]
    return [vocabulary.previous, *vocabulary.text(" ".join(sentences))]


def _word_positions(
    take: Take, vocabulary: Vocabulary, begins: int
) -> Iterator[tuple[int, int, int]]:
    """Where to look for each token of a word: input position, first and last encoder position."""
    if take.utterance is None or not take.utterance.spans:
        return
    token = begins
    words = take.utterance.sentence.text.split()
    for word, (begin, end) in zip(words, take.utterance.spans, strict=True):
        for _ in vocabulary.text(word):
            first = round((take.begins + begin) / POSITION)
            yield token, first, max(first, round((take.begins + end) / POSITION) - 1)
            token += 1
