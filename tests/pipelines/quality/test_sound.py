"""Two channels measured, against sounds whose truth is known to the sample."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipelines.errors import EngineError
from pipelines.quality.sound import measure, outline, read_channels, read_levels, speech

RATE = 8000


def channel(
    path: Path, spans: list[tuple[float, float]], seconds: float, noise: float = 0.0
) -> Path:
    """Speech-like noise, its loudness going up and down four times a second, in these spans."""
    random = np.random.default_rng(7)
    at = np.arange(int(seconds * RATE)) / RATE
    sound = random.normal(0, noise, len(at)) if noise else np.zeros(len(at))
    for start, end in spans:
        inside = (at >= start) & (at < end)
        sound[inside] += random.normal(0, 0.1, inside.sum()) * (1 + 0.8 * np.sin(25 * at[inside]))
    soundfile.write(path, sound, RATE, subtype="PCM_16")
    return path


@pytest.mark.parametrize("noise", [0.0, 0.0005, 0.004])
def test_waits_and_stops_are_what_they_are(tmp_path: Path, noise: float) -> None:
    caller = channel(tmp_path / "c.wav", [(3.0, 4.5), (8.0, 9.1), (14.0, 15.0)], 22, noise)
    agent = channel(tmp_path / "a.wav", [(0.5, 2.4), (4.93, 7.0), (10.0, 14.2), (19.0, 21)], 22)
    found = measure(read_channels(caller, agent))
    assert found.waits == pytest.approx((0.43, 0.9, 4.0), abs=0.02)
    assert found.stops == pytest.approx((0.2,), abs=0.02)
    assert found.talk_over == pytest.approx(0.2, abs=0.03)
    assert found.dead_air == pytest.approx(4.0, abs=0.03)
    assert found.caller_talks == pytest.approx(3.6, abs=0.1)
    assert found.agent_talks == pytest.approx(10.17, abs=0.1)
    assert found.cut_in == 0


def test_turns_of_the_log_say_which_sounds_are_meant(tmp_path: Path) -> None:
    # The caller coughs at 6 s, which is no turn; the agent answers the first turn at 5 s.
    caller = channel(tmp_path / "c.wav", [(3.0, 4.5), (6.0, 6.1)], 9)
    agent = channel(tmp_path / "a.wav", [(5.0, 7.0)], 9)
    found = measure(read_channels(caller, agent), [(3.1, 4.9)])
    assert found.waits == pytest.approx((0.5,), abs=0.02)


def test_the_agent_cuts_in(tmp_path: Path) -> None:
    caller = channel(tmp_path / "c.wav", [(1.0, 3.0), (3.9, 5.5)], 9)
    agent = channel(tmp_path / "a.wav", [(2.4, 2.9), (3.5, 6.0)], 9)
    found = measure(read_channels(caller, agent))
    assert found.cut_in == 1
    assert found.too_early == 1


def test_silence_has_no_speech(tmp_path: Path) -> None:
    quiet = channel(tmp_path / "q.wav", [], 2)
    found = measure(read_channels(quiet, quiet))
    assert (found.waits, found.stops, found.talk_over, found.dead_air) == ((), (), 0, 0)
    assert speech(np.empty(0)) == ()
    assert outline(np.empty(0), 10) == bytes(10)


def test_channels_of_different_length_and_rate(tmp_path: Path) -> None:
    caller = channel(tmp_path / "c.wav", [(1.0, 2.0)], 3)
    soundfile.write(tmp_path / "a.wav", np.full(48_000, 0.1), 48_000)
    assert read_channels(caller, tmp_path / "a.wav").seconds == pytest.approx(3.0)


@pytest.mark.parametrize("content", [b"", b"RIFF....WAVEfmt ", b"no sound"])
def test_what_is_no_sound_is_named(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(content)
    with pytest.raises(EngineError, match=r"x\.wav: cannot be read as sound"):
        read_levels(path)
