"""A foreign conversation as a recording's folder: whole or not at all, and never twice.

What is written grows in a hidden folder beside the others and takes its name when it is whole, so
an import that is killed leaves nothing that looks like a recording; the next one clears it away.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from pipelines.importing import names
from pipelines.importing.shapes import (
    CannotImportError,
    Channel,
    Foreign,
    Original,
    Problem,
    Source,
)
from pipelines.importing.sides import Sides, write_sides
from pipelines.importing.sound import Reading
from pipelines.importing.times import check_times
from pipelines.store.recorded import AGENT, CALLER, SOURCE, TRANSCRIPT
from pipelines.store.transcript import lines

State = Literal["imported", "already there", "left out"]
_TEMPORARY = ".importing-"


@dataclass(frozen=True, slots=True)
class Wishes:
    """How sides are told apart: the channel of the caller in stereo; all sides exchanged."""

    caller_channel: Channel | None = None
    swap: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a conversation. `lost`: something that was given is not in the recording."""

    id: str
    state: State
    problems: tuple[Problem, ...] = ()
    lost: bool = False


def write(foreign: Foreign, into: Path, wishes: Wishes) -> Outcome:
    """Write a conversation under `into`.

    Raises:
        CannotImportError: nothing of it can be kept, or it is there in another way.
        OSError: the disk does not take it.
    """
    foreign = _wished(foreign, wishes)
    originals = _originals(foreign)
    id = identity(foreign.name, originals)
    source = Source(
        importer=importer(),
        name=foreign.name,
        originals=originals,
        language=foreign.language,
        caller_channel=foreign.caller_channel,
        swapped=wishes.swap,
        caller_segments=foreign.caller_segments,
        labels=dict(foreign.labels),
    )
    if (into / id).exists():
        return _there(into / id, source)
    with temporary(into, id) as folder:
        sides = _sound(foreign, folder)
        utterances, wrong = check_times(foreign, _seconds(sides))
        problems = (*foreign.problems, *sides.problems, *wrong)
        if utterances:
            (folder / TRANSCRIPT).write_text(lines(utterances), encoding="utf-8")
        source = source.model_copy(
            update={
                "originals": tuple(_heard(each, sides.readings) for each in originals),
                "caller_channel": sides.caller_channel,
                "problems": problems,
            }
        )
        text = source.model_dump_json(indent=2, exclude_none=True)
        (folder / SOURCE).write_text(text + "\n", encoding="utf-8")
    return Outcome(id, "imported", problems, sides.lost)


def identity(name: str, originals: tuple[Original, ...]) -> str:
    """The recording's id: its name, and eight digits of its originals' contents."""
    digests = sorted(each.sha256 for each in originals)
    digest = (
        digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
    )
    return f"{names.slug(name)}-{digest[:8]}"


@cache
def importer() -> str:
    """Which program wrote a source."""
    try:
        return f"waxtaan {version('waxtaan')}"
    except PackageNotFoundError:  # run from a checkout
        return "waxtaan"


@contextmanager
def temporary(into: Path, id: str) -> Iterator[Path]:
    """A hidden folder that becomes `into`/`id` when all went well, and is gone otherwise."""
    folder = into / f"{_TEMPORARY}{id}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
        os.replace(folder, into / id)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wished(foreign: Foreign, wishes: Wishes) -> Foreign:
    channel: Channel | None = None
    if foreign.both is not None:
        channel = foreign.caller_channel or wishes.caller_channel or "left"
        if wishes.swap:
            channel = "right" if channel == "left" else "left"
    caller, agent = foreign.caller, foreign.agent
    if wishes.swap:
        caller, agent = agent, caller
    return replace(foreign, caller=caller, agent=agent, caller_channel=channel)


def _originals(foreign: Foreign) -> tuple[Original, ...]:
    found = []
    for name, path in foreign.originals.items():
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                found.append(Original(name=name, sha256=digest, bytes=file.tell()))
        except OSError as error:
            raise CannotImportError(
                "missing", f"cannot be opened: {error.strerror}", name
            ) from error
    return tuple(found)


def _sound(foreign: Foreign, folder: Path) -> Sides:
    """The sound of it; where there is none that can be kept, the transcript goes on alone."""
    try:
        return write_sides(foreign, folder)
    except CannotImportError as error:
        if not foreign.utterances:
            raise
        for name in (CALLER, AGENT):
            (folder / name).unlink(missing_ok=True)
        return Sides(problems=[error.problem], lost=True)


def _seconds(sides: Sides) -> float | None:
    return max((side.seconds for side in (sides.caller, sides.agent) if side), default=None)


def _heard(original: Original, readings: Mapping[str, Reading]) -> Original:
    if (reading := readings.get(original.name)) is None:
        return original
    return original.model_copy(
        update={
            "container": reading.container,
            "codec": reading.codec,
            "rate": reading.rate,
            "channels": reading.channels,
            "seconds": round(reading.seconds, 3),
        }
    )


def _there(folder: Path, wanted: Source) -> Outcome:
    """It has been imported: in the way that is wished now?"""
    try:
        there = Source.model_validate_json((folder / SOURCE).read_bytes())
    except (OSError, ValidationError) as error:
        told = "a folder of that name is there, and no recording: move it away"
        raise CannotImportError("already there", told, folder.name) from error
    other = there.swapped != wanted.swapped or (
        there.caller_channel is not None and there.caller_channel != wanted.caller_channel
    )
    if other or there.caller_segments != wanted.caller_segments:
        told = "imported already, with the sides told apart in another way: remove it first"
        raise CannotImportError("already there", told, folder.name)
    return Outcome(folder.name, "already there", there.problems)
