"""Whether this machine is quick enough for Kokoro: one short rendering, measured at start.

A sentence is heard while its next part is made, so a second of sound must not take longer than a
second. A machine that was found quick enough is remembered with its model and processor; one that
was not may only have been busy, and is measured again.
"""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

from loguru import logger

from pipelines.engines.tts.kokoro import MODEL, Kokoro
from pipelines.errors import EngineError

LIMIT = 1.0  # s for a second of sound
PATIENCE = 60.0  # s for the process that measures; loading from a cold disk is slow
_ROOT = Path(__file__).resolve().parents[2]


class TooSlowError(EngineError):
    """The engine is here, and would not keep up with its own speech."""


def require_quick(folder: Path, cache: Path) -> None:
    """Raises TooSlowError, or EngineError where it does not run at all.

    Args:
        folder: where model and voices lie.
        cache: what was found is kept here.
    """
    kept = cache / "kokoro-speed.json"
    here = _here(folder / MODEL)
    if _kept(kept).get(here, LIMIT + 1) <= LIMIT:
        return
    factor = measured(folder / MODEL)
    if factor > LIMIT:
        raise TooSlowError(
            f"this machine takes {factor:.1f} s for a second of its speech, more than {LIMIT:g} s: "
            "try again when it is less busy, or set WAXTAAN_TTS=kokoro to have it nevertheless"
        )
    try:
        cache.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps({here: round(factor, 3)}), encoding="utf-8")
    except OSError as error:
        logger.warning("{} cannot be written ({}): measured at each start", kept, error.strerror)


def measured(model: Path) -> float:
    """Seconds that a second of sound takes here. Raises EngineError where it does not run."""
    order = [sys.executable, "-P", "-m", Kokoro.module, str(model), "--factor"]
    environment = {"OMP_NUM_THREADS": "1", **os.environ, "PYTHONPATH": str(_ROOT)}
    try:
        done = subprocess.run(
            order, capture_output=True, text=True, timeout=PATIENCE, check=False, env=environment
        )
    except subprocess.TimeoutExpired as error:
        raise TooSlowError(f"it made no sound within {PATIENCE:g} s") from error
    try:
        return float(json.loads(done.stdout)["factor"])
    except (ValueError, KeyError) as error:
        last = done.stderr.strip().rpartition("\n")[2]
        raise EngineError(f"it does not run: {last or 'it said nothing'}") from error


def _here(model: Path) -> str:
    about = model.stat()
    return f"{platform.node()} {platform.processor()} {about.st_size} {about.st_mtime_ns}"


def _kept(path: Path) -> dict[str, float]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {str(key): float(value) for key, value in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
