"""What a report points at: the worst calls in their order, and what rules did by annotators."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.quality.annotated import Judged
from pipelines.quality.calls import Call
from pipelines.quality.checks import Violation
from pipelines.quality.compare import SLICES, report
from pipelines.quality.data import About, as_data
from pipelines.quality.escalation import ANY, RuleJudged, by_rule, how
from pipelines.quality.figures import Figures
from pipelines.quality.history import Past
from pipelines.quality.turns import Turn
from pipelines.quality.worst import Reason, Worst, longest_wait, ordered, worst
from pipelines.store.annotations import NONE, Annotation
from pipelines.store.recorded import Recorded
from tests.pipelines.quality.reports import alone, compared, golden


def call(id_: str, told: Figures | None = None) -> Call:
    turns = (Turn("start", 0.0), Turn("words", 4.0), Turn("words", 9.0))
    return Call(Recorded(id_), turns, told or Figures("resolved", 20.0))


def lost(of: float, turns: float) -> Figures:
    return Figures("resolved", 20.0, counts={"not_understood": (of, turns)})


BROKEN = Figures("resolved", 20.0, violations=(
    Violation("identity", "'bill' was looked up", 9.5), Violation("identity", "again", 12.0),
))  # fmt: skip
SLOW = Figures("resolved", 20.0, series={"wait": (0.4, 2.5)})
WORST_FIRST = {
    "broken": BROKEN,
    "was-resolved": Figures("handed over", 20.0),
    "unresolved": Figures("unresolved", 20.0),
    "half": lost(2, 4),
    "third": lost(3, 9),
    "slow": SLOW,
    "well": lost(0, 4),
    "apart": BROKEN,
}
CALLS = [call(id_, told) for id_, told in sorted(WORST_FIRST.items())]
BEFORE = {"was-resolved": call("was-resolved"), "well": call("well")}
APART = {"apart": "asks 'line' where 'service' was answered"}


def test_the_worst_come_first_and_those_apart_last() -> None:
    found = ordered(CALLS, BEFORE, APART)
    assert [each.recorded.id for each in found] == list(WORST_FIRST)


def test_the_worst_are_told_with_why_and_where() -> None:
    found = worst(ordered(CALLS, BEFORE, APART), BEFORE, APART)
    assert found == [
        Worst("broken", (Reason("identity", "'bill' was looked up"),), 2),
        Worst("was-resolved", (Reason("lost", "handed over"),), None),
        Worst("unresolved", (Reason("unresolved"),), None),
        Worst("half", (Reason("not_understood", "2 of 4 turns"),), None),
        Worst("third", (Reason("not_understood", "3 of 9 turns"),), None),
        Worst("slow", (Reason("wait", "2.5 s"),), None),
    ]
    assert worst(ordered(CALLS, BEFORE, APART), BEFORE, APART, count=2) == found[:2]


def test_a_wait_is_told_by_the_sound_or_by_the_log() -> None:
    logged = Figures("resolved", 9.0, series={"pause": (0.5, 0.8), "after_decision": (0.25, 0.1)})
    assert longest_wait(call("a", logged)) == 0.9
    assert longest_wait(call("a", SLOW)) == 2.5
    assert longest_wait(call("a")) is None


@pytest.mark.parametrize(
    ("should", "did", "told"),
    [
        (NONE, NONE, {}),
        ("angry", "angry", {"angry": "right", ANY: "right"}),
        (NONE, "angry", {"angry": "wrong", ANY: "wrong"}),
        ("angry", NONE, {"angry": "missed", ANY: "missed"}),
        ("angry", "emergency", {"emergency": "wrong", "angry": "missed", ANY: "right"}),
    ],
)
def test_what_rules_did_in_a_call(should: str, did: str, told: dict[str, str]) -> None:
    assert how(Judged("a", should, did)) == told


def test_precision_and_recall_of_rules() -> None:
    calls = [
        *[Judged("a", "angry", "angry")] * 3,
        Judged("b", NONE, "angry"),
        *[Judged("c", "angry", NONE)] * 2,
        Judged("d", "emergency", "angry"),
        Judged("e", NONE, NONE),
    ]
    any_, angry, emergency = by_rule(calls)
    assert any_ == RuleJudged(ANY, 4, {NONE: 1}, {NONE: 2})
    assert angry == RuleJudged("angry", 3, {NONE: 1, "emergency": 1}, {NONE: 2})
    assert (angry.called, angry.precision, angry.wanted, angry.recall) == (5, 0.6, 5, 0.6)
    assert (emergency.precision, emergency.recall) == (None, 0.0)


def said(value: str) -> Annotation:
    return Annotation(who="awa", when="2026-11-29T10:00:00", about="escalation", value=value)


def test_what_is_said_of_the_baseline_judges_both(tmp_path: Path) -> None:
    before = [
        replace(each, annotations=(said("angry"),)) if each.recorded.id == "en-bill" else each
        for each in golden(tmp_path)
    ]
    after = [
        replace(each, annotations=(), turns=(*each.turns[:-1], replace(each.turns[-1],
                escalated=("angry",)))) if each.recorded.id == "en-bill" else each
        for each in before
    ]  # fmt: skip
    data = compared(tmp_path, before, after)
    now, then = data["escalation"]["candidate"], data["escalation"]["baseline"]
    assert (now["calls"], then["calls"]) == (1, 1)
    recall = [{rule["rule"]: rule["recall"] for rule in each["rules"]} for each in (now, then)]
    assert recall == [{ANY: 1.0, "angry": 1.0}, {ANY: 0.0, "angry": 0.0}]
    judged = dict(zip(data["calls"]["id"], data["calls"]["judged"], strict=True))
    assert judged.pop("en-bill") == ["right:angry", "right:any"]
    assert not any(judged.values())


def test_nothing_is_told_of_rules_that_nobody_judged(tmp_path: Path) -> None:
    data = alone(tmp_path, golden(tmp_path))
    assert data["escalation"] is None
    assert sorted(data["calls"]["worst"]) == list(range(1, 12))
    first = data["worst"][0]
    assert data["calls"]["worst"][first["call"]] == 1


def test_reports_before_are_in_the_data(tmp_path: Path) -> None:
    calls = golden(tmp_path)
    nan = float("nan")
    past = Past(made="2026-11-28T03:00:00", version="0.0.9", of="x", figures={"a": (1, nan, 1, 2)})
    about = About("Night run", "2026-11-29T15:40:00", "0.1.0", "new", "", tmp_path, [past])
    (told,) = as_data(about, report(calls, SLICES), calls)["history"]
    assert told["figures"] == {"a": [1.0, None, 1.0, 2.0]}
