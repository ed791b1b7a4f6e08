"""Two versions on the same calls: what changed, in how many of them, and in which figures.

Calls are matched by their id. A call that was replayed and left its recording is not averaged with
those that did not: what its caller said from there on answers other questions.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipelines.quality.calls import Call, with_word_errors
from pipelines.quality.changes import Change, Changes, Kind, changes
from pipelines.quality.estimates import Difference, Estimate, Sample, difference
from pipelines.quality.figures import Figures
from pipelines.quality.metrics import METRICS, Metric


@dataclass(frozen=True, slots=True)
class Row:
    """One metric; what is not known is None."""

    metric: Metric
    candidate: Estimate | None
    baseline: Estimate | None = None
    difference: Difference | None = None

    @property
    def worse(self) -> bool:
        """Whether the candidate is certainly worse."""
        d = self.difference
        if d is None or not d.certain or self.metric.better == "neither":
            return False
        return (d.value < 0) == (self.metric.better == "higher")


@dataclass(frozen=True, slots=True)
class Group:
    """The same change in several calls: (id, the change as it is in that call)."""

    kind: Kind
    name: str
    then: str
    now: str
    calls: tuple[tuple[str, Change], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Of one set of calls, or of two on the same calls.

    `rows` are of `averaged` calls; `apart` are those that are told but not averaged, and why;
    `no_sound` those whose channels could not be measured.
    """

    rows: tuple[Row, ...]
    averaged: tuple[str, ...]
    groups: tuple[Group, ...] = ()
    changed: Mapping[str, Changes] = field(default_factory=dict)
    apart: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    no_sound: Mapping[str, str] = field(default_factory=dict)
    slices: Mapping[str, Mapping[str, tuple[Row, ...]]] = field(default_factory=dict)


def report(calls: Sequence[Call], slices: Sequence[str] = ()) -> Report:
    """Of one set."""
    apart = {c.recorded.id: why for c in calls if (why := _apart(c))}
    usable = [c for c in calls if c.turns and c.recorded.id not in apart]
    return Report(
        rows=_rows([call.figures for call in usable]),
        averaged=tuple(call.recorded.id for call in usable),
        apart=apart,
        left_out={c.recorded.id: c.left_out for c in calls if c.left_out},
        no_sound={c.recorded.id: c.no_sound for c in calls if c.no_sound},
        slices={by: _sliced(by, usable, None) for by in slices},
    )


def compare(
    baseline: Sequence[Call], candidate: Sequence[Call], slices: Sequence[str] = ()
) -> Report:
    """Of both, on the calls that both have."""
    before = {call.recorded.id: call for call in baseline if call.turns}
    after = {call.recorded.id: call for call in candidate if call.turns}
    shared = [id_ for id_ in before if id_ in after]
    for id_ in shared:  # what people say was said in the one was said in the other
        after[id_] = with_word_errors(after[id_], before[id_])
    changed = {id_: changes(before[id_].turns, after[id_].turns) for id_ in shared}
    apart = {id_: why for id_ in shared if (why := _apart(before[id_]) or _apart(after[id_]))}
    for id_ in (*before, *after):
        if id_ not in changed:
            where = "baseline" if id_ in before else "candidate"
            apart[id_] = f"only in the {where}"
    averaged = [id_ for id_ in shared if id_ not in apart]
    then, now = [before[id_] for id_ in averaged], [after[id_] for id_ in averaged]
    left_out = {c.recorded.id: c.left_out for c in (*baseline, *candidate) if c.left_out}
    return Report(
        rows=_rows([call.figures for call in now], [call.figures for call in then]),
        averaged=tuple(averaged),
        groups=_groups(changed),
        changed=changed,
        apart=apart,
        left_out=left_out,
        no_sound={c.recorded.id: c.no_sound for c in (*baseline, *candidate) if c.no_sound},
        slices={by: _sliced(by, now, then) for by in slices},
    )


def _apart(call: Call) -> str:
    """Why a call is not averaged with the others; "" where it is."""
    note = call.note
    if note is None or note.diverged is None:
        return ""
    at = note.diverged
    who = f"; from there on by {note.continued}" if note.continued else ""
    return f"asks '{at.now}' where '{at.then}' was answered, at {at.at:.1f} s{who}"


def _rows(now: Sequence[Figures], then: Sequence[Figures] | None = None) -> tuple[Row, ...]:
    sample = Sample(len(now))
    rows = []
    for metric in METRICS:
        after = sample.values(now, metric)
        before = sample.values(then, metric) if then is not None else None
        if after or before:
            moved = difference(before, after) if before and after else None
            rows.append(
                Row(
                    metric,
                    after.estimate if after else None,
                    before.estimate if before else None,
                    moved,
                )
            )
    return tuple(rows)


def _sliced(
    by: str, now: Sequence[Call], then: Sequence[Call] | None
) -> dict[str, tuple[Row, ...]]:
    """By a property of the calls, as the candidate has it."""
    values = sorted({value for call in now for value in _of(call.figures, by)})
    found = {}
    for value in values:
        places = [i for i, call in enumerate(now) if value in _of(call.figures, by)]
        old = [then[i].figures for i in places] if then is not None else None
        found[value] = _rows([now[i].figures for i in places], old)
    return found


SLICES = ("language", "channel", "wishes", "noise", "version")


def _of(figures: Figures, by: str) -> tuple[str, ...]:
    value = getattr(figures, by)
    if by in ("noise", "version") and not value:  # nobody knows
        return ()
    return value if isinstance(value, tuple) else (value,)


def _groups(changed: Mapping[str, Changes]) -> tuple[Group, ...]:
    """The most frequent first."""
    found: dict[tuple[Kind, str, str, str], list[tuple[str, Change]]] = {}
    for id_, each in changed.items():
        for change in each.found:
            # Words that were heard are another pair in each call.
            sides = ("", "") if change.kind == "heard" else (change.then, change.now)
            found.setdefault((change.kind, change.name, *sides), []).append((id_, change))
    groups = [Group(*key, tuple(calls)) for key, calls in found.items()]
    return tuple(sorted(groups, key=lambda g: (-calls_of(g), g.kind, g.name, g.then, g.now)))


def calls_of(group: Group) -> int:
    """How many calls a change is in."""
    return len(dict.fromkeys(id_ for id_, _ in group.calls))


def calls_with(groups: Iterable[Group], kind: str) -> int:
    """How many calls changes of a kind are in; "any" is any."""
    return len({id_ for g in groups if kind in (g.kind, "any") for id_, _ in g.calls})
