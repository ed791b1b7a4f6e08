"""The benchmark of clusters: its arithmetic, its halves, and that it says what is missing."""

from pathlib import Path

import numpy as np
import pytest

from pipelines.bench import no_match
from pipelines.bench.labelled import Labelled, LabelledSet
from pipelines.settings import Settings

SAID = [
    *((f"wish {n}", "wish") for n in range(4)),
    *((f"other {n}", "other") for n in range(3)),
    ("once a", "once a"),
    ("once b", "once b"),
]


def vectors(*directions: int) -> dict[str, np.ndarray]:
    return {t: np.eye(9, dtype=np.float32)[d] for (t, _), d in zip(SAID, directions, strict=True)}


def test_clusters_that_are_right() -> None:
    found = no_match.figures(SAID, vectors(0, 0, 0, 0, 1, 1, 1, 2, 3))
    assert found["pure"] == found["of wishes"] == 100
    assert found["of what is said once"] == found["of what is said once, among wishes"] == 0
    assert found["found"] == 2
    assert found["NMI"] == found["ARI"] == pytest.approx(1)


def test_clusters_that_are_not() -> None:
    found = no_match.figures(SAID, vectors(0, 0, 0, 4, 1, 1, 5, 1, 1))
    assert found["pure"] == pytest.approx(100 * 5 / 7)  # of 3 and of 4, of which 2 are alike
    assert found["of wishes"] == pytest.approx(100 * 5 / 7)
    assert found["of what is said once"] == 100
    assert found["found"] == 1
    nothing = no_match.figures(SAID, vectors(*range(9)))
    assert nothing["pure"] == nothing["of wishes"] == nothing["found"] == 0


def test_only_one_half_is_measured() -> None:
    def half(sign: str) -> Labelled:
        rows = [(f"{sign} {intent} {n}", f"i{intent}") for intent in range(8) for n in range(20)]
        rows += [("my balance", "balance"), *((f"{sign} {n}", "oos") for n in range(9))]
        return Labelled([text for text, _ in rows], [label for _, label in rows])

    drawn = no_match.drawn([LabelledSet("a", half("+"), half("-"), "oos")])["a"]
    assert len(drawn) == 5
    labels = {label for said in drawn for text, label in said if text != label}
    assert len(labels) == 4
    assert all(len(said) == 4 * 15 + 9 for said in drawn)
    assert drawn == no_match.drawn([LabelledSet("a", half("+"), half("-"), "oos")])["a"]


def test_it_says_what_is_missing(tmp_path: Path) -> None:
    rows = list(no_match.run(Settings(data=tmp_path)))
    assert [row.values for row in rows] == [[]]
    assert "WAXTAAN_DATA" in rows[0].note
