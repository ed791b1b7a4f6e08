"""The wheel that a standard backend builds holds all that is needed, and runs from elsewhere."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the built wheel in it, and nothing else of the project."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    target = folder / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target)]
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)
    return target


@pytest.mark.parametrize(
    "path",
    [
        "agent/dialogue.py",
        "pipelines/lines/web/static/index.html",
        "pipelines/lines/web/static/desk/index.html",
        "pipelines/lines/web/static/speaker-worklet.js",
        "pipelines/language_pages/page/review.html",
        "pipelines/quality/page/report.html",
        "pipelines/quality/page/report.js",
        "pipelines/quality/page/theme.css",
        "pipelines/engines/asr/telephone.mllr",
        "pipelines/engines/language_id/letters.npz",
        "pipelines/engines/tts/normalisation/words.toml",
        "pipelines/engines/tts/normalisation/written.toml",
        "pipelines/engines/tts/rules/ff_voice",
        "pipelines/engines/tts/rules/mt_rules",
        "pipelines/engines/tts/rules/wo_list",
        "pipelines/engines/tts/rules/wo_rules",
        "prompts/en/gate.toml",
        "prompts/en/knowledge/roaming.md",
        "prompts/llm/compose.md",
        "prompts/voices.toml",
        "pipelines/backoffice/demo.toml",
        "pipelines/bench/tau2/phrases.toml",
        "pipelines/weights/recipes.toml",
        "prompts/en/phrases.toml",
        "prompts/fr/intents.toml",
        "prompts/escalation.toml",
    ],
)
def test_it_holds_what_is_not_python_too(installed: Path, path: str) -> None:
    assert (installed / path).is_file()


def test_it_runs_where_the_sources_are_not(installed: Path, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "pipelines", "understand", "what is my balance", "--json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(result.stdout)["intent"] == "balance"


def test_it_brings_the_command(installed: Path) -> None:
    assert (installed / "bin" / "waxtaan").is_file()
