"""`waxtaan` as it is typed."""

import os
import subprocess
import sys
from pathlib import Path

from pipelines.packs.reader import PROMPTS
from tests.fakes import PATIENCE


class Shell:
    """`waxtaan` in a folder of its own."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(PROMPTS.parent),
            "WAXTAAN_CACHE": str(cache),
            "COLUMNS": "200",
        }

    def __call__(
        self, *arguments: str, code: int = 0, typed: str = "", **settings: str
    ) -> subprocess.CompletedProcess[str]:
        ran = subprocess.run(
            [sys.executable, "-m", "pipelines", *arguments],
            cwd=self.folder,
            env={**self.environment, **{f"WAXTAAN_{k.upper()}": v for k, v in settings.items()}},
            input=typed,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert ran.returncode == code, f"{arguments}: {ran.stdout}{ran.stderr}"
        assert "Traceback" not in ran.stderr
        return ran
