"""A report as plain data, for JSON and for the page that shows it.

What the list of calls and its filters need stands in columns; what one call's view needs is packed,
`PACKED` calls a piece, so that a page over thousands of calls opens before it has read them all.
"""

import base64
import json
import math
import os
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.quality.calls import Call
from pipelines.quality.compare import Report, Row
from pipelines.quality.estimates import Estimate
from pipelines.quality.findings import columns_of, ids_of, rules_of, worst_of
from pipelines.quality.gates import Result
from pipelines.quality.history import Past
from pipelines.quality.outlines import coarser, kept_share, written
from pipelines.quality.turns import Turn
from pipelines.quality.worst import longest_wait

VERSION = 1
PACKED = 50
_BINS = 40
_SHOWN = ("wait", "pause", "after_decision", "stop", "to_escalation", "duration")


@dataclass(frozen=True, slots=True)
class About:
    """What a report is of. `made` is local, ISO; `folder` is where it will lie, for its links.

    None where it is shown live: then links lead to the server that shows it.
    """

    title: str
    made: str
    version: str
    candidate: str
    baseline: str
    folder: Path | None
    history: Sequence[Past] = ()  # reports before this one, the oldest first


def as_data(
    about: About,
    report: Report,
    candidate: Sequence[Call],
    baseline: Sequence[Call] = (),
    gates: Sequence[Result] = (),
) -> dict[str, Any]:
    """Everything. Calls are numbered as in `calls`; groups and pieces name them by number."""
    fine = kept_share(len(o) for c in (*candidate, *baseline) for o in c.outlines or ())
    after = {call.recorded.id: _drawn(call, fine) for call in candidate if call.turns}
    before = {call.recorded.id: _drawn(call, fine) for call in baseline if call.turns}
    ids = ids_of(after, before)
    number = {id_: i for i, id_ in enumerate(ids)}
    return {
        "report": VERSION,
        "live": about.folder is None,
        "title": about.title,
        "made": about.made,
        "version": about.version,
        "candidate": about.candidate,
        "baseline": about.baseline or None,
        "history": [_past(past) for past in about.history],
        "averaged": len(report.averaged),
        "rows": [_row(row) for row in report.rows],
        "slices": {
            by: {value: [_row(row) for row in rows] for value, rows in found.items()}
            for by, found in report.slices.items()
        },
        "groups": [
            {
                "kind": group.kind,
                "name": group.name,
                "then": group.then,
                "now": group.now,
                "calls": [[number[id_], change.turn] for id_, change in group.calls],
            }
            for group in report.groups
        ],
        "worst": worst_of(after, before, report.apart),
        "escalation": rules_of(after, before, report.apart),
        "gates": [asdict(result) for result in gates],
        "distributions": _distributions(report, after, before),
        "left_out": list(map(list, report.left_out.items())),
        "no_sound": list(map(list, report.no_sound.items())),
        "calls": _columns(ids, after, before, report) | columns_of(after, before, report.apart),
        "packed": PACKED,
        "pieces": [
            _pack(
                [_detail(id_, after, before, report, about.folder) for id_ in ids[i : i + PACKED]]
            )
            for i in range(0, len(ids), PACKED)
        ],
    }


def _drawn(call: Call, share: float) -> Call:
    """With waveforms that the report has room for."""
    if call.outlines is None or share == 1:
        return call
    caller, agent = call.outlines
    return replace(call, outlines=(coarser(caller, share), coarser(agent, share)))


def unpacked(piece: str) -> list[dict[str, Any]]:
    """What one of `pieces` holds."""
    found: list[dict[str, Any]] = json.loads(zlib.decompress(base64.b64decode(piece)))
    return found


def _pack(details: list[dict[str, Any]]) -> str:
    plain = json.dumps(details, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.b64encode(zlib.compress(plain, 9)).decode()


def _row(row: Row) -> dict[str, Any]:
    metric, moved = row.metric, row.difference
    return {
        "name": metric.name,
        "label": metric.label,
        "unit": metric.unit,
        "better": metric.better,
        "candidate": _estimate(row.candidate),
        "baseline": _estimate(row.baseline),
        "difference": {
            "value": _number(moved.value),
            "low": _number(moved.low),
            "high": _number(moved.high),
            "certain": moved.certain,
        }
        if moved
        else None,
        "worse": row.worse,
    }


def _estimate(found: Estimate | None) -> dict[str, float | None] | None:
    return {k: _number(v) for k, v in asdict(found).items()} if found else None


def _past(past: Past) -> dict[str, Any]:
    figures = {name: list(map(_number, each)) for name, each in past.figures.items()}
    return past.model_dump() | {"figures": figures}


def _number(value: float) -> float | None:
    """Six digits are more than any of these is known to; JSON has no NaN."""
    return float(f"{value:.6g}") if math.isfinite(value) else None


def _distributions(
    report: Report, after: Mapping[str, Call], before: Mapping[str, Call]
) -> dict[str, Any]:
    """How often which value: the edges of the bins, and how many of each version are in each."""
    found = {}
    for name in _SHOWN:
        now, then = (
            [
                v
                for id_ in report.averaged
                if id_ in of
                for v in of[id_].figures.series.get(name, ())
            ]
            for of in (after, before)
        )
        if now or then:
            edges = np.histogram_bin_edges([*now, *then], _BINS)
            found[name] = {
                "edges": [_number(float(edge)) for edge in edges],
                "candidate": np.histogram(now, edges)[0].tolist(),
                "baseline": np.histogram(then, edges)[0].tolist() if then else None,
            }
    return found


def _columns(
    ids: Sequence[str],
    after: Mapping[str, Call],
    before: Mapping[str, Call],
    report: Report,
) -> dict[str, list[Any]]:
    shown = [after.get(id_) or before[id_] for id_ in ids]
    changed = [report.changed.get(id_) for id_ in ids]
    return {
        "id": list(ids),
        "language": [call.figures.language for call in shown],
        "channel": [call.figures.channel for call in shown],
        "noise": [call.figures.noise for call in shown],
        "version": [call.figures.version for call in shown],
        "began": [call.figures.began for call in shown],
        "seconds": [round(call.figures.seconds, 1) for call in shown],
        "outcome": [call.figures.outcome for call in shown],
        "outcome_before": [before[id_].figures.outcome if id_ in before else "" for id_ in ids],
        "wishes": [list(call.figures.wishes) for call in shown],
        "reasons": [list(call.figures.reasons) for call in shown],
        "turns": [round(call.figures.counts["turns"][0]) for call in shown],
        "not_understood": [round(call.figures.counts["not_understood"][0]) for call in shown],
        "longest_wait": [longest_wait(call) for call in shown],
        "violations": [sorted({v.check for v in call.figures.violations}) for call in shown],
        "changes": [sorted({c.kind for c in each.found}) if each else [] for each in changed],
        "apart": [report.apart.get(id_, "") for id_ in ids],
    }


def _detail(
    id_: str,
    after: Mapping[str, Call],
    before: Mapping[str, Call],
    report: Report,
    folder: Path | None,
) -> dict[str, Any]:
    changed = report.changed.get(id_)
    return {
        "id": id_,
        "candidate": _side("candidate", after.get(id_), folder),
        "baseline": _side("baseline", before.get(id_), folder),
        "changes": [asdict(change) for change in changed.found] if changed else [],
        "diverged": changed.diverged if changed else None,
    }


def _side(name: str, call: Call | None, folder: Path | None) -> dict[str, Any] | None:
    if call is None:
        return None
    recorded = call.recorded
    live = f"sound/{name}/{recorded.id}"
    return {
        "caller": _link(recorded.caller, folder, f"{live}/caller.wav"),
        "agent": _link(recorded.agent, folder, f"{live}/agent.wav"),
        "outlines": [written(each) for each in call.outlines or ()],
        "seconds": call.figures.seconds,
        "outcome": call.figures.outcome,
        "note": call.note.model_dump() if call.note else None,
        "violations": [asdict(each) for each in call.figures.violations],
        "waits": list(call.figures.series.get("wait", ())),
        "turns": [_turn(turn) for turn in call.turns],
        "annotations": [each.model_dump(exclude_defaults=True) for each in call.annotations],
    }


def _link(path: Path | None, folder: Path | None, live: str) -> str:
    if path is None:
        return ""
    return live if folder is None else Path(os.path.relpath(path, folder)).as_posix()


def _turn(turn: Turn) -> dict[str, Any]:
    """Without what is empty in it."""
    told = {
        "by": turn.by,
        "at": round(turn.at, 2),
        "ended": turn.ended,
        "answered": turn.answered,
        "paused": turn.paused,
        "question": turn.question,
        "asked": turn.asked,
        "said": turn.said,
        "language": turn.heard_as,
        "rung": turn.rung,
        "intent": turn.intent,
        "sure": round(turn.sure, 3),
        "heard_surely": round(turn.heard_surely, 3),
        "commands": [_command(c) for c in turn.commands],
        "follows": [_command(c) for c in turn.follows],
        "escalated": list(turn.escalated),
        "why": list(turn.why),
        "requests": turn.requests,
        "spoken": [[each.act, each.text, each.language] for each in turn.spoken],
        "packet": dict(turn.packet),
        "closing": turn.closing,
    }
    return {key: value for key, value in told.items() if value not in ("", None, [], {}, 0.0)}


def _command(command: Any) -> str:
    fields = asdict(command)
    told = " ".join(f"{name}={value}" for name, value in fields.items() if value not in ("", True))
    return f"{type(command).__name__} {told}".strip()
