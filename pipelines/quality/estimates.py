"""Figures of many calls with their intervals, and the difference of two versions on the same calls.

Intervals are of 95 %, by the bootstrap over calls (Efron, 1979): turns of one call are not
independent, so whole calls are drawn. Two versions are drawn alike, call by call, which is why a
difference can be certain where both intervals overlap. The draws are the same every time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.quality.figures import Figures
from pipelines.quality.metrics import Metric

_DRAWS = 500
_SEED = 20_261_129
_TAILS = (2.5, 97.5)  # %

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and its interval; `n` is what it counts: turns, calls, seconds or single values."""

    value: float
    low: float
    high: float
    n: float


@dataclass(frozen=True, slots=True)
class Difference:
    """Candidate less baseline, of the same calls. `certain` where the interval is beside 0."""

    value: float
    low: float
    high: float

    @property
    def certain(self) -> bool:
        """Whether it is more than chance may make of it."""
        return self.low > 0 or self.high < 0


class Sample:
    """Calls to be drawn from; all metrics of a report see the same draws."""

    def __init__(self, calls: int) -> None:
        random = np.random.default_rng(_SEED)
        self._draws: Array = np.empty((1, 0))
        if calls:
            draws = random.multinomial(calls, np.full(calls, 1 / calls), _DRAWS)
            self._draws = draws.astype(np.float64)

    def values(self, calls: Sequence[Figures], metric: Metric) -> "Values | None":
        """Of one metric; None where no call tells it."""
        found = Values(calls, metric)
        if not found.n:
            return None
        found.draw(self._draws)
        return found


def difference(baseline: "Values", candidate: "Values") -> Difference:
    """Of the same calls in the same order, drawn alike."""
    low, high = _interval(candidate.drawn - baseline.drawn)
    return Difference(candidate.whole - baseline.whole, low, high)


class Values:
    """One metric of all calls: `n` is what it counts, `whole` its value, `drawn` that of each draw.

    A draw is a row of weights: how often each call is in it.
    """

    def __init__(self, calls: Sequence[Figures], metric: Metric) -> None:
        self._quantile = metric.quantile
        self.whole = float("nan")
        self.drawn: Array = np.empty(0)
        self._calls = len(calls)
        if metric.quantile is None:
            pairs = [call.counts.get(metric.of, (0.0, 0.0)) for call in calls]
            self._of_many = np.array(pairs, dtype=np.float64).reshape(-1, 2)
            self.n = float(self._of_many[:, 1].sum())
            return
        flat = [(v, i) for i, call in enumerate(calls) for v in call.series.get(metric.of, ())]
        flat.sort()
        self._sorted = np.array([v for v, _ in flat], dtype=np.float64)
        self._whose = np.array([i for _, i in flat], dtype=np.int64)
        self.n = float(len(flat))

    def draw(self, draws: Array) -> None:
        """Find both values."""
        self.whole = float(self._of(np.ones((1, self._calls)))[0])
        self.drawn = self._of(draws)

    @property
    def estimate(self) -> Estimate:
        """With its interval."""
        return Estimate(self.whole, *_interval(self.drawn), self.n)

    def _of(self, weights: Array) -> Array:
        """For each row; NaN where nothing of it was drawn."""
        if self._quantile is None:
            sums = weights @ self._of_many
            with np.errstate(divide="ignore", invalid="ignore"):
                found: Array = sums[:, 0] / sums[:, 1]
            return found
        return np.array([self._at(row) for row in weights])

    def _at(self, weights: Array) -> float:
        """The value below which the quantile's share of what was drawn lies."""
        summed = np.cumsum(weights[self._whose])
        if not summed[-1]:
            return float("nan")
        wanted = np.searchsorted(summed, (self._quantile or 0.0) * summed[-1])
        return float(self._sorted[min(int(wanted), len(self._sorted) - 1)])


def _interval(drawn: Array) -> tuple[float, float]:
    drawn = drawn[np.isfinite(drawn)]
    if not len(drawn):
        return float("nan"), float("nan")
    low, high = np.percentile(drawn, _TAILS)
    return float(low), float(high)
