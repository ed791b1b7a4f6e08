"""The language of a text, by the runs of letters in it.

A table holds a weight for some 30,000 runs of letters in each language. A text's score in a
language is the sum of its runs' weights over the square root of how many it has, known or not, so
that a longer text is more certain and one of strange letters is less; a softmax at the table's
temperature makes probabilities of them (multinomial logistic regression, after Lui and Baldwin,
langid.py, 2012, and Joulin et al., Bag of Tricks, 2017). `training/` makes the table.

What it cannot do: a language that it was not taught is taken for the nearest that it was.
"""

import math
import zipfile
from collections.abc import Collection
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipelines.engines.language_id.letters import runs, words
from pipelines.errors import EngineError

TABLE = Path(__file__).with_name("letters.npz")
Table = npt.NDArray[np.int8]


class Identifier:
    """A table at work. Shared by all calls; asking it changes nothing."""

    def __init__(
        self,
        languages: tuple[str, ...],
        known: tuple[str, ...],
        weights: Table,
        scale: float,
        notice: str = "",
    ) -> None:
        """`weights` are (runs, languages); times `scale` they are logits, temperature included."""
        self.languages = languages
        self.notice = notice  # whose texts it was trained on, and under which licences
        self._rows = {run: row for row, run in enumerate(known)}
        self._weights = weights
        self._scale = scale

    def identify(
        self, text: str, among: Collection[str] | None = None
    ) -> tuple[tuple[str, float], ...]:
        """(code, probability) of each language, of those `among` if given, most probable first.

        () where nothing tells: a text without letters, or with none of a script that it knows.
        """
        rows = []
        total = 0
        for run in runs(words(text)):
            total += 1
            row = self._rows.get(run)
            if row is not None:
                rows.append(row)
        chosen = [n for n, code in enumerate(self.languages) if among is None or code in among]
        if not rows or not chosen:
            return ()
        sums = self._weights[rows].sum(axis=0, dtype=np.int32)[chosen]
        logits = sums * (self._scale / math.sqrt(total))
        shares = np.exp(logits - logits.max())
        shares /= shares.sum()
        order = np.argsort(-shares, kind="stable")
        return tuple((self.languages[chosen[n]], float(shares[n])) for n in order)


def load(path: Path = TABLE) -> Identifier:
    """The table in a file.

    Raises:
        EngineError: it is missing or no such table.
    """
    try:
        with np.load(path, allow_pickle=False) as table:
            return Identifier(
                tuple(str(table["languages"]).split()),
                tuple(str(table["runs"]).split("\n")),
                table["weights"],
                float(table["scale"]),
                str(table["notice"]),
            )
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise EngineError(
            f"{path}: no table for language identification ({error}): "
            "install waxtaan again, or make one: waxtaan train-language-id"
        ) from error


def save(path: Path, table: Identifier) -> None:
    """Write a table; what is in the file depends on the table alone."""
    np.savez_compressed(
        path,
        languages=np.array(" ".join(table.languages)),
        runs=np.array("\n".join(table._rows)),
        weights=table._weights,
        scale=np.array(table._scale),
        notice=np.array(table.notice),
    )


@cache
def _shipped() -> Identifier:
    return load()


def identify(text: str, among: Collection[str] | None = None) -> tuple[tuple[str, float], ...]:
    """The language of a text by the table that is shipped; see `Identifier.identify`."""
    return _shipped().identify(text, among)


def languages() -> tuple[str, ...]:
    """The codes that `identify` may answer."""
    return _shipped().languages
