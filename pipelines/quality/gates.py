"""What a version has to keep to be released: `gates.toml`, and whether it does.

[metrics.resolved]
min = 0.8           # of the candidate
max_drop = 0.02     # against the baseline, on the same calls
[metrics.wait_p95]
max = 1.0           # s
max_rise = 0.1
[changes]
escalation = 0      # calls in which another rule calls a person; "any" counts every kind
[calls]
left_out = 0
apart = 10          # calls whose replay left the recording
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.errors import ConfigurationError
from pipelines.quality.changes import Kind
from pipelines.quality.compare import Report, Row, calls_with
from pipelines.quality.metrics import BY_NAME

_KINDS = (*get_args(Kind), "any")


class MetricGate(BaseModel):
    """Limits of one metric, in its unit; a drop and a rise are against the baseline."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min: float | None = None
    max: float | None = None
    max_drop: float | None = Field(default=None, ge=0)
    max_rise: float | None = Field(default=None, ge=0)


class CallsGate(BaseModel):
    """How many calls may be so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    left_out: int | None = Field(default=None, ge=0)
    apart: int | None = Field(default=None, ge=0)
    fewest: int | None = Field(default=None, ge=0)  # averaged, to say anything at all


class Gates(BaseModel):
    """A file of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    metrics: dict[str, MetricGate] = {}
    changes: dict[str, int] = {}
    calls: CallsGate = CallsGate()


@dataclass(frozen=True, slots=True)
class Result:
    """One limit: whether it is kept, and what was found. `told` begins with what was measured."""

    name: str
    passed: bool
    told: str


def read_gates(path: Path) -> Gates:
    """From a TOML file.

    Raises:
        ConfigurationError: naming the file, the key, and what may stand there.
    """
    try:
        gates = Gates.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from error
    except ValidationError as error:
        found = error.errors()[0]
        where = ".".join(map(str, found["loc"]))
        raise ConfigurationError(f"{path}: {where}: {found['msg']}") from error
    for kind, there, known in (
        ("metrics", gates.metrics, tuple(BY_NAME)),
        ("changes", gates.changes, _KINDS),
    ):
        for name in there:
            if name not in known:
                told = f"{path}: {kind}.{name}: there is none; there are {', '.join(known)}"
                raise ConfigurationError(told)
    return gates


def judge(gates: Gates, report: Report) -> list[Result]:
    """Every limit in the file's order. What cannot be measured is not kept: it is named."""
    rows = {row.metric.name: row for row in report.rows}
    found = []
    for name, gate in gates.metrics.items():
        found += _metric(name, gate, rows.get(name))
    for kind, most in gates.changes.items():
        count = calls_with(report.groups, kind)
        found.append(Result(f"changes.{kind}", count <= most, f"{count} calls, at most {most}"))
    limits: Mapping[str, tuple[int | None, int]] = {
        "left_out": (gates.calls.left_out, len(report.left_out)),
        "apart": (gates.calls.apart, len(report.apart)),
    }
    for name, (limit, count) in limits.items():
        if limit is not None:
            found.append(Result(f"calls.{name}", count <= limit, f"{count}, at most {limit}"))
    if (fewest := gates.calls.fewest) is not None:
        count = len(report.averaged)
        found.append(Result("calls.fewest", count >= fewest, f"{count}, at least {fewest}"))
    return found


def _metric(name: str, gate: MetricGate, row: Row | None) -> list[Result]:
    limits = gate.model_dump(exclude_none=True)
    value = row.candidate if row else None
    change = row.difference if row else None
    found = []
    for limit, bound in limits.items():
        label = f"metrics.{name}.{limit}"
        if limit in ("min", "max"):
            if value is None:
                found.append(Result(label, False, "not measured in these calls"))
                continue
            kept = value.value >= bound if limit == "min" else value.value <= bound
            sign = "at least" if limit == "min" else "at most"
            told = f"{value.value:.4g} ({value.low:.4g} to {value.high:.4g}), {sign} {bound:g}"
            found.append(Result(label, kept, told))
        elif change is None:
            found.append(Result(label, False, "no baseline that tells it"))
        else:
            moved = change.value if limit == "max_rise" else -change.value
            told = f"{change.value:+.4g} ({change.low:+.4g} to {change.high:+.4g}), "
            found.append(Result(label, moved <= bound, f"{told}{limit} {bound:g}"))
    return found
