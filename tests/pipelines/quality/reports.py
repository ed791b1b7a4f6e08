"""Reports of golden calls with what is wanted in them, as the page shows them."""

import wave
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.packs.reader import PROMPTS
from pipelines.quality.calls import Call, read_calls
from pipelines.quality.compare import SLICES, compare, report
from pipelines.quality.data import About, as_data
from pipelines.quality.gates import Gates, judge
from pipelines.quality.outlines import FEWEST
from pipelines.quality.turns import Turn
from pipelines.store.recorded import find_recorded

GOLDEN = Path(__file__).parents[2] / "calls"
RATE = 8_000  # Hz
_CALLER, _AGENT = "sounds/caller.wav", "sounds/a gent#.wav"  # as names of files may be


def golden(folder: Path) -> list[Call]:
    """The golden calls, as if both sides of each were recorded in `folder`."""
    return [
        replace(
            call,
            recorded=replace(call.recorded, caller=folder / _CALLER, agent=folder / _AGENT),
            outlines=(bytes(range(200)) * 3, bytes(FEWEST)),
        )
        for call in read_calls(find_recorded([GOLDEN]), PROMPTS, sound=False)
    ]


def write_sounds(folder: Path, seconds: int = 60) -> None:
    """What both sides of every call sound like; the agent's is shorter."""
    (folder / "sounds").mkdir()
    for name, lasting in ((_CALLER, seconds), (_AGENT, seconds - 5)):
        with wave.open(str(folder / name), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(np.zeros(RATE * lasting, dtype="<i2").tobytes())


def with_turn(call: Call, number: int, change: Callable[[Turn], Turn]) -> Call:
    """A call one of whose turns is another."""
    turns = list(call.turns)
    turns[number] = change(turns[number])
    return replace(call, turns=tuple(turns))


def worded(then: str, now: str) -> Callable[[Turn], Turn]:
    """The same turn, said in other words."""
    return lambda turn: replace(
        turn, spoken=[replace(s, text=s.text.replace(then, now)) for s in turn.spoken]
    )


def compared(
    folder: Path, baseline: Sequence[Call], candidate: Sequence[Call], gates: Gates | None = None
) -> dict[str, Any]:
    """The data of a report over both."""
    found = compare(baseline, candidate, SLICES)
    results = judge(gates, found) if gates else []
    about = About("Night run", "2026-11-29T15:40:00", "0.1.0", "runs/new", "runs/old", folder)
    return as_data(about, found, candidate, baseline, results)


def alone(folder: Path, calls: Sequence[Call]) -> dict[str, Any]:
    """The data of a report over one version."""
    about = About("Night run", "2026-11-29T15:40:00", "0.1.0", "runs/new", "", folder)
    return as_data(about, report(calls, SLICES), calls)


def repeated(data: Mapping[str, Any], calls: int) -> dict[str, Any]:
    """The same over so many calls, each of them many times; its figures are not theirs."""
    columns = {name: list(islice(cycle(values), calls)) for name, values in data["calls"].items()}
    columns["id"] = [f"{id_}-{i:05d}" for i, id_ in enumerate(columns["id"])]
    pieces = -(-calls // data["packed"])
    return {**data, "calls": columns, "pieces": list(islice(cycle(data["pieces"]), pieces))}
