"""Multinomial logistic regression over sentence vectors, calibrated.

Few thousand samples of a few hundred numbers: all of them in each step of Adam (Kingma and Ba,
2015). The temperature (Guo et al., 2017) that makes probabilities mean what they say is chosen on
samples that were left out, a fifth at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.engines.embeddings.engine import Floats

_STEPS = 300
_RATE = 0.1
_FIRST, _SECOND = 0.9, 0.99  # Adam's memories
_SHRINK = 1e-4  # of the weights' squares
_FOLDS = 5
_TEMPERATURES = np.geomspace(0.25, 4.0, 33)


@dataclass(frozen=True, slots=True)
class Logistic:
    """A trained model. `weights` are (labels, width), for vectors less `mean`, times `scale`."""

    labels: tuple[str, ...]
    weights: Floats
    bias: Floats
    mean: Floats
    scale: float

    def probabilities(self, vectors: Floats) -> Floats:
        """(vectors, labels), each row 1 in all."""
        return _softmax(self._scores(vectors))

    def _scores(self, vectors: Floats) -> Floats:
        x = ((vectors - self.mean) * self.scale).astype(np.float32)
        scores: Floats = x @ self.weights.T + self.bias
        return scores

    def cooled(self, temperature: float) -> "Logistic":
        """The same, less sure of itself where `temperature` is above 1."""
        return Logistic(
            self.labels,
            (self.weights / temperature).astype(np.float32),
            (self.bias / temperature).astype(np.float32),
            self.mean,
            self.scale,
        )


def train(vectors: Floats, labels: Sequence[str]) -> Logistic:
    """The model of these samples; the same samples give the same model."""
    names = tuple(sorted(set(labels)))
    wanted = np.array([names.index(label) for label in labels])
    mean = vectors.mean(axis=0)
    scale = float(1 / max(1e-6, (vectors - mean).std() * np.sqrt(vectors.shape[1])))
    left_out = np.arange(len(labels)) % _FOLDS
    scores = np.zeros((len(labels), len(names)), np.float32)
    for fold in range(_FOLDS):
        out = left_out == fold
        if 0 < out.sum() < len(labels):
            part = _fit(vectors[~out], wanted[~out], names, mean, scale)
            scores[out] = part._scores(vectors[out])
    rows = np.arange(len(labels))
    losses = [-np.log(_softmax(scores / t)[rows, wanted] + 1e-9).mean() for t in _TEMPERATURES]
    best = float(_TEMPERATURES[int(np.argmin(losses))])
    return _fit(vectors, wanted, names, mean, scale).cooled(best)


def _fit(
    vectors: Floats, wanted: "np.ndarray[tuple[int], np.dtype[np.int64]]", names: tuple[str, ...],
    mean: Floats, scale: float,
) -> Logistic:  # fmt: skip
    """A label with many samples counts as the root of their number."""
    x = ((vectors - mean) * scale).astype(np.float32)
    truth = np.eye(len(names), dtype=np.float32)[wanted]
    share = 1 / np.sqrt(np.maximum(1, np.bincount(wanted, minlength=len(names))))[wanted]
    share = (share / share.sum()).astype(np.float32)[:, None]
    parameters = np.zeros((len(names), x.shape[1] + 1), np.float32)  # the last is the bias
    first, second = np.zeros_like(parameters), np.zeros_like(parameters)
    gradient = np.empty_like(parameters)
    for step in range(1, _STEPS + 1):
        wrong = (_softmax(x @ parameters[:, :-1].T + parameters[:, -1]) - truth) * share
        gradient[:, :-1] = wrong.T @ x + _SHRINK * parameters[:, :-1]
        gradient[:, -1] = wrong.sum(axis=0)
        first = _FIRST * first + (1 - _FIRST) * gradient
        second = _SECOND * second + (1 - _SECOND) * np.square(gradient)
        move = first / (1 - _FIRST**step)
        parameters -= _RATE * move / (np.sqrt(second / (1 - _SECOND**step)) + 1e-8)
    return Logistic(names, parameters[:, :-1].copy(), parameters[:, -1].copy(), mean, scale)


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    found: Floats = powers / powers.sum(axis=1, keepdims=True)
    return found
