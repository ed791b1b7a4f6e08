"""multilingual-e5-small in numpy: Wang et al., 2024 (https://arxiv.org/abs/2402.05672).

A BERT of 12 layers and 21 million weights beside its table of words; a sentence of a dozen words
takes some hundred million multiplications, which BLAS does on one core in hundredths of a second.
Texts of a batch are multiplied together and attend to themselves only.
"""

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipelines.engines.embeddings.e5_file import Weights, unpacked
from pipelines.engines.embeddings.e5_tokens import Tokeniser
from pipelines.engines.embeddings.engine import Floats


@dataclass(frozen=True, slots=True)
class _Linear:
    weight: Floats
    bias: Floats

    def __call__(self, x: Floats) -> Floats:
        y: Floats = x @ self.weight
        y += self.bias
        return y


@dataclass(frozen=True, slots=True)
class _Norm:
    weight: Floats
    bias: Floats
    epsilon: float

    def __call__(self, x: Floats) -> Floats:
        """In place."""
        x -= x.mean(axis=-1, keepdims=True)
        x /= np.sqrt(np.square(x).mean(axis=-1, keepdims=True) + np.float32(self.epsilon))
        x *= self.weight
        x += self.bias
        return x


@dataclass(frozen=True, slots=True)
class _Layer:
    attend: _Linear  # queries, keys and values side by side
    attended: _Linear
    after_attention: _Norm
    widen: _Linear
    narrow: _Linear
    after_widening: _Norm


class Encoder:
    """The model, loaded. Raises ValueError where the file is none of it."""

    def __init__(self, path: Path) -> None:
        weights = Weights(path)
        self.shape = shape = weights.shape
        self._tokens = Tokeniser(weights.vocabulary)
        self._words = weights.blocks("emb.word", shape.vocabulary, shape.width)
        positions = weights.floats("emb.pos", shape.positions, shape.width)
        self._positions = positions + weights.floats("emb.type", shape.width)
        self._norm = _norm(weights, "emb.ln")
        self._layers = [_layer(weights, f"l{n}") for n in range(shape.layers)]
        self.version = f"{zlib.crc32(self._positions.tobytes()):08x}"

    def embed(self, texts: Sequence[str]) -> Floats:
        """A vector of length 1 for each text; its beginning where it is longer than the model."""
        ids = [self._tokens.ids(text, self.shape.positions) for text in texts]
        ends = np.cumsum([len(each) for each in ids]).tolist()
        spans = list(zip([0, *ends], ends, strict=False))
        x = unpacked(self._words[np.concatenate(ids)])
        x += np.concatenate([self._positions[: len(each)] for each in ids])
        self._norm(x)
        for layer in self._layers:
            x += layer.attended(self._attention(layer.attend(x), spans))
            layer.after_attention(x)
            x += layer.narrow(gelu(layer.widen(x)))
            layer.after_widening(x)
        found = np.stack([x[begin:end].mean(axis=0) for begin, end in spans])
        found /= np.maximum(np.linalg.norm(found, axis=-1, keepdims=True), np.float32(1e-6))
        return found

    def _attention(self, made: Floats, spans: Sequence[tuple[int, int]]) -> Floats:
        width, heads = self.shape.width, self.shape.heads
        found = np.empty((len(made), width), np.float32)
        scale = np.float32(1 / math.sqrt(width // heads))
        for begin, end in spans:
            parts = made[begin:end].reshape(end - begin, 3, heads, width // heads)
            query, key, value = parts.transpose(1, 2, 0, 3)
            share = query @ key.transpose(0, 2, 1)
            share *= scale
            share -= share.max(axis=-1, keepdims=True)
            np.exp(share, out=share)
            share /= share.sum(axis=-1, keepdims=True)
            found[begin:end] = (share @ value).transpose(1, 0, 2).reshape(end - begin, width)
        return found


def gelu(x: Floats) -> Floats:
    """x times the normal distribution at x, to 1e-6: Abramowitz and Stegun, 1964, 7.1.26."""
    size = np.abs(x)
    size *= np.float32(math.sqrt(0.5))
    t = np.reciprocal(1 + np.float32(0.3275911) * size)
    rest = np.float32(1.061405429) * t
    for term in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        rest += np.float32(term)
        rest *= t
    np.square(size, out=size)
    np.negative(size, out=size)
    rest *= np.exp(size, out=size)  # 1 - erf(|x| / sqrt 2)
    tail: Floats = np.float32(0.5) * rest
    return x * np.where(x > 0, 1 - tail, tail)


def _linear(weights: Weights, name: str, outputs: int, inputs: int) -> _Linear:
    return _Linear(
        weights.matrix(f"{name}.w", outputs, inputs), weights.floats(f"{name}.b", outputs)
    )


def _norm(weights: Weights, name: str) -> _Norm:
    shape = weights.shape
    return _Norm(
        weights.floats(f"{name}.w", shape.width),
        weights.floats(f"{name}.b", shape.width),
        shape.epsilon,
    )


def _layer(weights: Weights, name: str) -> _Layer:
    width, inner = weights.shape.width, weights.shape.inner
    parts = [_linear(weights, f"{name}.{part}", width, width) for part in "qkv"]
    attend = _Linear(
        np.concatenate([part.weight for part in parts], axis=1),
        np.concatenate([part.bias for part in parts]),
    )
    return _Layer(
        attend,
        _linear(weights, f"{name}.ao", width, width),
        _norm(weights, f"{name}.aln"),
        _linear(weights, f"{name}.fi", inner, width),
        _linear(weights, f"{name}.fo", width, inner),
        _norm(weights, f"{name}.oln"),
    )
