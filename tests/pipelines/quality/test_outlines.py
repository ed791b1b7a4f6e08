"""How finely waveforms are kept: each sound drawn at its time, and no report too big."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipelines.quality.data import unpacked
from pipelines.quality.outlines import (
    A_SECOND,
    BUDGET,
    FEWEST,
    MOST,
    coarser,
    kept_share,
    outlines,
    written,
)
from pipelines.quality.sound import Channels, outline
from tests.pipelines.quality.reports import alone, golden


def channels(seconds: float) -> Channels:
    levels = np.full(round(seconds * 100), -120.0)
    return Channels(levels, levels, (), ())


@pytest.mark.parametrize(
    ("seconds", "points"),
    [(0.0, FEWEST), (2.0, 200), (20.0, FEWEST), (600.0, 600 * A_SECOND), (7200.0, MOST)],
)
def test_long_calls_have_more_points(seconds: float, points: int) -> None:
    assert [len(each) for each in outlines(channels(seconds))] == [points, points]


@pytest.mark.parametrize("points", [600, 999, 1000])
def test_a_sound_is_drawn_at_its_time(points: int) -> None:
    levels = np.full(1000, -120.0)
    levels[500] = -6.0
    drawn = np.frombuffer(outline(levels, points), np.uint8)
    (place,) = np.flatnonzero(drawn)
    assert place == pytest.approx(points / 2, abs=1)
    kept = np.frombuffer(coarser(bytes(drawn), 0.5), np.uint8)
    assert kept.max() == drawn.max()
    assert np.flatnonzero(kept)[0] / len(kept) == pytest.approx(0.5, abs=0.002)


def test_a_letter_stands_for_a_point() -> None:
    assert written(bytes([0, 3, 4, 127, 128, 255])) == "AABfg/"


def test_points_beyond_the_fewest_are_shared_out() -> None:
    assert kept_share([FEWEST, 200, MOST]) == 1.0
    lengths = [FEWEST, *[MOST] * 1000]
    share = kept_share(lengths)
    left = sum(len(coarser(bytes(length), share)) - FEWEST for length in lengths)
    assert 0.99 * BUDGET < left <= BUDGET
    assert len(coarser(bytes(FEWEST), share)) == FEWEST


def test_a_report_keeps_what_it_has_room_for(tmp_path: Path) -> None:
    long = [replace(call, outlines=(bytes(MOST), bytes(MOST))) for call in golden(tmp_path)]
    many = [
        replace(call, recorded=replace(call.recorded, id=f"{call.recorded.id}-{i}"))
        for i in range(10)
        for call in long
    ]
    for calls, lengths in ((long, {MOST}), (many, range(FEWEST, 20_000))):
        pieces = alone(tmp_path, calls)["pieces"]
        sides = [call["candidate"] for piece in pieces for call in unpacked(piece)]
        assert all(len(each) in lengths for side in sides for each in side["outlines"])
