"""Merging and converting a Whisper, by an interpreter that has torch, in a process that ends.

What it makes lies in a folder of its own until it is whole. Nobody outside is asked: the process is
told that there is no network, and is ended after an hour.
"""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from pipelines.errors import EngineError
from pipelines.weights.merge_source import Published, rows

COMPUTES = {"int8": 1, "int8_float16": 1, "float16": 2, "float32": 4}  # -> bytes a weight
PACKAGES = ("torch", "transformers", "peft", "ctranslate2")
LONGEST = 3600.0  # s; large-v2 takes minutes
_ASKING = 60.0  # s for an interpreter to say what it has
_OLDEST = (3, 11)
_PROGRAM = Path(__file__).with_name("merge_program.py")
_OURS = Path(__file__).resolve().parents[2] / ".venvs/train/bin/python"
_LAST_WORDS = 400  # letters
_ROOM = 100_000_000  # bytes of disk for what is beside the weights


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of it. `layers` that an adapter changed, by `change` (root mean square)."""

    folder: Path
    layers: int
    change: float
    tokens: int


def interpreter(named: str, fallback: str) -> str:
    """The one that is named, else that of `.venvs/train`, else `fallback`."""
    return named or (str(_OURS) if _OURS.exists() else fallback)


def require_packages(python: str, *, adapter: bool) -> None:
    """Raises EngineError where the interpreter is none, too old, or lacks a package."""
    wanted = PACKAGES if adapter else tuple(name for name in PACKAGES if name != "peft")
    asked = (
        "import importlib.util, json, sys; print(json.dumps([list(sys.version_info[:2]), "
        f"[n for n in {wanted!r} if importlib.util.find_spec(n) is None]]))"
    )
    hint = "--python, or WAXTAAN_TRAIN_PYTHON, names another"
    try:
        done = subprocess.run(
            [python, "-c", asked], capture_output=True, text=True, timeout=_ASKING, check=False
        )
        version, lacking = json.loads(done.stdout.splitlines()[-1])
    except OSError as error:
        raise EngineError(f"{python} cannot be started: {error.strerror}; {hint}") from error
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"{python} did not answer within {_ASKING:g} s; {hint}") from error
    except (ValueError, IndexError) as error:
        raise EngineError(f"{python} is no Python interpreter; {hint}") from error
    if tuple(version) < _OLDEST:
        raise EngineError(f"{python} is Python {version[0]}.{version[1]}, 3.11 is needed; {hint}")
    if lacking:
        raise EngineError(
            f"{python} lacks {', '.join(lacking)}: install the extra 'train' there ({python} -m "
            f"pip install '.[train]', in Waxtaan's folder), or 'make .venvs/train/.ready'; {hint}"
        )


def require_disk(base: Published, compute: str, models: Path) -> None:
    """Raises EngineError where the models folder's disk has no room for it.

    It lies there twice for a moment: as it was made, and under its name.
    """
    place = models
    while not place.exists():
        place = place.parent
    need = 2 * base.parameters * COMPUTES[compute] + _ROOM
    free = shutil.disk_usage(place).free
    if free < need:
        raise EngineError(
            f"{place} has {free / 1e9:.1f} GB free, and {need / 1e9:.1f} are needed: make room, or "
            "set WAXTAAN_MODELS to another disk"
        )


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be merged. `base` is `source` itself where that is a whole checkpoint; a whole
    one that came without a tokenizer has that of the folder `beside`.
    """

    source: Published
    base: Published
    beside: Path | None
    token: str
    compute: str


def tokenizer_of(source: Published, base: Published, beside: Path | None) -> Path:
    """The folder whose tokenizer is the model's. Raises EngineError where none has one.

    An adapter's own counts only where it was saved with more tokens than its base has.
    """
    own = source.adapter and rows(source, base)
    places = (source.folder,) if own else (base.folder, beside, source.folder)
    for place in places:
        if place is not None and _has_tokenizer(place):
            return place
    raise EngineError(
        f"{source.folder} has no tokenizer (tokenizer.json, or vocab.json and merges.txt): --base "
        "names a Whisper of the same size that has one"
    )


def merge(whole: Job, python: str, out: Path) -> Merged:
    """Make `out`, a Whisper for CTranslate2.

    Raises:
        EngineError: it cannot be; `out` is gone then.
    """
    source, base = whole.source, whole.base
    tokenizer = tokenizer_of(source, base, whole.beside)
    job = {
        "base": str(base.folder.absolute()),
        "adapter": str(source.folder.absolute()) if source.adapter else "",
        "tokenizer": str(tokenizer.absolute()),
        "rows": rows(source, base) if source.adapter else 0,
        "out": str(out.absolute()),
        "compute": whole.compute,
        "token": whole.token,
    }
    shutil.rmtree(out, ignore_errors=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        done = _run(python, job, base)
    except BaseException:
        shutil.rmtree(out, ignore_errors=True)
        raise
    return Merged(out, int(done["layers"]), float(done["change"]), int(done["tokens"]))


def _has_tokenizer(folder: Path) -> bool:
    return (folder / "tokenizer.json").is_file() or all(
        (folder / name).is_file() for name in ("vocab.json", "merges.txt")
    )


def _run(python: str, job: dict[str, Any], base: Published) -> dict[str, Any]:
    # -P: modules that lie beside the program are ours, and have names that others have, too.
    command = [python, "-P", "-W", "ignore", str(_PROGRAM), json.dumps(job)]
    offline = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    env = {
        **os.environ,
        **offline,
        "TOKENIZERS_PARALLELISM": "false",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    try:
        with (
            _ended_with_us(),
            subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env
            ) as process,
        ):
            try:
                told, said = process.communicate(timeout=LONGEST)
            except BaseException:
                process.kill()
                raise
    except OSError as error:
        raise EngineError(f"{python} cannot be started: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"merging was not done within {LONGEST / 60:g} min, and ended") from error
    if process.returncode < 0:
        raise EngineError(
            f"merging was ended by signal {-process.returncode}, as happens where memory runs out: "
            f"its weights alone are {4 * base.parameters / 1e9:.1f} GB in float32; end what else "
            "runs, or merge on a larger machine"
        )
    return _answer(told, said, python)


def _answer(told: str, said: str, python: str) -> dict[str, Any]:
    try:
        done = json.loads(told.splitlines()[-1])
    except (ValueError, IndexError):
        done = None
    if not isinstance(done, dict):
        words = said.strip().splitlines()
        last = words[-1][:_LAST_WORDS] if words else "it said nothing"
        raise EngineError(f"merging by {python} failed: {last}")
    if "error" in done:
        raise EngineError(f"it cannot be merged: {str(done['error'])[:_LAST_WORDS]}")
    return done


@contextmanager
def _ended_with_us() -> Iterator[None]:
    """SIGTERM and SIGHUP raise, as Ctrl-C does: else the process would stay, and half a model."""

    def stop(number: int, _: object) -> NoReturn:
        raise KeyboardInterrupt(signal.Signals(number).name)

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
