"""A trained classifier of sentences: by their vectors, by their words and letters, or by both.

Linear models whose scores are added: plain arrays and a dictionary, so that whoever predicts
needs numpy alone. Words and letters weigh by TF-IDF (sublinear, smoothed, each kind of length 1),
as scikit-learn counts it, which trained them (`training.py`).
"""

import io
import json
import math
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pipelines.engines.embeddings.engine import Floats
from pipelines.intents.features import letters, words


@dataclass(frozen=True, slots=True)
class Model:
    """`meant` is (width of a vector, labels), `written` (pieces, labels) in half precision.

    `pieces` are a piece's row in `written` and `rarity`. A model that needs no vectors has `meant`
    of width 0, one that reads no letters has no pieces.
    """

    labels: tuple[str, ...]
    meant: Floats
    bias: Floats
    pieces: Mapping[str, int]
    rarity: Floats
    written: NDArray[np.float16]

    def probabilities(self, texts: Sequence[str], vectors: Floats | None = None) -> Floats:
        """(texts, labels), each row 1 in all; `vectors` are the texts' own, if the model wants any.

        Raises ValueError where it wants others.
        """
        if vectors is None:
            vectors = np.zeros((len(texts), 0), np.float32)
        scores = vectors @ self.meant + self.bias
        if len(self.written):
            scores += np.stack([self._written(text) for text in texts])
        return softmax(scores)

    def _written(self, text: str) -> Floats:
        score = np.zeros(len(self.labels), np.float32)
        for cut in (words(text), letters(text)):
            known = [(self.pieces[p], n) for p, n in Counter(cut).items() if p in self.pieces]
            if known:
                rows = [row for row, _ in known]
                weights = self.rarity[rows] * [1 + math.log(n) for _, n in known]
                weights /= np.linalg.norm(weights)
                score += weights.astype(np.float32) @ self.written[rows].astype(np.float32)
        return score

    def to_bytes(self) -> bytes:
        """As an .npz without pickle."""
        file = io.BytesIO()
        names = np.frombuffer(json.dumps([self.labels, [*self.pieces]]).encode(), np.uint8)
        np.savez(
            file,
            names=names,
            meant=self.meant,
            bias=self.bias,
            rarity=self.rarity,
            written=self.written,
        )
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises ValueError where it is no such model, or cut short."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as found:
                labels, pieces = json.loads(found["names"].tobytes())
                meant, bias = found["meant"], found["bias"]
                rarity, written = found["rarity"], found["written"]
        except (OSError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise ValueError(f"no model of intents, or cut short: {error}") from error
        rows = {piece: row for row, piece in enumerate(pieces)}
        return cls(tuple(labels), meant, bias, rows, rarity, written)


def softmax(scores: Floats) -> Floats:
    """Scores as probabilities, row by row."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    found: Floats = powers / powers.sum(axis=1, keepdims=True)
    return found
