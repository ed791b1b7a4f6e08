"""Recordings that are looked at and annotated: their report, their sound, people's word on them.

Each recording is read once and again when its files have changed: a report over thousands of calls
costs what came since the last one.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeAlias

from pipelines.quality.calls import Call, read_calls, with_repeats
from pipelines.quality.compare import SLICES, compare, report
from pipelines.quality.data import About, as_data
from pipelines.quality.gates import Gates, judge
from pipelines.quality.history import read_history
from pipelines.store.annotations import (
    Annotation,
    AnnotationError,
    annotate,
    annotations_of,
    read_annotations,
)
from pipelines.store.recorded import Recorded, find_recorded

Side: TypeAlias = Literal["candidate", "baseline"]
Who: TypeAlias = Literal["caller", "agent"]
SOUND = "sound"  # /<side>/<id>/<who>.wav

_Signature: TypeAlias = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What is looked at: folders of recordings, of one version or of two."""

    candidate: Sequence[Path]
    baseline: Sequence[Path] = ()
    gates: Gates | None = None
    title: str = "How calls went"
    history: Path | None = None  # of reports before, drawn as a trend; read only


@dataclass
class Review:
    """`prompts` are the packs by which logs are checked, of these `languages` (see `load`)."""

    what: Reviewed
    prompts: Path
    sound: bool = True
    languages: tuple[str, ...] = ()
    _read: dict[Path, tuple[_Signature, Call]] = field(default_factory=dict)
    _recorded: dict[tuple[Side, str], Recorded] = field(default_factory=dict)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def data(self) -> bytes:
        """The report as JSON, as the page takes it.

        Raises:
            ConfigurationError: the history cannot be read.
        """
        async with self._lock:
            return await asyncio.to_thread(self._data)

    def sound_of(self, side: Side, id_: str, who: Who) -> Path | None:
        """A channel of a recording in the last report; None where there is none."""
        recorded = self._recorded.get((side, id_))
        return getattr(recorded, who) if recorded else None

    def annotate(self, side: Side, id_: str, annotation: Annotation) -> list[Annotation]:
        """Add one to a recording in the last report; returns all that count then.

        Raises:
            AnnotationError: there is no such recording, or what lies there cannot be read.
        """
        recorded = self._recorded.get((side, id_))
        if recorded is None:
            raise AnnotationError(f"there is no recording '{id_}' among those that are shown")
        path = annotations_of(recorded)
        read_annotations(path)  # nothing is added to a file that cannot be read back
        annotate(path, annotation)
        return read_annotations(path)

    def _data(self) -> bytes:
        gates, title = self.what.gates, self.what.title
        candidate, baseline = self.what.candidate, self.what.baseline
        now = self._calls("candidate", candidate)
        then = self._calls("baseline", baseline)
        found = compare(then, now, SLICES) if baseline else report(now, SLICES)
        results = judge(gates, found) if gates else []
        made = datetime.now().isoformat(timespec="seconds")
        past = read_history(self.what.history) if self.what.history else ()
        versions = ", ".join(sorted({call.figures.version for call in now} - {""}))
        names = (", ".join(map(str, candidate)), ", ".join(map(str, baseline)))
        about = About(title, made, versions, *names, folder=None, history=past)
        data = as_data(about, found, now, then, results)
        return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()

    def _calls(self, side: Side, paths: Sequence[Path]) -> list[Call]:
        recorded = find_recorded(path for path in paths if path.exists())
        self._recorded |= {(side, each.id): each for each in recorded}
        signed = {each.path: _signature(each) for each in recorded}
        new = [each for each in recorded if not self._is_known(each.path, signed)]
        for each, call in zip(new, self._fresh(new), strict=True):
            self._read[each.path] = signed[each.path], call
        return with_repeats([self._read[each.path][1] for each in recorded])

    def _fresh(self, recorded: Sequence[Recorded]) -> list[Call]:
        return read_calls(recorded, self.prompts, self.sound, languages=self.languages)

    def _is_known(self, path: Path, signed: Mapping[Path, _Signature]) -> bool:
        known = self._read.get(path)
        return known is not None and known[0] == signed[path]


def _signature(recorded: Recorded) -> _Signature:
    """By which a recording that has changed is told from one that has not."""
    files = (recorded.log, recorded.caller, recorded.agent, annotations_of(recorded))
    found = []
    for path in files:
        try:
            about = path.stat() if path else None
        except OSError:
            about = None
        if path and about:
            found.append((path.name, about.st_mtime_ns, about.st_size))
    return tuple(found)
