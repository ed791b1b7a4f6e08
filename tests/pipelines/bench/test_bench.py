"""The benchmarks' arithmetic, and that they say so when they cannot measure."""

from pathlib import Path

import pytest

from pipelines.bench import bench, intents, recognition
from pipelines.bench.row import Row, percentile
from pipelines.settings import Settings


@pytest.mark.parametrize(
    ("share", "value"), [(50, 50.0), (95, 95.0), (99, 99.0), (100, 100.0), (1, 1.0)]
)
def test_percentiles_are_values_that_were_measured(share: float, value: float) -> None:
    assert percentile([float(n) for n in range(100, 0, -1)], share) == value


def test_a_single_value_is_its_own_percentile() -> None:
    assert percentile([3.0], 95) == 3.0


def test_a_row_tells_the_ratio_to_its_baseline() -> None:
    row = Row("x", [1.0, 2.0, 3.0], "s", baseline=4.0, baseline_name="stock")
    assert "0.50" in row.cells()
    assert "4 s stock" in row.cells()
    assert row.as_dict()["median"] == 2.0


def test_what_could_not_be_measured_is_said_and_is_no_number() -> None:
    row = Row("x", [], "s", note="no recordings")
    assert row.cells()[1:3] == ["0", "no recordings"]
    assert "median" not in row.as_dict()


def test_without_recordings_the_benchmarks_of_recognition_say_so(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "nothing")
    for benchmark in (recognition.run, intents.run):
        (row,) = benchmark(settings)
        assert row.values == []
        assert "WAXTAAN_DATA" in row.note


def test_an_unknown_benchmark_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Exception, match="2"):
        bench("nonsense", json=False)
    assert "no benchmark 'nonsense'" in capsys.readouterr().err


def test_replaying_golden_calls_is_measured(tmp_path: Path) -> None:
    from pipelines.bench import replay

    row, recorded, strangers = replay.run(Settings(calls=tmp_path))
    assert row.note.endswith("different logs")
    assert row.values[0] > 0
    assert len(recorded.values) >= 40
    assert len(strangers.values) == 600
