"""The files under what was named on the command line, and how each is told to people."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.importing.shapes import Problem


@dataclass(frozen=True, slots=True, order=True)
class File:
    """`told` is as it was given, never an absolute path; `named` if it was given itself."""

    path: Path
    told: str
    named: bool = False


def walk(paths: Iterable[Path], into: Path) -> Iterator[File | Problem]:
    """All files, each once, in order; hidden ones and what has been imported are left alone."""
    seen: set[Path] = set()
    ours = into.resolve()
    for given in paths:
        if not given.exists():
            yield Problem(kind="missing", told="no such file or folder", where=str(given))
            continue
        base = given.parent if given.is_absolute() else Path()
        for path in _files(given):
            real = path.resolve()
            if real not in seen and not real.is_relative_to(ours):
                seen.add(real)
                yield File(path, path.relative_to(base).as_posix(), path == given)


def _files(given: Path) -> Iterator[Path]:
    if given.is_file():
        yield given
        return
    for path in sorted(given.rglob("*")):
        inner = path.relative_to(given).parts
        if not any(part.startswith(".") for part in inner) and path.is_file():
            yield path
