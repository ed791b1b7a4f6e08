"""What calls take, what recorded them, and how calls are told apart by it."""

from pathlib import Path

import pytest

from pipelines.quality.calls import Call, read_calls
from pipelines.quality.compare import SLICES, report
from pipelines.quality.data import About, as_data
from pipelines.quality.energy import energy
from pipelines.quality.turns import Turn
from pipelines.store.recorded import LOG, find_recorded
from pipelines.store.recorder_note import (
    RECORDER,
    RecorderNote,
    read_recorder_note,
    recorder_note,
)
from pipelines.store.replay_note import REPLAY, ReplayNote
from tests.pipelines.quality.planted import AS_IT_IS, CALLS
from tests.pipelines.quality.test_sound import channel


def recording(folder: Path, name: str = "en-bill", note: bytes = b"") -> Path:
    folder.mkdir()
    (folder / LOG).write_bytes((CALLS / f"{name}.jsonl").read_bytes())
    if note:
        (folder / RECORDER).write_bytes(note)
    return folder


def read(folder: Path) -> list[Call]:
    return read_calls(find_recorded([folder]), AS_IT_IS, processes=1)


def test_energy_is_the_processors_and_the_language_models() -> None:
    turns = [Turn("start", 0.0), Turn("words", 1.0, joules=36.0), Turn("words", 2.0, joules=0.0)]
    told = RecorderNote(cpu_seconds=7.2, cpu_watts=10.0)
    assert energy(turns, True, told) == {"cpu_seconds": (7.2, 1.0), "watt_hours": (0.03, 1.0)}
    assert energy(turns, False, told)["watt_hours"] == (0.03, 0.0)
    assert energy(turns, True, RecorderNote(cpu_seconds=7.2)) == {"cpu_seconds": (7.2, 1.0)}
    assert energy(turns, True, RecorderNote(version="0.1.0")) == {}


def test_a_note_that_cannot_be_read_leaves_the_call_whole(tmp_path: Path) -> None:
    folder = recording(tmp_path / "one", note=b'{"cpu_sec')
    (call,) = read(folder)
    assert call.turns
    assert "cpu_seconds" not in call.figures.counts
    for content in (b"\xff", b"[]", b'{"cpu_seconds": -1}'):
        (folder / RECORDER).write_bytes(content)
        assert read_recorder_note(folder / RECORDER) == RecorderNote()
    assert read_recorder_note(folder / "none") == RecorderNote()


def test_energy_per_resolved_call(tmp_path: Path) -> None:
    recording(tmp_path / "bill", "en-bill", recorder_note("", 3.0, 12.0))  # resolved
    recording(tmp_path / "sim", "en-sim", recorder_note("", 5.0, 12.0))  # resolved
    recording(tmp_path / "tour", "en-tour", recorder_note("", 4.0, 12.0))  # handed over
    recording(tmp_path / "fault", "en-fault")  # recorded by a version that did not tell
    calls = read(tmp_path)
    outcomes = {call.recorded.id: call.figures.outcome for call in calls}
    assert {k: outcomes[k] == "resolved" for k in ("bill", "sim", "tour")} == {
        "bill": True,
        "sim": True,
        "tour": False,
    }
    rows = {row.metric.name: row.candidate for row in report(calls).rows}
    cpu, energy_ = rows["cpu_seconds"], rows["watt_hours"]
    assert cpu is not None
    assert energy_ is not None
    assert (cpu.value, cpu.n) == (4.0, 3.0)
    assert energy_.value == pytest.approx((3.0 + 5.0 + 4.0) * 12 / 3600 / 2)


def test_slices_by_noise_and_version(tmp_path: Path) -> None:
    ours = recording(tmp_path / "ours", note=recorder_note("0.1.0+8", 1.0, 0.0))
    again = recording(tmp_path / "again", note=recorder_note("0.1.0+8", 1.0, 0.0))
    recording(tmp_path / "unknown")
    note = ReplayNote(depth="audio", version="9.9")
    (again / REPLAY).write_text(note.model_dump_json(), encoding="utf-8")
    for name, noise in (("caller.wav", 0.02), ("agent.wav", 0.0)):
        channel(ours / name, [(3.0, 4.5)], 9, noise)
    calls = read(tmp_path)
    found = report(calls, SLICES).slices
    recorded_by = "0.1.0+8"
    assert set(found["version"]) == {recorded_by, "9.9"}
    assert set(found["noise"]) == {"under 17 dB"}
    about = About("", "2026-11-29T15:40:00", "", "calls", "", tmp_path)
    columns = as_data(about, report(calls, SLICES), calls)["calls"]
    told = zip(columns["noise"], columns["version"], strict=True)
    assert dict(zip(columns["id"], told, strict=True)) == {
        "ours": ("under 17 dB", recorded_by),
        "again": ("", "9.9"),
        "unknown": ("", ""),
    }
