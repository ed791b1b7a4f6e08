"""What a report points at, as plain data: the worst calls, and what annotators say of rules.

Calls are named by their number: their place in `ids_of`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any, TypeAlias

from pipelines.quality.annotated import Judged, judged
from pipelines.quality.calls import Call
from pipelines.quality.escalation import RuleJudged, by_rule, how
from pipelines.quality.worst import ordered, worst

Calls: TypeAlias = Mapping[str, Call]  # by id
Apart: TypeAlias = Mapping[str, str]  # id -> why


def ids_of(after: Calls, before: Calls) -> list[str]:
    """Of all calls of both versions, in the order of a report."""
    return list(dict.fromkeys((*after, *before)))


def worst_of(after: Calls, before: Calls, apart: Apart) -> list[dict[str, Any]]:
    """The calls that are worth looking at first."""
    number = {id_: i for i, id_ in enumerate(ids_of(after, before))}
    return [
        {"call": number[each.id], "turn": each.turn, "why": [asdict(why) for why in each.why]}
        for each in worst(ordered(list(after.values()), before, apart), before, apart)
    ]


def rules_of(after: Calls, before: Calls, apart: Apart) -> dict[str, Any] | None:
    """Of both versions; None where nobody has annotated who should have called."""
    now, then = _judged(after, before, apart, after), _judged(after, before, apart, before)
    if not (now or then):
        return None
    return {"candidate": _rules(now), "baseline": _rules(then) if before else None}


def columns_of(after: Calls, before: Calls, apart: Apart) -> dict[str, list[Any]]:
    """Of every call its place among the worst, from 1, and what rules did in it ("right:angry")."""
    ids = ids_of(after, before)
    first = ordered([after.get(id_) or before[id_] for id_ in ids], before, apart)
    place = {call.recorded.id: i for i, call in enumerate(first, start=1)}
    found = {each.id: how(each) for each in _judged(after, before, apart, after)}
    return {
        "worst": [place[id_] for id_ in ids],
        "judged": [[f"{did}:{rule}" for rule, did in found.get(id_, {}).items()] for id_ in ids],
    }


def _judged(after: Calls, before: Calls, apart: Apart, of: Calls) -> list[Judged]:
    """Of one version. Of two the baseline is annotated: what is said of its call holds for both."""
    annotated = (
        replace(call, annotations=(before.get(id_) or after[id_]).annotations).annotated
        for id_, call in of.items()
        if id_ not in apart
    )
    return list(judged(annotated))


def _rules(calls: Iterable[Judged]) -> dict[str, Any]:
    found = list(calls)
    return {"calls": len(found), "rules": [_rule(each) for each in by_rule(found)]}


def _rule(rule: RuleJudged) -> dict[str, Any]:
    return {
        "rule": rule.rule,
        "right": rule.right,
        "wrong": dict(rule.wrong),
        "missed": dict(rule.missed),
        "called": rule.called,
        "wanted": rule.wanted,
        "precision": rule.precision,
        "recall": rule.recall,
    }
