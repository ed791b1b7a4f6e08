"""Figures of many calls: their values are exact, their intervals cover, their draws are alike."""

import math

import numpy as np
import pytest

from pipelines.quality.estimates import Sample, difference
from pipelines.quality.figures import Figures
from pipelines.quality.metrics import BY_NAME


def resolved(*values: float) -> list[Figures]:
    return [Figures("resolved", 1.0, counts={"resolved": (v, 1.0)}) for v in values]


def waits(*calls: tuple[float, ...]) -> list[Figures]:
    return [Figures("resolved", 1.0, series={"wait": call}) for call in calls]


def test_a_share_and_its_interval() -> None:
    found = Sample(100).values(resolved(*[1.0] * 80, *[0.0] * 20), BY_NAME["resolved"])
    assert found is not None
    estimate = found.estimate
    assert estimate.value == pytest.approx(0.8)
    assert estimate.n == 100
    # the normal approximation: 0.8 +- 1.96 * 0.04
    assert estimate.low == pytest.approx(0.72, abs=0.02)
    assert estimate.high == pytest.approx(0.88, abs=0.02)


def test_quantiles_are_of_all_values() -> None:
    calls = waits((0.1, 0.2), (), (0.3,), (0.4, 9.0))
    sample = Sample(4)
    told = {q: sample.values(calls, BY_NAME[f"wait_p{q}"]) for q in (50, 99)}
    assert {q: v.whole for q, v in told.items() if v} == {50: 0.3, 99: 9.0}
    assert {q: v.n for q, v in told.items() if v} == {50: 5, 99: 5}


def test_the_interval_covers_as_often_as_it_says() -> None:
    random = np.random.default_rng(3)
    sample = Sample(60)
    covered = 0
    for _ in range(200):
        calls = resolved(*random.binomial(1, 0.6, 60).astype(float))
        values = sample.values(calls, BY_NAME["resolved"])
        assert values is not None
        covered += values.estimate.low <= 0.6 <= values.estimate.high
    assert 180 <= covered <= 198  # 95 % of 200 are 190, give or take three standard deviations


def test_a_difference_of_the_same_calls_is_told_though_both_intervals_overlap() -> None:
    random = np.random.default_rng(5)
    then = waits(*((float(w),) for w in random.lognormal(-0.7, 0.6, 80)))
    now = waits(*((call.series["wait"][0] + 0.05,) for call in then))
    sample, metric = Sample(80), BY_NAME["wait_p50"]
    before, after = sample.values(then, metric), sample.values(now, metric)
    assert before is not None
    assert after is not None
    assert before.estimate.high > after.estimate.low
    moved = difference(before, after)
    assert moved.certain
    assert moved.value == pytest.approx(0.05)


def test_no_difference_is_none() -> None:
    calls = resolved(1, 0, 1, 1, 0)
    one, other = (Sample(5).values(calls, BY_NAME["resolved"]) for _ in range(2))
    assert one is not None
    assert other is not None
    moved = difference(one, other)
    assert (moved.value, moved.low, moved.high, moved.certain) == (0, 0, 0, False)


def test_what_no_call_tells_is_not_there() -> None:
    assert Sample(2).values(resolved(1, 1), BY_NAME["wait_p50"]) is None
    assert Sample(0).values([], BY_NAME["resolved"]) is None


def test_a_call_that_alone_tells_it_may_not_be_drawn() -> None:
    calls = [*resolved(1), *(Figures("no wish", 1.0) for _ in range(3))]
    found = Sample(4).values(calls, BY_NAME["resolved"])
    assert found is not None
    assert np.isnan(found.drawn).any()
    assert not math.isnan(found.estimate.low)
