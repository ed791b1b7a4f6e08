"""Caller and agent, each into a WAV of its own, from the sound that there is of them."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pipelines.importing.measure import Likeness
from pipelines.importing.shapes import (
    CannotImportError,
    Channel,
    Foreign,
    Kind,
    Problem,
    Segment,
    Sound,
)
from pipelines.importing.side import Side, kept_rate, pad, side_of
from pipelines.importing.sound import Reading, opened
from pipelines.importing.swapped import swapped
from pipelines.store.recorded import AGENT, CALLER

_MIXED = (
    "say when the caller speaks: caller_segments [[start, end], ...] in a manifest, or a "
    "transcript with start and end beside it"
)
_ONE = "; or whose side it is, if one's alone: x-caller.wav, or a manifest's column caller"


@dataclass(slots=True)
class Sides:
    """What was written, and what is wrong with it. `lost`: a file that was named is left out."""

    caller: Side | None = None
    agent: Side | None = None
    caller_channel: Channel | None = None
    readings: dict[str, Reading] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    lost: bool = False

    def add(self, reading: Reading) -> None:
        """A sound that has been read to its end."""
        self.readings[reading.name] = reading
        self.problems += reading.problems
        if reading.rate != (kept := kept_rate(reading.rate)):
            told = f"{reading.rate} Hz, kept at {kept} Hz"
            if reading.rate < kept:
                told += ": less than a telephone carries, recognisers will hear it badly"
            self.tell("rate", told, reading.name)
        if not reading.seconds:
            raise CannotImportError("empty", "no samples", reading.name)

    def tell(self, kind: Kind, told: str, where: str) -> None:
        """Something is wrong."""
        self.problems.append(Problem(kind=kind, told=told, where=where))


def write_sides(foreign: Foreign, folder: Path) -> Sides:
    """Write into the folder what there is of both sides.

    Raises:
        CannotImportError: there is no sound that can be kept.
    """
    sides = Sides()
    if foreign.both is not None:
        _from_one(foreign, foreign.both, folder, sides)
    else:
        for name, sound in ((CALLER, foreign.caller), (AGENT, foreign.agent)):
            if sound is not None:
                _one_side(sound, folder / name, sides)
        if sides.caller is None and sides.agent is None and sides.problems:
            last = sides.problems.pop()  # raised instead of kept
            raise CannotImportError(last.kind, last.told, last.where)
    _judge(foreign, sides)
    return sides


def _one_side(sound: Sound, path: Path, sides: Sides) -> None:
    try:
        with opened(sound) as reading, side_of(path, reading, sound.start) as side:
            if reading.channels > 1:
                sides.tell("channels", "two channels of one side, added up", sound.name)
            for block in reading.blocks():
                side.write(block.mean(axis=1) if reading.channels > 1 else block[:, 0])
        sides.add(reading)
    except CannotImportError as error:
        path.unlink(missing_ok=True)
        sides.problems.append(error.problem)
        sides.lost = True
        return
    if path.name == CALLER:
        sides.caller = side
    else:
        sides.agent = side


def _from_one(foreign: Foreign, sound: Sound, folder: Path, sides: Sides) -> None:
    with opened(sound) as reading:
        mixed = reading.channels == 1
        if not mixed:
            caller, agent, alike = _channels(foreign, reading, sound, folder)
    if mixed or alike:
        segments = foreign.caller_segments or _spoken(foreign)
        if segments is None:
            what = "one channel for both sides" if mixed else "both channels are the same"
            told = f"{what}: {_MIXED}{_ONE if mixed else ''}"
            raise CannotImportError("mixed", told, sound.name)
        if not mixed:
            sides.tell("mixed", "both channels are the same; parted by who speaks", sound.name)
        caller, agent, reading = _parted(sound, folder, segments)
    else:
        sides.caller_channel = foreign.caller_channel or "left"
    sides.caller, sides.agent = caller, agent
    sides.add(reading)


def _channels(
    foreign: Foreign, reading: Reading, sound: Sound, folder: Path
) -> tuple[Side, Side, bool]:
    """Both channels, each to its side, and whether they are one and the same."""
    alike = Likeness()
    caller_at = 1 if foreign.caller_channel == "right" else 0
    with (
        side_of(folder / CALLER, reading, sound.start) as caller,
        side_of(folder / AGENT, reading, sound.start) as agent,
    ):
        for block in reading.blocks():
            alike.add(block)
            caller.write(block[:, caller_at])
            agent.write(block[:, 1 - caller_at])
    return caller, agent, alike.alike


def _parted(
    sound: Sound, folder: Path, segments: tuple[Segment, ...]
) -> tuple[Side, Side, Reading]:
    with (
        opened(sound) as reading,
        side_of(folder / CALLER, reading, sound.start) as caller,
        side_of(folder / AGENT, reading, sound.start) as agent,
    ):
        # In order and without overlap, so that two searches tell whether a sample lies in one.
        edges = np.array(merged(segments), np.float64).reshape(-1, 2) - sound.start
        at = 0
        for block in reading.blocks():
            mono = block.mean(axis=1)
            moments = np.arange(at, at + len(mono)) / reading.rate
            begun = np.searchsorted(edges[:, 0], moments, "right")
            ended = np.searchsorted(edges[:, 1], moments, "right")
            inside = begun > ended
            caller.write(np.where(inside, mono, np.float32(0)))
            agent.write(np.where(inside, np.float32(0), mono))
            at += len(mono)
    return caller, agent, reading


def merged(segments: tuple[Segment, ...]) -> list[Segment]:
    """In order, those that touch made one; those that end before they begin left out."""
    found: list[Segment] = []
    for start, end in sorted(each for each in segments if each[0] < each[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _spoken(foreign: Foreign) -> tuple[Segment, ...] | None:
    """When the caller speaks by the transcript; None if it does not say so of each utterance."""
    callers = [each for each in foreign.utterances if each.speaker == "caller"]
    found = tuple((u.start, u.end) for u in callers if u.start is not None and u.end is not None)
    return found if found and len(found) == len(callers) else None


def _judge(foreign: Foreign, sides: Sides) -> None:
    caller, agent = sides.caller, sides.agent
    where = foreign.both.name if foreign.both else " + ".join(sides.readings)
    there = [(n, s) for n, s in (("caller", caller), ("agent", agent)) if s is not None]
    if there and all(side.measured.silent for _, side in there):
        raise CannotImportError("silent", "nothing is to be heard in it, left out", where)
    for name, side in there:
        place = foreign.both or (foreign.caller if name == "caller" else foreign.agent)
        sides.problems += side.measured.problems(name, place.name if place else where)
    if caller is None and agent is not None:
        sides.tell("one side", "only the agent's side is there: no caller to replay", where)
    if caller is None or agent is None:
        return
    if foreign.both is None and caller.measured.like(agent.measured):
        told = "both files hold the same sound: give caller and agent each their own, or one file"
        raise CannotImportError("mixed", told, where)
    start = foreign.both.start if foreign.both else 0.0
    if guess := swapped(caller.measured, agent.measured, foreign.utterances, start):
        sides.tell("swapped", guess, where)
    if abs(difference := caller.seconds - agent.seconds) > 1 / min(caller.rate, agent.rate):
        pad(caller if difference < 0 else agent, abs(difference))
        told = (
            f"the caller's side lasts {caller.seconds:.2f} s, the agent's {agent.seconds:.2f} s: "
            "filled up with silence"
        )
        if abs(difference) > 0.1 * max(caller.seconds, agent.seconds):
            told += "; do they belong together?"
        sides.tell("lengths", told, where)
