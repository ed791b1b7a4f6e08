"""A measured figure next to its baseline."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """`values` in `unit`; `baseline` is the median of what `baseline_name` gave."""

    what: str
    values: Sequence[float]
    unit: str
    baseline: float | None = None
    baseline_name: str = ""
    wanted: str = ""
    note: str = ""

    def cells(self) -> list[str]:
        """The table's columns."""
        if not self.values:
            return [self.what, "0", self.note or "not measured", "", "", "", "", "", self.wanted]
        middle = statistics.median(self.values)
        ratio = f"{middle / self.baseline:.2f}" if self.baseline else ""
        base = f"{self._show(self.baseline)} {self.baseline_name}" if self.baseline else ""
        many = len(self.values) > 1
        return [
            self.what + (f" ({self.note})" if self.note else ""),
            str(len(self.values)),
            self._show(middle),
            self._show(percentile(self.values, 95)) if many else "",
            self._show(percentile(self.values, 99)) if many else "",
            self._show(max(self.values)) if many else "",
            base,
            ratio,
            self.wanted,
        ]

    def as_dict(self) -> dict[str, Any]:
        """For JSON, with the percentiles."""
        row = asdict(self)
        if self.values:
            row["median"] = statistics.median(self.values)
            row["p95"] = percentile(self.values, 95)
            row["p99"] = percentile(self.values, 99)
        return row

    def _show(self, value: float | None) -> str:
        return "" if value is None else f"{value:.4g} {self.unit}"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` percent do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share / 100) - 1)]
