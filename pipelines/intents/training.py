"""Training of the classifier, by scikit-learn: imported by a process that ends afterwards.

Logistic regression tells by a sentence's vector, a linear support vector machine by its words and
letters. How much each counts, and so how sure they are together, or one alone, is what makes the
probabilities of sentences that were left out, a fifth at a time, the likeliest (Guo et al., 2017,
with a number for each).
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from agent.events import NO_INTENT
from pipelines.engines.embeddings.engine import Floats
from pipelines.intents.features import letters, words
from pipelines.intents.model import Model, softmax

Ints: TypeAlias = NDArray[np.int64]

_FOLDS = 5
_FEWEST = 2  # labels that can be told apart
_STRONG_MEANT = 10.0  # scikit-learn's C; both by cross-validation on packs' samples and Banking77
_STRONG_WRITTEN = 0.5
_NO_INTENT_COUNTS = 0.5  # of a label's weight: to refuse a wish costs more than to ask back
# Callers' words are further from the samples than samples that were left out; where nothing but
# words tells, so much of what a sentence scores counts. Chosen on the tuning half of strangers'.
_LETTERS_ALONE = 0.9
_STEPS = 300  # at most, and of so many samples; of more, fewer: each takes longer, and tells more
_SAMPLES = 15_000
_FEWEST_STEPS = (
    50  # of 67,000 samples in 32 languages: 90 % of the tuning half of strangers' rightly
)
_SHARES = (-3.0, 3.0)  # logarithms of how much a part may count
_NEVER = -30.0  # score of a label that a fold has no samples of


@dataclass(frozen=True, slots=True)
class Trained:
    """`left_out` are each sample's probabilities by models that had not seen it: (n, labels)."""

    model: Model
    left_out: Floats


@dataclass(frozen=True, slots=True)
class _Linear:
    """`weights` are (inputs, labels)."""

    weights: Floats
    bias: Floats

    def scores(self, inputs: Any) -> Floats:
        found: Floats = np.asarray(inputs @ self.weights + self.bias, np.float32)
        return found


def train(texts: Sequence[str], vectors: Floats, labels: Sequence[str], written: bool) -> Trained:
    """The model of these samples; the same samples give the same.

    By vectors alone: not `written`. By words and letters alone: `vectors` of width 0. A label with
    many samples counts as the root of their number, NO_INTENT as half of that.
    """
    names, wanted = np.unique(np.array(labels), return_inverse=True)
    many, meant = len(names), vectors.shape[1] > 0
    weights = _weights(wanted, names)
    folds = _folds(wanted)
    parts = np.zeros((meant + written, len(texts), many), np.float32)
    for fold in range(_FOLDS):
        out = folds == fold
        if not out.any() or len(np.unique(wanted[~out])) < _FEWEST:
            continue
        if meant:
            parts[0, out] = _by_vectors(vectors[~out], wanted[~out], many, weights[~out]).scores(
                vectors[out]
            )
        if written:
            left = _Cut([text for text, gone in zip(texts, out, strict=True) if not gone])
            line = _machine(left.counted, wanted[~out], many, weights[~out])
            asked = left.count([text for text, gone in zip(texts, out, strict=True) if gone])
            parts[-1, out] = line.scores(asked)
    shares = _shares(parts, wanted) * np.float32(1.0 if meant else _LETTERS_ALONE)
    mixed = softmax(np.tensordot(shares, parts, 1).astype(np.float32))
    none = _Linear(np.zeros((0, many), np.float32), np.zeros(many, np.float32))
    by_vectors = _by_vectors(vectors, wanted, many, weights) if meant else none
    cut = _Cut(texts) if written else None
    line = _machine(cut.counted, wanted, many, weights) if cut else none
    model = Model(
        tuple(map(str, names)),
        (shares[0] * by_vectors.weights).astype(np.float32),
        (shares[0] * by_vectors.bias + shares[-1] * line.bias).astype(np.float32),
        cut.pieces if cut else {},
        cut.rarity if cut else np.zeros(0, np.float32),
        (shares[-1] * line.weights).astype(np.float16),
    )
    return Trained(model, mixed)


class _Cut:
    """Texts as TF-IDF of their pieces, and others alike."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._kinds = [TfidfVectorizer(analyzer=cut, sublinear_tf=True) for cut in (words, letters)]
        self.counted = sparse.hstack([kind.fit_transform(texts) for kind in self._kinds]).tocsr()
        self.rarity: Floats = np.concatenate([kind.idf_ for kind in self._kinds]).astype(np.float32)
        pieces = [piece for kind in self._kinds for piece in kind.get_feature_names_out()]
        self.pieces = {str(piece): row for row, piece in enumerate(pieces)}

    def count(self, texts: Sequence[str]) -> Any:
        """A sparse matrix, (texts, pieces)."""
        return sparse.hstack([kind.transform(texts) for kind in self._kinds]).tocsr()


def _by_vectors(vectors: Floats, wanted: Ints, many: int, weights: Floats) -> _Linear:
    """Vectors are centred and brought to length 1 for it, which the weights then hold."""
    mean = vectors.mean(axis=0)
    scale = 1 / max(1e-6, float((vectors - mean).std()) * np.sqrt(vectors.shape[1]))
    steps = max(_FEWEST_STEPS, min(_STEPS, _STEPS * _SAMPLES // len(vectors)))
    made = LogisticRegression(C=_STRONG_MEANT, max_iter=steps)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it is near enough
        made.fit((vectors - mean) * np.float32(scale), wanted, weights)
    line = _line(made, many)
    scaled = line.weights * np.float32(scale)
    return _Linear(scaled, line.bias - mean @ scaled)


def _machine(counted: Any, wanted: Ints, many: int, weights: Floats) -> _Linear:
    made = LinearSVC(C=_STRONG_WRITTEN, random_state=0)
    return _line(made.fit(counted, wanted, weights), many)


def _line(made: Any, many: int) -> _Linear:
    """With all labels, though the samples may lack some; of two labels scikit-learn has one row."""
    rows, bias = made.coef_, made.intercept_
    if len(made.classes_) == _FEWEST:
        rows, bias = np.concatenate([-rows, rows]) / 2, np.concatenate([-bias, bias]) / 2
    weights = np.zeros((rows.shape[1], many), np.float32)
    line = _Linear(weights, np.full(many, _NEVER, np.float32))
    line.weights[:, made.classes_], line.bias[made.classes_] = rows.T, bias
    return line


def _weights(wanted: Ints, names: "NDArray[np.str_]") -> Floats:
    each = np.where(names == NO_INTENT, _NO_INTENT_COUNTS, 1.0) / np.sqrt(np.bincount(wanted))
    weights = each[wanted]
    return np.asarray(weights / weights.mean(), np.float32)


def _folds(wanted: Ints) -> Ints:
    """The fold of each sample: those of a label go round."""
    folds = np.zeros(len(wanted), np.int64)
    for label in np.unique(wanted):
        own = np.flatnonzero(wanted == label)
        folds[own] = np.arange(len(own)) % _FOLDS
    return folds


def _shares(parts: Floats, wanted: Ints) -> Floats:
    """What each part's scores are multiplied with before they are added; 1 where nothing tells."""
    known = np.ptp(parts[0], axis=1) > 0
    known &= parts[0][np.arange(len(wanted)), wanted] > _NEVER / 2
    inner, right = parts[:, known].astype(np.float64), wanted[known]
    if not len(right):
        return np.ones(len(parts), np.float32)

    def loss(logs: Any) -> float:
        shares = softmax(np.tensordot(np.exp(logs), inner, 1))
        return float(-np.log(shares[np.arange(len(right)), right] + 1e-9).mean())

    found = minimize(loss, np.zeros(len(parts)), bounds=[_SHARES] * len(parts))
    return np.asarray(np.exp(found.x), np.float32)
