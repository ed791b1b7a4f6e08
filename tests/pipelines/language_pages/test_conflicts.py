"""Samples that two intents fight over."""

from agent.languages.language import Intent
from pipelines.language_pages.conflicts import conflicts

BILL = ("my bill", "pay my bill", "the bill is too high", "explain my bill", "a bill", "bill")
SIM = ("my sim card is blocked", "unblock my sim card", "the sim card", "a new sim card", "sim")


def found(**intents: Intent) -> list[tuple[str, str, str]]:
    return [(each.sentence, each.intent, each.taken_for) for each in conflicts(intents)]


def test_what_stands_where_it_belongs_is_no_conflict() -> None:
    assert found(bill=Intent("bill", "flow", BILL), sim=Intent("sim", "flow", SIM)) == []


def test_a_sentence_that_is_nearer_to_another_intent() -> None:
    astray = Intent("sim", "flow", (*SIM, "why is my bill too high"))
    fights = conflicts({"bill": Intent("bill", "flow", BILL), "sim": astray})
    assert [(f.sentence, f.intent, f.taken_for) for f in fights] == [
        ("why is my bill too high", "sim", "bill"),
        ("the bill is too high", "bill", "sim"),
    ]
    assert fights[0].sample == "the bill is too high"
    assert 0.35 <= fights[0].score < 1


def test_a_sentence_of_two_intents() -> None:
    twice = found(bill=Intent("bill", "flow", BILL), sim=Intent("sim", "flow", (*SIM, "My bill!")))
    assert ("My bill!", "sim", "bill") in twice
    assert ("my bill", "bill", "sim") in twice


def test_answers_are_left_out() -> None:
    answer = Intent("card", "answer", ("my bill",))
    assert found(bill=Intent("bill", "flow", BILL), card=answer) == []
