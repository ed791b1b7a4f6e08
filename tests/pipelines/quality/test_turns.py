"""A log as turns, and what two logs of one call do differently."""

from pathlib import Path
from typing import Any

import pytest

from agent.actions import Action, Expecting, Explain, HangUp, Listen, Speak, Transfer
from agent.commands import SetSlot, StartFlow
from agent.events import (
    CallEnded,
    CallStarted,
    Event,
    Hypothesis,
    KeyPressed,
    TurnEnded,
    TurnStarted,
)
from agent.log import read
from pipelines.quality.changes import Changes, changes
from pipelines.quality.turns import Turn, act_name, question_name, turns

CALLS = Path(__file__).parents[2] / "calls"
START = CallStarted(0.0, "web", None, "en")
OPEN = Listen("en", "open", Expecting(("balance",)))
PLEASE = "Please type your number."
LINE = Listen("en", "line", Expecting(digits=9))


def golden(name: str) -> list[Event | Action]:
    with (CALLS / f"{name}.jsonl").open(encoding="utf-8") as lines:
        return list(read(lines))


def heard(text: str, at: float, sure: float = 0.9) -> tuple[Event, ...]:
    return (
        TurnStarted(at),
        Hypothesis(at + 1, text, "en", 1.0, sure, final=True),
        TurnEnded(at + 1.5, 0.5),
    )


def wish(text: str, flow: str, *, rung: str = "rule", sure: bool = True) -> list[Event | Action]:
    return [
        START,
        Speak(1, "greet", "Hello.", "en"),
        OPEN,
        *heard(text, 2.0),
        Explain(rung, flow, 0.9, (StartFlow(flow, sure),)),
        Speak(2, "ask line", PLEASE, "en"),
        LINE,
    ]


def typed(keys: str, at: float) -> list[Event | Action]:
    return [KeyPressed(at + 0.1 * n, key) for n, key in enumerate(keys)]


def test_a_golden_call_has_its_turns() -> None:
    found = turns(golden("en-transfer"))
    told = [(t.by, t.question.split(":")[0], t.said, t.rung) for t in found]
    assert told == [
        ("start", "", "", ""),
        ("words", "open", "what is my balance", "classifier"),
        ("keys", "confirm", "2", "keypad"),
        ("keys", "line", "770001234", "keypad"),
        ("keys", "pin", "••••", "keypad"),
        ("words", "more", "i want to speak to an agent", "rule"),
        ("person", "ringing", "TransferFailed", ""),
        ("words", "alternative", "i will wait", "question"),
        ("person", "ringing", "PersonJoined", ""),
        ("words", "ringing", "thank you very much", ""),
        ("person", "ringing", "PersonLeft", ""),
        ("words", "more", "no thank you", "question"),
    ]
    assert found[5].escalated == ("asked_for_person",)
    assert found[5].packet["queue"] == "general"
    assert found[4].requests == ["verify line=770001234 pin=••••", "balance line=770001234"]
    assert found[-1].closing == "goodbye"


def test_an_emergency_is_a_turn_before_it_has_ended() -> None:
    found = turns(golden("en-emergency"))
    assert [(t.rung, t.escalated, t.closing) for t in found[1:]] == [
        ("partial", ("emergency",), "transferred")
    ]


def test_a_cough_is_no_turn() -> None:
    log = [*wish("my balance", "balance"), TurnStarted(9.0), TurnEnded(9.2)]
    assert len(turns(log)) == 2


def test_nothing_is_one_turn() -> None:
    assert turns([]) == [Turn("start", 0.0)]


@pytest.mark.parametrize("log", sorted(CALLS.glob("*.jsonl")), ids=lambda path: path.stem)
def test_a_call_does_not_differ_from_itself(log: Path) -> None:
    assert changes(turns(golden(log.stem)), turns(golden(log.stem))) == Changes()


def test_names_hold_nothing_of_the_caller() -> None:
    assert act_name("ask confirm:line:770001234") == "ask confirm:line"
    assert act_name("ask confirm:flow:bill") == "ask confirm:flow:bill"
    assert act_name("inform balance line=770001234") == "inform balance"
    assert act_name("greet.disclosure") == "greet.disclosure"
    assert question_name("confirm:when:2026-11-24T10:35") == "confirm:when"


def found(then: list[Event | Action], now: list[Event | Action]) -> list[tuple[Any, ...]]:
    return [(c.kind, c.name, c.then, c.now) for c in changes(turns(then), turns(now)).found]


def test_each_kind_of_change_is_told_by_its_cause_alone() -> None:
    then = wish("my balance", "balance")
    assert found(then, wish("my balance", "bill")) == [
        ("understood", "open", "StartFlow balance", "StartFlow bill")
    ]
    assert found(then, wish("my balance", "balance", sure=False)) == [
        ("understood", "open", "StartFlow balance", "StartFlow balance?")
    ]
    assert found(then, wish("my balance", "balance", rung="classifier")) == [
        ("rung", "open", "rule", "classifier")
    ]
    assert found(then, wish("my balances", "balance")) == [
        ("heard", "open", "my balance", "my balances")
    ]
    other = [*then[:-2], Speak(2, "ask line", "Kindly type your number.", "en"), LINE]
    assert found(then, other) == [("wording", "ask line (en)", "Please", "Kindly")]
    slow = [*then[:-2], Speak(2, "ask line", PLEASE, "en", pace="slow"), LINE]
    assert found(then, slow) == [("delivery", "ask line: pace", "normal", "slow")]
    longer = [*then[:-1], Listen("en", "line", Expecting(digits=9, pause=1.1))]
    assert found(then, longer) == [("listening", "line: pause", "0.8", "1.1")]
    asks = [*then[:-1], Listen("en", "pin", Expecting(digits=4))]
    assert found(then, asks) == [("question", "open", "line", "pin")]
    rule = [*then[:-2], Explain("escalation", "angry", 1.0), Transfer("general", "angry")]
    assert found(then, rule) == [("escalation", "angry", "", "angry")]


def test_what_the_caller_gave_is_told_only_where_it_is_the_change() -> None:
    def number(value: str, slot: str = "line") -> list[Event | Action]:
        told = Explain("keypad", slot, 1.0, (SetSlot(slot, value),))
        return [*wish("my balance", "balance"), *typed(value, 6.0), told]

    assert found(number("770001234"), number("770001234", "code")) == [
        ("understood", "line", "SetSlot line", "SetSlot code")
    ]
    one, other = number("770001234"), number("770001234")
    other[-1] = Explain("keypad", "line", 1.0, (SetSlot("line", "770001239"),))
    assert found(one, other) == [
        ("understood", "line", "SetSlot line 770001234", "SetSlot line 770001239")
    ]


def test_what_follows_from_a_change_is_not_told_again() -> None:
    then, now = wish("my balance", "balance"), wish("my balance", "bill")
    now[-2] = Speak(2, "ask pin", "Your code, please.", "en")
    then += [*heard("yes", 9.0), Explain("question", "affirm", 0.9), HangUp("goodbye")]
    now += [CallEnded(9.0, "line closed")]
    told = changes(turns(then), turns(now))
    assert [c.kind for c in told.found] == ["understood"]
    assert told.diverged == 1


def test_a_call_that_goes_on_is_told() -> None:
    then = wish("my balance", "balance")
    now = [*then, *heard("yes", 9.0), Explain("question", "affirm", 0.9)]
    assert found(then, now) == [("end", "another turn", "", "words")]
    assert found(now, then) == [("end", "another turn", "words", "")]
