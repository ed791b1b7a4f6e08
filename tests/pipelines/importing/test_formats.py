"""What call centres' recorders write, each into the same two channels."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipelines.importing.write import Wishes
from pipelines.store.recorded import AGENT, CALLER, find_recorded
from tests.pipelines.importing.sounds import alike, call, heard, kinds, one, source, written

FORMATS = [
    ("a.wav", "PCM_U8", 8000),
    ("a.wav", "PCM_16", 8000),
    ("a.wav", "PCM_24", 44100),
    ("a.wav", "PCM_32", 48000),
    ("a.wav", "FLOAT", 16000),
    ("a.wav", "ULAW", 8000),
    ("a.wav", "ALAW", 8000),
    ("a.mp3", "MPEG_LAYER_III", 8000),
    ("a.mp3", "MPEG_LAYER_III", 44100),
    ("a.opus", "OPUS", 48000),
    ("a.ogg", "OPUS", 16000),
    ("a.ogg", "VORBIS", 22050),
    ("a.flac", "PCM_16", 16000),
]


@pytest.mark.parametrize(("name", "codec", "rate"), FORMATS)
def test_every_format_at_its_own_rate(tmp_path: Path, name: str, codec: str, rate: int) -> None:
    samples = call(rate)
    path = written(tmp_path / name, samples, rate, codec)
    before = path.read_bytes()
    outcome = one(path, into=tmp_path / "in")
    assert (outcome.state, kinds(outcome)) == ("imported", [])
    assert path.read_bytes() == before
    for channel, file in enumerate((CALLER, AGENT)):
        got, sound = heard(tmp_path / "in" / outcome.id, file)
        assert got == rate
        assert abs(len(sound) - len(samples)) <= 0.05 * rate
        lossy = codec in ("OPUS", "VORBIS", "MPEG_LAYER_III")
        if not lossy:
            assert alike(sound, samples[:, channel]) > 0.98
        busy = np.abs(sound[int(0.6 * rate) : int(1.6 * rate)].astype(float)).mean()
        assert (busy > 300) == (file == AGENT)  # the agent greets
    (original,) = source(tmp_path / "in", outcome).originals
    assert (original.name, original.codec, original.rate) == (name, codec, rate)
    assert (original.bytes, original.channels) == (len(before), 2)


def test_samples_of_16_bits_are_the_same_bits(tmp_path: Path) -> None:
    samples = (call() * 32768).astype("<i2")
    path = written(tmp_path / "a.wav", samples)
    outcome = one(path, into=tmp_path / "in")
    for channel, file in enumerate((CALLER, AGENT)):
        assert np.array_equal(heard(tmp_path / "in" / outcome.id, file)[1], samples[:, channel])


@pytest.mark.parametrize(
    ("wishes", "caller"),
    [
        (Wishes(), 0),
        (Wishes(caller_channel="right"), 1),
        (Wishes(swap=True), 1),
        (Wishes(caller_channel="right", swap=True), 0),
    ],
)
def test_whose_channel(tmp_path: Path, wishes: Wishes, caller: int) -> None:
    samples = call()
    path = written(tmp_path / "a.wav", samples)
    outcome = one(path, into=tmp_path / "in", wishes=wishes)
    folder = tmp_path / "in" / outcome.id
    assert alike(heard(folder, CALLER)[1], samples[:, caller]) > 0.99
    assert alike(heard(folder, AGENT)[1], samples[:, 1 - caller]) > 0.99
    channel = source(tmp_path / "in", outcome).caller_channel
    assert channel == ("left", "right")[caller]


@pytest.mark.parametrize(("rate", "kept"), [(96000, 16000), (6000, 8000)])
def test_rates_that_are_not_kept(tmp_path: Path, rate: int, kept: int) -> None:
    outcome = one(written(tmp_path / "a.wav", call(rate), rate), into=tmp_path / "in")
    assert kinds(outcome) == ["rate"]
    assert f"{rate} Hz, kept at {kept} Hz" in outcome.problems[0].told
    got, sound = heard(tmp_path / "in" / outcome.id, CALLER)
    assert (got, round(len(sound) / got, 1)) == (kept, 6.0)


@pytest.mark.parametrize(("suffix", "codec"), [(".ulaw", "ULAW"), (".alaw", "ALAW"), (".sln", "")])
def test_asterisks_headerless_files(tmp_path: Path, suffix: str, codec: str) -> None:
    samples = call()
    for side, channel in (("in", 0), ("out", 1)):
        path = tmp_path / f"x-{side}{suffix}"
        soundfile.write(path, samples[:, channel], 8000, format="RAW", subtype=codec or "PCM_16")
    outcome = one(tmp_path, into=tmp_path / "in")
    assert (outcome.state, kinds(outcome)) == ("imported", [])
    assert alike(heard(tmp_path / "in" / outcome.id, CALLER)[1], samples[:, 0]) > 0.99


def test_what_is_imported_is_found_as_recorded(tmp_path: Path) -> None:
    outcome = one(written(tmp_path / "Appel à 7.wav", call()), into=tmp_path / "in")
    (recorded,) = find_recorded([tmp_path / "in"])
    assert recorded.id == outcome.id
    assert recorded.id.startswith("Appel-a-7-")
    assert recorded.log is None
    assert recorded.transcript is None
    assert None not in (recorded.caller, recorded.agent, recorded.source)
