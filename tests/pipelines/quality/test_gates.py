"""Limits that a version keeps or does not, and files of them that hold mistakes."""

from pathlib import Path

import pytest

from pipelines.errors import ConfigurationError
from pipelines.quality.compare import Report, Row
from pipelines.quality.estimates import Difference, Estimate
from pipelines.quality.gates import CallsGate, Gates, MetricGate, judge, read_gates
from pipelines.quality.history import add_to_history, read_history
from pipelines.quality.metrics import BY_NAME

ROW = Row(
    BY_NAME["resolved"],
    Estimate(0.8, 0.75, 0.85, 100),
    Estimate(0.83, 0.78, 0.88, 100),
    Difference(-0.03, -0.05, -0.01),
)


@pytest.mark.parametrize(
    ("gate", "passed"),
    [
        (MetricGate(min=0.8), True),
        (MetricGate(min=0.81), False),
        (MetricGate(max=0.8), True),
        (MetricGate(max=0.79), False),
        (MetricGate(max_drop=0.03), True),
        (MetricGate(max_drop=0.02), False),
        (MetricGate(max_rise=0.0), True),
        (MetricGate(), None),
    ],
)
def test_limits_of_a_metric(gate: MetricGate, passed: bool | None) -> None:
    report = Report(rows=(ROW,), averaged=("a",))
    results = judge(Gates(metrics={"resolved": gate}), report)
    assert [result.passed for result in results] == ([] if passed is None else [passed])


def test_what_is_not_measured_is_not_kept() -> None:
    report = Report(rows=(), averaged=())
    gates = Gates(metrics={"wait_p95": MetricGate(max=1.0, max_rise=0.1)})
    assert [(r.passed, r.told) for r in judge(gates, report)] == [
        (False, "not measured in these calls"),
        (False, "no baseline that tells it"),
    ]


def test_numbers_of_calls() -> None:
    report = Report(rows=(), averaged=("a", "b"), apart={"c": "why"}, left_out={"d": "why"})
    gates = Gates(calls=CallsGate(left_out=0, apart=1, fewest=3))
    assert {r.name: r.passed for r in judge(gates, report)} == {
        "calls.left_out": False,
        "calls.apart": True,
        "calls.fewest": False,
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[metrics.resolve]\nmin = 1\n", "metrics.resolve: there is none; there are resolved"),
        ("[metrics.resolved]\nminimum = 1\n", "metrics.resolved.minimum: Extra inputs"),
        ("[metrics.resolved]\nmin = 'much'\n", "metrics.resolved.min: Input should be"),
        ("[metrics.resolved]\nmax_drop = -1\n", "metrics.resolved.max_drop: Input should be"),
        ("[changes]\nescalations = 0\n", "changes.escalations: there is none"),
        ("[calls]\nleft_out = 1.5\n", "calls.left_out"),
        ("metrics = \n", "gates.toml: Invalid value"),
    ],
)
def test_mistakes_are_named(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "gates.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"gates\.toml") as raised:
        read_gates(path)
    assert told in str(raised.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"gone\.toml"):
        read_gates(tmp_path / "gone.toml")


def test_reports_are_added_to_a_history(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    assert read_history(path) == []
    for day in (1, 2):
        add_to_history(path, f"2026-11-0{day}", "0.1.0", "now", (ROW,))
    found = read_history(path)
    assert [past.made for past in found] == ["2026-11-01", "2026-11-02"]
    assert found[0].figures == {"resolved": (0.8, 0.75, 0.85, 100)}
    path.write_text("nonsense\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="line 1"):
        read_history(path)
