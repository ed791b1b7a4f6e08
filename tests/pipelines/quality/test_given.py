"""What callers gave: whether they were asked for it again, and whether the person got it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.actions import Expecting, Listen, Speak
from agent.commands import (
    Cancel,
    Command,
    FinishFlow,
    ForgetSlot,
    NotUnderstood,
    SetSlot,
    StartFlow,
    WrongDigit,
)
from pipelines.quality.calls import read_log
from pipelines.quality.figures import figures
from pipelines.quality.given import asked_again, context_complete
from pipelines.quality.turns import Turn, turns

CALLS = Path(__file__).parents[2] / "calls"
BILL = StartFlow("bill")
LINE = SetSlot("line", "770002345")
PIN = SetSlot("pin", "••••")


def call(*exchanges: tuple[tuple[Command, ...], str], **last: Any) -> list[Turn]:
    """Each turn's commands, and the question after it; "" where nothing is asked."""
    found = [Turn("start", 0.0, listening=_asks("open"))]
    for commands, question in exchanges:
        turn = Turn("words", 0.0, found[-1].asked, rung="rule", commands=commands)
        turn.listening = _asks(question) if question else None
        found.append(turn)
    found[-1] = replace(found[-1], **last)
    return found


def _asks(question: str) -> Listen:
    return Listen("en", question, Expecting())


def packet(**about: Any) -> dict[str, Any]:
    plain = {"reason": "angry", "flow": "bill", "slots": {"line": "770002345"}, "verified": False}
    return plain | about


@pytest.mark.parametrize("log", sorted(CALLS.glob("*.jsonl")), ids=lambda path: path.stem)
def test_golden_callers_say_nothing_twice_and_people_know_all(log: Path) -> None:
    found = turns(read_log(log))
    assert asked_again(found)[0] == 0
    there, given = context_complete(found)
    assert there == given


def test_a_value_that_was_given_is_asked_for_again() -> None:
    once = call(((BILL,), "line"), ((LINE,), "pin"), ((PIN,), "more"))
    assert asked_again(once) == (0, 2)
    twice = call(((BILL,), "line"), ((LINE,), "pin"), ((PIN,), "line"), ((LINE,), "more"))
    assert asked_again(twice) == (1, 3)
    at_once = call(((BILL,), "line"), ((LINE,), "line"))
    assert asked_again(at_once) == (1, 2)
    heard_only = call(((BILL,), "line"), ((SetSlot("line", "77", confirmed=False),), "line"))
    assert asked_again(heard_only) == (1, 2)


@pytest.mark.parametrize(
    "exchanges",
    [
        [((BILL,), "line"), ((NotUnderstood(),), "line")],  # the same asking
        [((BILL,), "line"), ((WrongDigit("line"),), "line")],
        [((BILL,), "line"), ((LINE,), "confirm:line:770002345"), ((ForgetSlot("line"),), "line")],
        [
            ((BILL,), "line"),
            ((LINE,), "pin"),
            ((PIN,), "more"),
            ((ForgetSlot("line"), LINE), "pin"),
        ],
        [((BILL, SetSlot("amount", "20")), "more"), ((FinishFlow("bill"), BILL), "amount")],
        [((BILL,), "line"), ((LINE,), "pin"), ((), "")],  # nothing is asked
    ],
)
def test_what_is_no_repetition(exchanges: list[tuple[tuple[Command, ...], str]]) -> None:
    assert asked_again(call(*exchanges))[0] == 0


def test_a_code_that_was_refused_was_not_given() -> None:
    refused = call(((BILL,), "line"), ((LINE,), "pin"), ((PIN,), "pin"), verified=False)
    assert asked_again(refused) == (0, 2)


def test_how_people_are_reached_is_no_detail_of_the_wish() -> None:
    away = call(((LINE,), ""), ((), "alternative"), follows=(StartFlow("alternatives"),))
    assert asked_again(away) == (0, 0)
    told = [
        *away,
        *call(((SetSlot("alternative", "wait"),), "ringing"), packet=packet(flow=""))[1:],
    ]
    assert context_complete(told) == (2, 2)  # the number, the reason


def test_what_the_person_is_not_told() -> None:
    def told(**about: Any) -> tuple[int, int]:
        return context_complete(
            call(
                ((BILL,), "line"),
                ((LINE,), "pin"),
                ((PIN,), "more"),
                verified=True,
                spoken=[Speak(1, "handoff angry general", "", "en")],
                packet=packet(**about),
            )
        )

    assert told(verified=True) == (4, 4)
    assert told() == (3, 4)
    assert told(verified=True, slots={}) == (3, 4)
    assert told(verified=True, slots={"line": "770002346"}) == (3, 4)
    assert told(verified=True, reason="asked_for_person") == (3, 4)
    assert told(verified=True, flow="") == (3, 4)
    assert told(verified=True, flow="", summary="Open: outage, bill. Reason: angry.") == (4, 4)


def test_a_wish_that_is_over_need_not_be_told() -> None:
    over = call(((BILL,), "open"), ((Cancel(),), "open"), packet=packet(flow="", slots={}))
    assert context_complete(over) == (1, 1)
    meant = call(((StartFlow("sim", False),), "confirm:flow:sim"), ((BILL,), ""), packet=packet())
    assert context_complete(meant) == (2, 2)  # bill, and the reason
    assert context_complete(call(((BILL,), "line"))) == (0, 0)


def test_both_are_figures_of_a_call() -> None:
    log = read_log(CALLS / "en-transfer.jsonl")
    counts = figures(log, turns(log)).counts
    assert (counts["asked_again"], counts["context_complete"]) == ((0.0, 2.0), (3.0, 3.0))
