"""Conversations among files: manifests first, then what belongs together by its name.

`x-caller.wav` and `x-agent.wav` are a pair (also customer, client; rep, representative, operator;
Asterisk's `-in` and `-out`); `x.wav` and `x.vtt` are a sound and what is said in it; folders that
hold a `log.jsonl` are recordings of ours already.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from pydantic import ValidationError

from pipelines.importing import manifest, transcripts
from pipelines.importing.group import Groups
from pipelines.importing.readers import (
    CONTAINERS,
    TABLES,
    TRANSCRIPTS,
    Reader,
    Recognises,
    read_transcript,
)
from pipelines.importing.shapes import CannotImportError, Foreign, Problem, Source
from pipelines.importing.sound import HEADERLESS, OTHERS, SUFFIXES
from pipelines.importing.tables import Table, read_table
from pipelines.importing.walk import File, walk
from pipelines.store.recorded import LOG, SOURCE, Recorded, in_folder

_KNOWN = transcripts.KNOWN | manifest.KNOWN


@dataclass(frozen=True, slots=True)
class Own:
    """A recording that needs no import: a call of ours, or one that was imported elsewhere."""

    recorded: Recorded
    told: str


@dataclass(frozen=True, slots=True)
class PassedOver:
    """How many files of each suffix lay about that are nothing to import."""

    suffixes: Counter[str]


Found: TypeAlias = Foreign | Own | Problem | PassedOver


def find(
    paths: Iterable[Path],
    into: Path,
    language: str = "",
    containers: Sequence[tuple[Recognises, Reader]] = CONTAINERS,
) -> Iterator[Found]:
    """What can be imported, and what cannot and why. `into` is not looked into."""
    files: list[File] = []
    for each in walk(paths, into):
        if isinstance(each, Problem):
            yield each
        else:
            files.append(each)
    owned, files = _owned(files)
    yield from owned
    taken: set[Path] = set()
    for file in files:
        yield from _manifest(file, language, taken)
    rest = [file for file in files if file.path.resolve() not in taken]
    groups, passed = Groups(), Counter[str]()
    for file in rest:
        yield from _one(file, language, containers, groups, passed)
    yield from groups.foreign(language)
    if passed:
        yield PassedOver(passed)


def _owned(files: Sequence[File]) -> tuple[list[Own], list[File]]:
    """Recordings of ours, and the files that are none of theirs."""
    found: dict[Path, Own] = {}
    for file in files:
        folder = file.path.parent
        name = file.path.name
        if (name == LOG and _is_log(file.path)) or (name == SOURCE and _is_source(file.path)):
            told = file.told.removesuffix(name).rstrip("/") or folder.resolve().name
            found.setdefault(folder, Own(in_folder(folder), told))
        elif file.path.suffix == ".jsonl" and folder not in found and _is_log(file.path):
            found[file.path] = Own(Recorded(file.path.stem, log=file.path), file.told)
    rest = [f for f in files if f.path not in found and f.path.parent not in found]
    return list(found.values()), rest


def _is_log(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = json.loads(file.readline(65_536))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(head, dict) and "log" in head


def _is_source(path: Path) -> bool:
    try:
        Source.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return False
    return True


def _manifest(file: File, language: str, taken: set[Path]) -> Iterator[Found]:
    """A manifest's recordings, if it is one; its files and itself are `taken`."""
    if (table := _table(file)) is None or not manifest.is_manifest(table):
        return
    taken.add(file.path.resolve())
    for problem in table.problems:
        yield within(file.told, problem)
    for _, found in manifest.rows(table, file.path.parent, language, read_transcript):
        if isinstance(found, Problem):
            yield within(file.told, found)
        else:
            taken.update(path.resolve() for path in found.originals.values())
            yield found


def _table(file: File) -> Table | None:
    if file.path.suffix.lower() not in TABLES:
        return None
    try:
        return read_table(file.path, _KNOWN)
    except CannotImportError:
        return None  # told when it is read as a transcript


def _one(
    file: File,
    language: str,
    containers: Sequence[tuple[Recognises, Reader]],
    groups: Groups,
    passed: Counter[str],
) -> Iterator[Found]:
    suffix = file.path.suffix.lower()
    try:
        for recognised, reader in containers:
            if recognised(file.path):
                for foreign in reader(file.path, language):
                    yield _as_given(foreign, file)
                return
        if suffix in SUFFIXES or suffix in HEADERLESS:
            groups.add_sound(file)
        elif suffix in TRANSCRIPTS:
            groups.add_conversations(file, read_transcript(file.path, language, {}))
        elif suffix in OTHERS:
            told = f"{suffix} cannot be read here: convert it to WAV, e.g. with ffmpeg"
            raise CannotImportError("unreadable", told)
        elif file.named:
            raise CannotImportError(
                "unreadable", "neither sound nor transcript by its name's ending"
            )
        else:
            passed[suffix or file.path.name] += 1
    except CannotImportError as error:
        yield within(file.told, error.problem)


def _as_given(foreign: Foreign, file: File) -> Foreign:
    """What a reader found, told by the file's name as it was given."""
    return replace(
        foreign,
        originals=foreign.originals or {file.told: file.path},
        problems=tuple(within(file.told, each) for each in foreign.problems),
    )


def within(told: str, problem: Problem) -> Problem:
    """A problem whose place is one in a file."""
    where = problem.where
    if where != told and not where.startswith(f"{told}, "):
        where = f"{told}, {where}" if where else told
    return problem.model_copy(update={"where": where})
