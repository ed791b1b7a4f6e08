"""Piper without Piper: how its voices are found, what is said where it is missing, who loads it."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.engines.tts.engine import EngineError, Voice
from pipelines.engines.tts.piper import Piper


@pytest.fixture
def models(tmp_path: Path) -> Path:
    (tmp_path / "pt_PT-tugão-medium").mkdir()
    for name in ("en_US-joe-medium", "pt_PT-tugão-medium/pt_PT-tugão-medium"):
        (tmp_path / f"{name}.onnx").touch()
    return tmp_path


def test_a_voice_is_two_files_or_a_folder_of_them(models: Path) -> None:
    piper = Piper(models, {})
    joe = models / "en_US-joe-medium.onnx"
    assert piper.locate("en_US-joe-medium") == joe
    assert piper.locate("en_US-joe-medium.onnx") == joe
    assert piper.locate(str(joe)) == joe
    assert piper.locate("pt_PT-tugão-medium") == (
        models / "pt_PT-tugão-medium/pt_PT-tugão-medium.onnx"
    )


@pytest.mark.parametrize("name", ["", ".", "..", "xx", "../models/en_US-joe-medium", "/"])
def test_anything_else_is_none(models: Path, name: str) -> None:
    assert Piper(models / "sub" if "models" in name else models, {}).locate(name) is None


async def test_where_it_is_not_installed_that_is_said(models: Path) -> None:
    piper = Piper(models, {"en": Voice("en_US-joe-medium")}, str(models / "python"))
    with pytest.raises(EngineError, match=r"cannot start.*piper-tts.*piper_python"):
        await piper.start()


def test_what_is_under_gpl_stays_in_its_own_process() -> None:
    code = "import sys, pipelines.engines.tts.piper; print('piper' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"
