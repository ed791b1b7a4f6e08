"""The noise behind a caller, where it is known how loud it is."""

import math
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipelines.quality.noise import band, noise_below
from pipelines.quality.sound import Channels, read_channels
from tests.pipelines.quality.test_sound import channel

CALLER = [(3.0, 4.5), (8.0, 9.1), (14.0, 15.0)]
AGENT = [(0.5, 2.4), (5.0, 7.0), (10.0, 13.0)]
SPEECH = 0.115  # RMS of `channel`'s speech: 0.1 going up and down by 0.8 of it


def channels(
    folder: Path, noise: float, caller: list[tuple[float, float]] | None = None
) -> Channels:
    heard = channel(folder / "c.wav", CALLER if caller is None else caller, 16, noise)
    return read_channels(heard, channel(folder / "a.wav", AGENT, 16))


@pytest.mark.parametrize(
    ("below", "told"), [(40, "quiet"), (30, "quiet"), (20, "17 to 26 dB"), (12, "under 17 dB")]
)
def test_noise_is_told_by_its_level(below: int, told: str, tmp_path: Path) -> None:
    found = channels(tmp_path, SPEECH / 10 ** (below / 20))
    assert noise_below(found) == pytest.approx(below, abs=1)
    assert band(found) == told


def test_a_silent_line_is_quiet(tmp_path: Path) -> None:
    found = channels(tmp_path, 0.0)
    assert noise_below(found) == math.inf
    assert band(found) == "quiet"


def test_what_the_agent_says_is_no_noise_where_it_comes_back(tmp_path: Path) -> None:
    found = channels(tmp_path, SPEECH / 100)
    sound, rate = soundfile.read(tmp_path / "c.wav")
    echo, _ = soundfile.read(tmp_path / "a.wav")
    soundfile.write(tmp_path / "e.wav", sound + 0.02 * echo, rate, subtype="PCM_16")
    echoing = read_channels(tmp_path / "e.wav", tmp_path / "a.wav")
    assert noise_below(echoing) == pytest.approx(noise_below(found), abs=1)


def test_who_says_nothing_tells_nothing(tmp_path: Path) -> None:
    assert band(channels(tmp_path, 0.0, [])) == ""
    nothing = np.empty(0)
    assert noise_below(Channels(nothing, nothing, (), ())) is None
    speech = np.full(100, -20.0)
    assert noise_below(Channels(speech, speech, ((0.0, 1.0),), ())) is None
