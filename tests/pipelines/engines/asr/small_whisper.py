"""Whisper models for the tests: real model folders, small ones.

`small` has random weights. `fitted` recognises a few sounds and nothing else: its decoder is fitted
to them in closed form, so it needs no training. It shows that what goes in comes out -
audio, features, windows, prompts, tokens, text - and says nothing of how well Whisper hears.
"""

import atexit
import functools
import itertools
import math
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor

from pipelines.bench.random_whisper import Array, Shape, random_weights, vocabulary, write
from pipelines.engines.asr.whisper.checkpoint import Checkpoint
from pipelines.engines.asr.whisper.decoding import log_mel
from pipelines.engines.asr.whisper.guards import Guards
from pipelines.engines.asr.whisper.queue import Priority
from pipelines.engines.asr.whisper.turn import Listening, Turn, TurnSettings
from pipelines.engines.asr.whisper.windows import FULL, ROUND

WIDTH = 128
HIDDEN = 4 * WIDTH
SPECIAL = (
    "<|startoftranscript|>", "<|notimestamps|>", "<|endoftext|>", "<|nospeech|>", "<|transcribe|>",
)  # fmt: skip
LOUD = 12.0  # of the fitted output, against what the decoder's layer was given


def folder() -> Path:
    """Of its own process, gone when that ends."""
    path = Path(tempfile.mkdtemp(prefix="whisper-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


@functools.cache
def small() -> Checkpoint:
    path = folder() / "small"
    write(path, Shape(width=64, heads=2, layers=2))
    return Checkpoint(path, shortest=0)


class Fitted:
    """The weights: an encoder that averages, and a decoder of one layer to be fitted.

    With attention's queries and keys zero, each token sees the mean of the encoder's positions: one
    vector for each sound. The next token is a function of it and of the token before.
    """

    def __init__(self) -> None:
        self.given: dict[str, Array] = {}
        self._random = random_weights(5)

    def __call__(self, name: str, shape: tuple[int, ...]) -> Array:
        if name in self.given:
            return self.given[name]
        silent = (".self.1.", ".ffn.out.", ".cross.0.", ".positions")
        is_silent = any(part in f"{name}." for part in silent)
        made = np.zeros(shape, np.float32) if is_silent else self._random(name, shape)
        self.given[name] = made
        return made


def fitted(sounds: Mapping[str, bytes]) -> Checkpoint:
    """A model that hears each sentence in its sound (16 kHz PCM), and no speech in that of ""."""
    words = list(dict.fromkeys(word for sentence in sounds for word in sentence.split()))
    tokens = vocabulary(words)
    place = {token: n for n, token in enumerate(tokens)}
    weights = Fitted()
    embeddings = np.zeros((len(tokens), WIDTH), np.float32)
    directions, _ = np.linalg.qr(np.random.default_rng(2).standard_normal((WIDTH, WIDTH)))
    used = [place[f"Ġ{word}"] for word in words] + [place[token] for token in SPECIAL]
    embeddings[used] = directions[: len(used)] * np.sqrt(WIDTH)
    weights.given["embeddings"] = embeddings
    path = folder() / "fitted"

    def save() -> None:
        write(path, Shape(WIDTH, 2, 1), weights, words=words, quantization=None)

    save()
    means = _means(path, {sentence: list(_features(pcm)) for sentence, pcm in sounds.items()})
    _centre(weights, [mean for each in means.values() for mean in each])
    _fit(weights, means, place)
    save()
    return Checkpoint(path, compute="float32", shortest=0)


def _features(pcm: bytes) -> Iterator[Array]:
    """A turn's, as the worker makes them, in every window that it may be heard in."""
    settings = TurnSettings(1.5, 0.3, 30.0, 224, "fitted", Guards())
    turn = Turn(1, Listening("en", 0, "en", own=True, shortest=0), settings)
    turn.hear(pcm)
    decode_input = turn.decode_input(Priority.FINAL)
    samples = np.frombuffer(decode_input.pcm, "<i2").astype(np.float32) / np.float32(32768)
    for longer in (0, ROUND, 2 * ROUND, FULL - decode_input.window):
        yield log_mel(FeatureExtractor(), samples, decode_input.window + longer)


def _means(path: Path, sounds: Mapping[str, Sequence[Array]]) -> dict[str, list[Array]]:
    """What the decoder sees of each sound."""
    model: Any = ctranslate2.models.Whisper(str(path), compute_type="float32", intra_threads=1)
    return {
        sentence: [
            np.array(model.encode(ctranslate2.StorageView.from_array(features[None])))[0].mean(0)
            for features in each
        ]
        for sentence, each in sounds.items()
    }


def _centre(weights: Fitted, means: Sequence[Array]) -> None:
    """Cross attention's values: how a sound differs from the others, as large as a token."""
    middle = np.mean(means, axis=0)
    spread = float(np.std([mean - middle for mean in means]))
    value = np.eye(WIDTH, dtype=np.float32) / spread
    zero = np.zeros((WIDTH, WIDTH), np.float32)
    weights.given["decoder.0.cross.1.weight"] = np.concatenate([zero, value])
    weights.given["decoder.0.cross.1.bias"] = np.concatenate(
        [np.zeros(WIDTH, np.float32), -(value @ middle)]
    ).astype(np.float32)
    weights.given["decoder.0.cross.2.weight"] = np.eye(WIDTH, dtype=np.float32)
    weights.given["decoder.0.cross.2.bias"] = np.zeros(WIDTH, np.float32)


def _fit(weights: Fitted, means: Mapping[str, Sequence[Array]], place: dict[str, int]) -> None:
    """The last linear layer, by ridge regression on every step of every sentence."""
    embeddings = weights.given["embeddings"]
    value, bias = (weights.given[f"decoder.0.cross.1.{x}"] for x in ("weight", "bias"))
    ids = {sentence: [place[f"Ġ{word}"] for word in sentence.split()] for sentence in means}
    words = sorted({word for spoken in ids.values() for word in spoken})
    start, ready, end, nobody, someone = (place[token] for token in SPECIAL)
    seen, wanted = [], []
    for sentence, each in means.items():
        steps = [ready, *ids[sentence], end]
        pairs = [(one, embeddings[other]) for one, other in itertools.pairwise(steps)]
        pairs.append((start, embeddings[someone]))
        if not sentence:  # no speech; any words would do
            pairs = [(start, embeddings[nobody]), (ready, embeddings[words].sum(axis=0))]
        for mean in each:
            heard = value[WIDTH:] @ mean + bias[WIDTH:]
            for before, after in pairs:
                seen.append(embeddings[before] + heard)
                wanted.append(LOUD * after - seen[-1])
    inner = weights.given["decoder.0.ffn.in.weight"]
    hidden = _gelu(_normed(np.array(seen)) @ inner.T)
    gram = hidden.T @ hidden + 1e-3 * np.eye(HIDDEN)
    outer = np.linalg.solve(gram, hidden.T @ np.array(wanted))
    weights.given["decoder.0.ffn.out.weight"] = outer.T.astype(np.float32)


def _normed(rows: Array) -> Array:
    middle = rows - rows.mean(axis=1, keepdims=True)
    normed: Array = middle / np.sqrt(middle.var(axis=1, keepdims=True) + 1e-5)
    return normed


def _gelu(rows: Array) -> Array:
    gelu: Array = rows * (1 + np.vectorize(math.erf)(rows / math.sqrt(2))) / 2
    return gelu
