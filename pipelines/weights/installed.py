"""What lies in the models folder: which of its files came from where, and whether they still are.

Beside the models, `.installed/<name>.json` keeps what each file weighed and hashed to when it was
put there. A file whose size and time are as they were then is taken to be whole; any other is
hashed again. So a start pays nothing, and what was cut short or altered is named and not loaded.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import ValidationError

from pipelines.errors import EngineError
from pipelines.packs.toml_files import Strict
from pipelines.weights.catalogue import Model

_FOLDER = ".installed"


class InstalledFile(Strict):
    """A file as it was put there. `written` is its modification time in nanoseconds."""

    sha256: str
    size: int
    written: int


class Installed(Strict):
    """A model as it was put there, and where it came from."""

    name: str
    source: str
    files: Mapping[str, InstalledFile]


def sha256(path: Path) -> str:
    """A file's hash."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def note(models: Path, model: Model, source: str, names: Iterable[str]) -> Installed:
    """Keep what the model's files are now; a hub's may have other names than the catalogue's."""
    files = {}
    for name in names:
        path = models / model.folder / name
        about = path.stat()
        files[name] = InstalledFile(
            sha256=sha256(path), size=about.st_size, written=about.st_mtime_ns
        )
    found = Installed(name=model.name, source=source, files=files)
    place = models / _FOLDER / f"{model.name}.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(found.model_dump_json(indent=2), encoding="utf-8")
    return found


def noted(models: Path, name: str) -> Installed | None:
    """What was kept; None where nothing was, or it cannot be read."""
    try:
        text = (models / _FOLDER / f"{name}.json").read_text(encoding="utf-8")
        return Installed.model_validate_json(text)
    except (OSError, ValidationError):
        return None


def forget(models: Path, name: str) -> None:
    """Keep nothing of it any more."""
    (models / _FOLDER / f"{name}.json").unlink(missing_ok=True)


def names(models: Path, model: Model) -> list[str]:
    """Its files, as they were put there, else as they are published."""
    was = noted(models, model.name)
    return list(was.files if was else model.files)


def present(models: Path, model: Model) -> bool:
    """Whether any of its files is there."""
    return any((models / model.folder / name).exists() for name in names(models, model))


def faults(models: Path, model: Model, *, thoroughly: bool = False) -> list[str]:
    """What is wrong with its files, one sentence each; all are hashed if `thoroughly`."""
    was = noted(models, model.name)
    found = []
    for name in names(models, model):
        path = models / model.folder / name
        before = was.files.get(name) if was else None
        published = model.files[name].sha256 if name in model.files else ""
        if not path.is_file():
            found.append(f"{path} is missing")
        elif before and not thoroughly and _as_before(path, before):
            continue
        elif before is None and not thoroughly:
            continue  # put there by hand: whoever did vouches for it
        elif sha256(path) != (before.sha256 if before else published):
            found.append(f"{path} is not what was published: cut short or altered")
    return found


def require(models: Path, model: Model) -> None:
    """Raises EngineError naming what is missing or altered, and what to do."""
    if wrong := faults(models, model):
        raise EngineError(
            f"{'; '.join(wrong)}: 'waxtaan models get {model.name}' mends it, "
            f"'waxtaan models remove {model.name}' does without"
        )


def _as_before(path: Path, before: InstalledFile) -> bool:
    about = path.stat()
    return (about.st_size, about.st_mtime_ns) == (before.size, before.written)
