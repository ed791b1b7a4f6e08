"""What is counted of calls."""

from pathlib import Path

from agent.actions import Action, Compose, Explain, Interpret, Speak, Transfer
from agent.commands import AskKnowledge, FinishFlow, NotUnderstood, SetSlot, StartFlow
from agent.events import CallStarted, Event, Tick
from agent.log import read
from pipelines.store.statistics import MODEL, Statistics, call_figures

CALLS = Path(__file__).parents[2] / "calls"
START = CallStarted(0.0, "test", "770001234", "en")


def counted(*entries: Event | Action) -> Statistics:
    found = Statistics()
    found.add(call_figures([START, *entries]))
    return found


def test_who_understood_and_what_needed_the_language_model() -> None:
    about = counted(
        Explain("classifier", "balance", 1.0, (StartFlow("balance"),)),
        Explain("keypad", "line", 1.0, (SetSlot("line", "770001234"),)),
        Interpret(1, "well, you see", "en", "open", ()),
        Explain(MODEL, "bill", 0.9, (StartFlow("bill", False),)),
        Explain("knowledge", "en/x.md#y", 0.9, (AskKnowledge("what is it"),)),
        Compose(2, "what is it", "en"),
        Interpret(3, "hm", "en", "open", ()),
        Explain("none", "", 0.0, (NotUnderstood(),)),
        Explain("none", "", 0.0, (NotUnderstood(),)),
        Explain("gate", "amount", 0.0),
        Tick(12.34),
    ).about()
    assert about["turns"] == 6
    assert about["rungs"][MODEL] == {"turns": 1, "share": 0.1667}
    assert about["without_language_model"] == {"turns": 2, "share": 0.3333}
    assert about["asked_back"]["turns"] == 1
    assert about["not_understood"]["turns"] == 2
    assert (about["median_turns"], about["median_seconds"]) == (6, 12.3)


def test_use_cases_and_handoffs_count_once_a_call() -> None:
    found = counted(
        Explain("classifier", "bill", 0.6, (StartFlow("bill", False),)),
        Explain("question", "affirm", 1.0, (StartFlow("bill"),)),
        Explain("flow", "bill", 1.0, (FinishFlow("bill"),)),
        Explain("classifier", "sim", 0.6, (StartFlow("sim", False),)),
        Explain("escalation", "angry", 1.0),
        Speak(1, "handoff angry retention", "One moment.", "en"),
        Transfer("retention", "angry"),
    )
    found.add(call_figures([START, Explain("classifier", "bill", 1.0, (StartFlow("bill"),))]))
    about = found.about()
    assert about["use_cases"] == {"bill": {"asked_for": 2, "finished": 1}}
    assert about["handoffs"] == {"angry": 1}


def test_recorded_calls() -> None:
    found = Statistics()
    for path in CALLS.glob("*.jsonl"):
        with path.open(encoding="utf-8") as lines:
            found.add(call_figures(read(lines)))
    about = found.about()
    assert about["calls"] == len(list(CALLS.glob("*.jsonl")))
    assert sum(row["turns"] for row in about["rungs"].values()) == about["turns"] > 0
    assert about["use_cases"]["bill"]["finished"] >= 2


def test_nothing() -> None:
    about = Statistics().about()
    assert about["median_turns"] is None
    assert about["rungs"]["rule"] == {"turns": 0, "share": None}
