"""Recorded calls, read and measured, many at once; what is wrong with one is told."""

import multiprocessing
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import ValidationError

from agent.actions import Action
from agent.events import Event
from agent.log import LogError, read
from pipelines.errors import EngineError
from pipelines.packs.reader import DialogueConfig, load
from pipelines.quality.annotated import Annotated
from pipelines.quality.checks import violations
from pipelines.quality.energy import energy
from pipelines.quality.figures import Figures, figures, told_at
from pipelines.quality.noise import band
from pipelines.quality.outlines import outlines
from pipelines.quality.references import against_references
from pipelines.quality.sound import measure, read_channels
from pipelines.quality.turns import Turn, turns
from pipelines.store.annotations import (
    Annotation,
    AnnotationError,
    annotations_of,
    read_annotations,
)
from pipelines.store.recorded import LOG, Recorded, language_of
from pipelines.store.recorder_note import RECORDER, RecorderNote, read_recorder_note
from pipelines.store.replay_note import REPLAY, ReplayNote

REPEAT_DAYS = 7
_FEW = 100  # calls that are read before other processes have begun
_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Call:
    """One recorded call, measured. `left_out` is why it cannot be, "" if it was.

    `outlines` are both waveforms, caller's and agent's, where there is sound; `no_sound` is why
    what there is could not be read. `annotations` are people's.
    """

    recorded: Recorded
    turns: tuple[Turn, ...] = ()
    figures: Figures = field(default_factory=lambda: Figures("no wish", 0.0))
    outlines: tuple[bytes, bytes] | None = None
    note: ReplayNote | None = None
    left_out: str = ""
    no_sound: str = ""
    annotations: tuple[Annotation, ...] = ()

    @property
    def annotated(self) -> Annotated:
        """What people say of it, by what they agree on."""
        return Annotated(self.recorded.id, self.turns, self.annotations, self.recorded.caller)


def read_calls(
    recorded: Sequence[Recorded],
    prompts: Path,
    sound: bool = True,
    processes: int = 0,
    languages: tuple[str, ...] = (),
) -> list[Call]:
    """All of them, in their order. `sound` measures the channels as well, which takes longer.

    For `prompts` and `languages`, by which logs are checked, see `load`.
    """
    processes = processes or os.cpu_count() or 1
    if processes == 1 or len(recorded) <= _FEW:
        config = load(prompts, languages)
        return [read_call(each, config, sound) for each in recorded]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, _begin, (prompts, languages, sound)) as pool:
        return list(pool.map(_read, recorded, chunksize=_AT_ONCE))


def read_call(recorded: Recorded, config: DialogueConfig, sound: bool = True) -> Call:
    """One."""
    if recorded.log is None:
        told = "imported, and not replayed: waxtaan replay --out answers its caller"
        return Call(recorded, left_out=told)
    try:
        entries = read_log(recorded.log)
        found = turns(entries)
        broken = violations(entries, config.languages, config.flows)
        note = _note(recorded.log.with_name(REPLAY))
        said = read_annotations(annotations_of(recorded))
    except (LogError, OSError, ValidationError, AnnotationError) as error:
        return Call(recorded, left_out=str(error))
    except (UnicodeDecodeError, RecursionError):
        return Call(recorded, left_out="no log of a call")
    channels = None
    told = ""
    if sound and recorded.caller and recorded.agent:
        try:
            channels = read_channels(recorded.caller, recorded.agent)
        except EngineError as error:
            told = str(error)
    measured = measure(channels, _decided(found)) if channels else None
    recorder = _recorder(recorded.log)
    told_of = figures(entries, found, measured, broken)
    told_of = replace(
        told_of,
        counts={**told_of.counts, **energy(found, told_of.outcome == "resolved", recorder)},
        noise=band(channels) if channels else "",
        version=note.version if note else recorder.version,
    )
    call = Call(
        recorded,
        tuple(found),
        told_at(told_of, note.depth) if note else told_of,
        outlines(channels) if channels else None,
        note,
        no_sound=told,
        annotations=tuple(said),
    )
    return with_word_errors(call, call)


def read_log(path: Path) -> list[Event | Action]:
    """A log's entries.

    Raises:
        LogError: a line cannot be read, or there is nothing in it.
    """
    with path.open(encoding="utf-8") as lines:
        entries = list(read(lines))
    if not entries:
        raise LogError("nothing happens in it")
    return entries


def with_word_errors(call: Call, reference: Call) -> Call:
    """With what was heard and understood wrongly, by what is known of `reference`.

    Both are the same call; where a replay has left its recording its turns are other ones.
    """
    note = call.note
    last = note.diverged.at if note and note.diverged else float("inf")
    turns_ = [turn for turn in call.turns if turn.at < last]
    told = (note.language if note else "") or language_of(reference.recorded, "")
    found = against_references(turns_, reference.annotated, call.figures.language, told)
    if not found:
        return call
    measured = replace(call.figures, counts={**call.figures.counts, **found})
    return replace(call, figures=told_at(measured, note.depth) if note else measured)


def with_repeats(calls: Sequence[Call], days: int = REPEAT_DAYS) -> list[Call]:
    """With `stayed_contained` counted: no person, and no further call of the number in `days` days.

    Of calls whose number and date are known, and after which so many days are in the recordings.
    """
    when = {i: _moment(call) for i, call in enumerate(calls)}
    latest = max((at for at in when.values() if at), default=None)
    by_number: dict[str, list[datetime]] = {}
    for i, at in when.items():
        if at and calls[i].figures.caller:
            by_number.setdefault(calls[i].figures.caller, []).append(at)
    found = []
    for i, call in enumerate(calls):
        at, number = when[i], call.figures.caller
        told = call.figures.counts
        span = timedelta(days=days)
        if at and latest and number and told.get("contained", (0, 0))[0] and latest - at >= span:
            again = any(at < other <= at + span for other in by_number[number])
            counts = {**told, "stayed_contained": (float(not again), 1.0)}
            call = replace(call, figures=replace(call.figures, counts=counts))
        found.append(call)
    return found


def _moment(call: Call) -> datetime | None:
    try:
        return datetime.fromisoformat(call.figures.began).replace(tzinfo=None)
    except ValueError:
        return None


def _decided(found: Iterable[Turn]) -> list[tuple[float, float]]:
    """The caller's spoken turns that were answered: when they began, when they were decided."""
    return [(t.at, t.ended) for t in found if t.by == "words" and t.rung and t.ended is not None]


def _note(path: Path) -> ReplayNote | None:
    if not path.is_file():
        return None
    return ReplayNote.model_validate_json(path.read_text(encoding="utf-8"))


def _recorder(log: Path) -> RecorderNote:
    """A log that stands alone has none."""
    return read_recorder_note(log.with_name(RECORDER)) if log.name == LOG else RecorderNote()


def by_id(calls: Iterable[Call]) -> Mapping[str, Call]:
    """Those that could be read."""
    return {call.recorded.id: call for call in calls if call.turns}


_config: DialogueConfig | None = None  # of a process of the pool
_sound = True


def _begin(prompts: Path, languages: tuple[str, ...], sound: bool) -> None:
    global _config, _sound
    _config, _sound = load(prompts, languages), sound


def _read(recorded: Recorded) -> Call:
    if _config is None:
        raise RuntimeError("a process of the pool that was not begun")
    return read_call(recorded, _config, _sound)
