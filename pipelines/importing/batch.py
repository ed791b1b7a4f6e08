"""Everything that was found, one after the other; what is wrong with one stops none."""

import hashlib
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from loguru import logger

from pipelines.importing.find import Found, Own, PassedOver
from pipelines.importing.shapes import CannotImportError, Foreign, Problem
from pipelines.importing.write import Outcome, Wishes, temporary, write
from pipelines.store.recorded import LOG, SOURCE


def import_all(found: Iterable[Found], into: Path, wishes: Wishes) -> Iterator[tuple[str, Outcome]]:
    """What became of each: its name as people know it, and the outcome."""
    for each in found:
        match each:
            case Foreign(name=name):
                yield name, _guarded(name, each, into, wishes)
            case Own(told=told):
                yield told, _guarded(told, each, into, wishes)
            case Problem(where=where):
                yield where, Outcome("", "left out", (each,), lost=True)
            case PassedOver():
                pass


def _guarded(name: str, each: Foreign | Own, into: Path, wishes: Wishes) -> Outcome:
    try:
        return _copied(each, into) if isinstance(each, Own) else write(each, into, wishes)
    except CannotImportError as error:
        problem = error.problem
        problem = problem.model_copy(update={"where": problem.where or name})
    except OSError as error:
        told = f"cannot be written: {error.strerror or type(error).__name__}"
        problem = Problem(kind="disk", told=told, where=error.filename or name)
    except Exception as error:
        # Thousands of files of strangers: one that the importer has not foreseen stops no other.
        logger.debug("importing failed: {}", type(error).__name__)
        told = f"unforeseen: {type(error).__name__}; a fault of this program, please report it"
        problem = Problem(kind="unreadable", told=told, where=name)
    others = each.problems if isinstance(each, Foreign) else ()
    return Outcome("", "left out", (*others, problem), lost=True)


def _copied(own: Own, into: Path) -> Outcome:
    """A recording of ours as it is; what tells that it is one comes last."""
    recorded = own.recorded
    marker = recorded.log or recorded.source
    if marker is None:
        raise CannotImportError("missing", "neither a log nor a source", own.told)
    whole = marker.name in (LOG, SOURCE)
    name = marker.name if whole else LOG
    if (into / recorded.id).exists():
        if _digest(into / recorded.id / name) == _digest(marker):
            return Outcome(recorded.id, "already there")
        told = "another recording with that id is there"
        raise CannotImportError("already there", told, own.told)
    with temporary(into, recorded.id) as folder:
        if whole:
            for path in sorted(marker.parent.iterdir()):
                if path.is_file() and path != marker:
                    shutil.copyfile(path, folder / path.name)
        shutil.copyfile(marker, folder / name)
    return Outcome(recorded.id, "imported")


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
