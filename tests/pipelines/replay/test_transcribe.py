"""What is said in recordings from elsewhere is written down, each channel by its pauses."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
import typer

from pipelines.cli.errors import MISSING
from pipelines.cli.import_recordings import import_recordings
from pipelines.errors import EngineError
from pipelines.replay.transcribe import pieces, transcribe, why_not
from pipelines.store.recorded import find_recorded, in_folder
from pipelines.store.transcript import read_transcript
from tests.fakes import ScriptedRecogniser

RATE = 8000


def channel(path: Path, spans: list[tuple[float, float]], seconds: float) -> None:
    at = np.arange(int(seconds * RATE)) / RATE
    sound = np.zeros(len(at))
    for start, end in spans:
        inside = (at >= start) & (at < end)
        sound[inside] = np.random.default_rng(1).normal(0, 0.1, inside.sum())
    soundfile.write(path, sound, RATE, subtype="PCM_16")


def imported(folder: Path) -> Path:
    place = folder / "in"
    place.mkdir()
    channel(place / "a-caller.wav", [(2.0, 3.0), (3.4, 4.0), (6.0, 7.0)], 9)
    channel(place / "a-agent.wav", [(0.5, 1.5), (5.0, 5.5)], 9)
    import_recordings([place], folder / "out", False, "left", "en", False)
    return folder / "out"


async def test_both_channels_in_the_order_of_the_call(tmp_path: Path) -> None:
    (recorded,) = find_recorded([imported(tmp_path)])
    assert why_not(recorded) == ""
    engine = ScriptedRecogniser(["my balance", "", "hello", "one moment"])
    assert await transcribe(recorded, engine, "en") == 3
    recorded = in_folder(recorded.path)
    assert recorded.transcript is not None
    with recorded.transcript.open(encoding="utf-8") as lines:
        said = list(read_transcript(lines))
    assert [(each.speaker, each.text) for each in said] == [
        ("agent", "hello"),
        ("caller", "my balance"),  # a pause of 0.4 s ends nothing
        ("agent", "one moment"),
    ]
    assert [each.start for each in said] == pytest.approx([0.5, 2.0, 5.0], abs=0.03)
    assert [each.end for each in said] == pytest.approx([1.5, 4.0, 5.5], abs=0.03)
    assert {each.language for each in said} == {"en"}
    assert "transcript already" in why_not(recorded)
    assert sorted(p.name for p in recorded.path.iterdir() if p.suffix == ".part") == []


async def test_a_language_that_is_not_served_leaves_nothing_behind(tmp_path: Path) -> None:
    (recorded,) = find_recorded([imported(tmp_path)])
    engine = ScriptedRecogniser(["hello"])
    engine.unserved = {"wo"}
    with pytest.raises(EngineError, match="wo"):
        await transcribe(recorded, engine, "wo")
    assert in_folder(recorded.path).transcript is None


def test_nobody_talks_for_ever() -> None:
    assert list(pieces(())) == []
    assert list(pieces(((0.0, 45.0), (45.5, 46.0)))) == [(0.0, 20.0), (20.0, 40.0), (40.0, 46.0)]
    assert list(pieces(((0.0, 19.0), (19.2, 21.0)))) == [(0.0, 19.0), (19.2, 21.0)]


def test_without_whisper_the_command_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    into = imported(tmp_path)
    with pytest.raises(typer.Exit) as ended:
        import_recordings([tmp_path / "in"], into, False, "left", "en", False, transcribe=True)
    assert ended.value.exit_code == MISSING
    assert "waxtaan models get whisper-base" in capsys.readouterr().err
