"""Text as e5's pieces of words: SentencePiece's unigram model.

The most likely pieces that the text is made of (Kudo, 2018, https://arxiv.org/abs/1804.10959),
found by Viterbi's algorithm. A letter that is in no piece is "unknown", and less likely than any.
"""

import re

from pipelines.engines.embeddings.e5_file import Vocabulary

_SPACE = "\u2581"  # stands for one
_UNKNOWN = 10.0  # how much less likely than the least likely piece
_SPACES = re.compile(" {2,}")


class Tokeniser:
    """A vocabulary, ready for use."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._ids = {piece: n for n, piece in enumerate(vocabulary.pieces) if piece}
        self._ids.pop(vocabulary.pieces[vocabulary.unknown], None)
        self._longest = max(map(len, self._ids))
        self._scores = vocabulary.scores
        self._unknown = float(vocabulary.scores.min()) - _UNKNOWN

    def ids(self, text: str, most: int) -> list[int]:
        """The pieces' ids between those of beginning and end; `most` of them in all."""
        found = self._pieces(self._normal(text))
        return [self._vocabulary.beginning, *found[: most - 2], self._vocabulary.end]

    def _normal(self, text: str) -> str:
        said = _SPACES.sub(" ", text.translate(self._vocabulary.normal))
        return ("" if said.startswith(" ") else _SPACE) + said.replace(" ", _SPACE)

    def _pieces(self, said: str) -> list[int]:
        ids, scores, longest = self._ids, self._scores, self._longest
        best = [0.0] + [-1e30] * len(said)  # log, of what ends there
        last = [(0, 0)] * (len(said) + 1)  # its last piece: where that begins, its id
        for begin in range(len(said)):
            here = best[begin]
            for end in range(begin + 1, min(begin + longest, len(said)) + 1):
                piece = ids.get(said[begin:end])
                if piece is not None and (score := here + float(scores[piece])) > best[end]:
                    best[end], last[end] = score, (begin, piece)
            if here + self._unknown > best[begin + 1]:
                best[begin + 1] = here + self._unknown
                last[begin + 1] = (begin, self._vocabulary.unknown)
        found: list[int] = []
        at = len(said)
        while at > 0:
            at, piece = last[at]
            found.append(piece)
        return found[::-1]
