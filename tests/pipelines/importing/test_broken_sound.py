"""Sound files as they are found broken: each is read as far as it goes, and named."""

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pipelines.store.recorded import CALLER
from tests.pipelines.importing.sounds import (
    Samples,
    alike,
    call,
    heard,
    imported,
    kinds,
    one,
    speech,
    written,
)

HEADER = 44


def with_length(path: Path, length: int) -> None:
    data = bytearray(path.read_bytes())
    assert data[36:40] == b"data"
    data[40:44] = struct.pack("<I", length)
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("length", "told"),
    [
        (0xFFFFFFFF, "as if streamed; 6.00 s are there"),
        (0x7FFFFFFF, "as if streamed; 6.00 s are there"),
        (0, "as if streamed; 6.00 s are there"),
        (32000, "the header says 1.00 s, 6.00 s are there; all are read"),
        (640000, "the header says 20.00 s, 6.00 s are there: cut off, or never ended"),
    ],
)
def test_a_wrong_length_in_the_header(tmp_path: Path, length: int, told: str) -> None:
    samples = call()
    path = written(tmp_path / "a.wav", samples)
    with_length(path, length)
    outcome = one(path, into=tmp_path / "in")
    assert kinds(outcome) == ["header length"]
    assert told in outcome.problems[0].told
    _, sound = heard(tmp_path / "in" / outcome.id, CALLER)
    assert len(sound) == len(samples)
    assert alike(sound, samples[:, 0]) > 0.99


def test_chunks_after_the_samples_are_no_samples(tmp_path: Path) -> None:
    path = written(tmp_path / "a.wav", call())
    path.write_bytes(path.read_bytes() + b"LIST" + struct.pack("<I", 4) + b"INFO")
    assert kinds(one(path, into=tmp_path / "in")) == []


def test_cut_amid_a_frame(tmp_path: Path) -> None:
    path = written(tmp_path / "a.wav", call())
    path.write_bytes(path.read_bytes()[:-16001])
    outcome = one(path, into=tmp_path / "in")
    assert kinds(outcome) == ["header length", "truncated"]
    assert "3 of its 4 bytes are there" in outcome.problems[1].told
    assert len(heard(tmp_path / "in" / outcome.id, CALLER)[1]) == 48000 - 4001


@pytest.mark.parametrize("name", ["a.mp3", "a.opus", "a.flac"])
def test_packed_files_that_are_cut_off(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / name, call(16000), 16000, "OPUS" if name == "a.opus" else None)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    outcome = one(path, into=tmp_path / "in")
    assert (outcome.state, kinds(outcome)) == ("imported", ["truncated"])
    assert 2.5 < len(heard(tmp_path / "in" / outcome.id, CALLER)[1]) / 16000 < 5


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.wav", b"", "empty"),
        ("a.wav", b"RIFF", "unreadable"),
        ("a.wav", b"<!doctype html><title>404</title>", "unreadable"),
        ("a.mp3", bytes(2000), "unreadable"),
        ("a.m4a", b"....ftypM4A ", "unreadable"),
        ("a.pdf", b"%PDF", "unreadable"),
    ],
)
def test_no_sound_at_all(tmp_path: Path, name: str, data: bytes, kind: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    outcome = one(path, into=tmp_path / "in")
    assert (outcome.state, kinds(outcome), outcome.lost) == ("left out", [kind], True)
    assert outcome.problems[0].where == name
    assert not list((tmp_path / "in").glob("*"))


def test_a_header_without_samples(tmp_path: Path) -> None:
    path = written(tmp_path / "a.wav", call())
    path.write_bytes(path.read_bytes()[:HEADER])
    assert kinds(one(path, into=tmp_path / "in"))[-1] == "empty"


def test_more_than_two_channels(tmp_path: Path) -> None:
    path = written(tmp_path / "a.wav", np.zeros((8000, 6), np.float32))
    outcome = one(path, into=tmp_path / "in")
    assert (kinds(outcome), outcome.state) == (["channels"], "left out")


def _clipped(samples: Samples) -> Samples:
    return np.clip(samples * np.array([15, 1], np.float32), -1, 1)


def _offset(samples: Samples) -> Samples:
    return samples + np.array([0.05, 0], np.float32)


def _one_silent(samples: Samples) -> Samples:
    return samples * np.array([0, 1], np.float32)


def _short(samples: Samples) -> Samples:
    return samples[31000:37000]


def _exchanged(samples: Samples) -> Samples:
    return np.ascontiguousarray(samples[:, ::-1])


@pytest.mark.parametrize(
    ("spoil", "kind", "told"),
    [
        (_clipped, "clipping", "caller: "),
        (_offset, "dc offset", "caller: the samples' mean is +5.0% of full scale"),
        (_one_silent, "silent", "caller: nothing is to be heard"),
        (_short, "short", "lasts 0.75 s"),
        (_exchanged, "swapped", "the caller speaks first, at 0.3 s, the agent at 2.5 s"),
    ],
)
def test_sound_that_is_imported_and_told(
    tmp_path: Path, spoil: Callable[[Samples], Samples], kind: str, told: str
) -> None:
    path = written(tmp_path / "a.wav", spoil(call()))
    outcome = one(path, into=tmp_path / "in")
    assert (outcome.state, outcome.lost) == ("imported", False)
    assert set(kinds(outcome)) == {kind}
    assert told in outcome.problems[0].told


def test_g711_clips_below_full_scale(tmp_path: Path) -> None:
    path = written(tmp_path / "a.wav", _clipped(call()), subtype="ULAW")
    assert "clipping" in kinds(one(path, into=tmp_path / "in"))


def test_both_silent_is_left_out(tmp_path: Path) -> None:
    path = written(tmp_path / "a.wav", call() * np.float32(0))
    outcome = one(path, into=tmp_path / "in")
    assert (outcome.state, kinds(outcome)) == ("left out", ["silent"])


def test_samples_that_are_no_numbers(tmp_path: Path) -> None:
    samples = call()
    samples[100, 0] = np.nan
    outcome = one(written(tmp_path / "a.wav", samples, subtype="FLOAT"), into=tmp_path / "in")
    assert (outcome.state, kinds(outcome)) == ("imported", ["damaged"])


def test_one_broken_file_stops_no_other(tmp_path: Path) -> None:
    written(tmp_path / "calls/a.wav", call())
    (tmp_path / "calls/b.wav").write_bytes(b"nonsense")
    written(tmp_path / "calls/c.wav", np.stack([speech([(1, 2)], 3, 8000, 5)] * 2, axis=1))
    written(tmp_path / "calls/d.wav", call())
    (tmp_path / "calls/notes.md").write_text("passed over", encoding="utf-8")
    states = [each.state for each in imported(tmp_path / "calls", into=tmp_path / "in")]
    assert sorted(states) == ["imported", "imported", "left out", "left out"]
