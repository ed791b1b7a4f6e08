"""A folder of safetensors that is added is asked first, by a vLLM of its own."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.__main__ import app


def test_a_folder_of_safetensors_is_asked_and_an_adapter_is_none(
    python: Path, toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAXTAAN_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("WAXTAAN_LLM_PYTHON", str(python))
    monkeypatch.setenv("COLUMNS", "300")
    told = CliRunner().invoke(app, ["models", "add", str(toy / "base"), "--name", "toy"])
    assert told.exit_code == 0, told.output
    assert "vLLM was ready in" in told.output
    assert "a turn: well-formed JSON, " in told.output
    assert "an answer: " in told.output
    adapter = CliRunner().invoke(app, ["models", "add", str(toy / "wo")])
    assert adapter.exit_code == 3
    assert "is a LoRA adapter, no model of its own" in adapter.stderr
