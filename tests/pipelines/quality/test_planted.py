"""One thing is changed, and a comparison finds it, and a gate does, and nothing else is told."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.quality.calls import Call
from pipelines.quality.compare import Report, calls_of, compare
from pipelines.quality.gates import Gates, MetricGate, judge
from tests.pipelines.quality.planted import AS_IT_IS, CALLS, against, prompts, read, replayed, told

PERSON = '[rules.asked_for_person]\nafter = 1\nqueue = "general"\n'


def worse(report: Report) -> set[str]:
    return {row.metric.name for row in report.rows if row.worse}


def kept(report: Report, **limits: int) -> bool:
    return all(result.passed for result in judge(Gates(changes=limits), report))


def test_the_same_version_changes_nothing(tmp_path: Path) -> None:
    report = against(tmp_path, AS_IT_IS)
    assert told(report) == set()
    assert worse(report) == set()
    assert (len(report.changed), report.apart, report.left_out) == (11, {}, {})
    assert kept(report, any=0)


def test_a_rule_that_is_gone(tmp_path: Path) -> None:
    report = against(tmp_path, prompts(tmp_path, "escalation.toml", PERSON, ""))
    assert told(report) == {("escalation", "asked_for_person")}
    assert calls_of(report.groups[0]) == 3
    assert not kept(report, escalation=0)
    assert kept(report, understood=0, wording=0, answer=0)
    # what its caller said to the person who now is not rung answers nothing
    assert list(report.apart) == ["en-transfer"]


def test_a_phrase(tmp_path: Path) -> None:
    old, new = '"You have {amount:money} left."', '"There is {amount:money} left."'
    report = against(tmp_path, prompts(tmp_path, "en/phrases.toml", old, new))
    assert told(report) == {("wording", "inform balance (en)")}
    assert {c.turn for g in report.groups for _, c in g.calls} == {4}
    assert not kept(report, wording=0)
    assert kept(report, understood=0, escalation=0, answer=0)
    assert worse(report) == set()


def test_a_threshold(tmp_path: Path) -> None:
    old, new = "confirm_below = 0.8 ", "confirm_below = 0.6 "
    report = against(tmp_path, prompts(tmp_path, "escalation.toml", old, new))
    assert {kind for kind, _ in told(report)} == {"understood"}
    assert {name.split(":")[0] for _, name in told(report)} == {"open", "more"}
    assert not kept(report, understood=0)
    assert kept(report, escalation=0, wording=0, request=0)


def _slower(calls: list[Call], by: float) -> list[Call]:
    return [
        replace(
            call,
            note=None,
            figures=replace(
                call.figures,
                series={
                    **call.figures.series,
                    "after_decision": tuple(
                        t + by for t in call.figures.series.get("after_decision", ())
                    ),
                },
            ),
        )
        for call in calls
    ]


def test_a_slower_engine() -> None:
    then = read(CALLS)
    report = compare(then, _slower(then, 0.15))
    assert told(report) == set()
    assert worse(report) == {"after_decision_p50", "after_decision_p95"}
    limits = {"after_decision_p95": MetricGate(max_rise=0.1)}
    assert [r.passed for r in judge(Gates(metrics=limits), report)] == [False]
    assert kept(report, any=0)


def test_what_a_replay_cannot_tell_is_not_reported(tmp_path: Path) -> None:
    replayed(tmp_path / "now")
    report = compare(read(tmp_path / "now"), read(tmp_path / "now"))
    names = {row.metric.of for row in report.rows}
    assert names & {"wait", "pause", "after_decision", "duration", "heard_surely"} == set()
    assert {"resolved", "not_understood", "check_disclosure"} <= names


@pytest.mark.parametrize("scripted", [False, True])
def test_a_call_that_left_its_recording_is_not_averaged(tmp_path: Path, scripted: bool) -> None:
    packs = prompts(tmp_path, "escalation.toml", PERSON, "")
    outcomes = replayed(tmp_path / "now", packs, scripted=scripted)
    left = {o.id: o.diverged for o in outcomes if o.diverged}
    assert {id_: (d.then, d.now) for id_, d in left.items()} == {"en-transfer": ("ringing", "more")}
    report = compare(read(tmp_path / "now"), read(tmp_path / "now"))
    assert "en-transfer" not in report.averaged
    assert ("by a scripted caller" in report.apart["en-transfer"]) is scripted
