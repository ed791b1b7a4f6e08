"""A value that no voice can read costs a sentence, and never the call."""

from dataclasses import replace

import pytest

from agent.dialogue import Dialogue
from agent.languages.wording import WordingError, fill, word
from tests.agent.talk import BALANCE, CATALOG, LINE, PIN, Talk, questions, said

ENGLISH = CATALOG.languages["en"]
TROUBLE = "Something went wrong on our side, I am sorry."


@pytest.mark.parametrize(
    ("template", "value", "wanted"),
    [
        ("{x:money}", "45.00", '"45.00 EUR"'),
        ("{x:money}", "much EUR", '"45.00 EUR"'),
        ("{x:money}", "45.5 EUR", '"45.00 EUR"'),
        ("{x:money}", "45.00 QQQ", '"45.00 EUR"'),
        ("{x:date}", "soon", '"2026-12-05"'),
        ("{x:date}", "2026-13-05", '"2026-12-05"'),
        ("{x:month}", "2026-13", '"2026-12"'),
        ("{x:item}", "teapot", "a value that has a wording 'item.VALUE'"),
    ],
)
def test_the_error_names_wording_and_value_and_the_fault_no_value(
    template: str, value: str, wanted: str
) -> None:
    with pytest.raises(WordingError) as raised:
        fill(ENGLISH, f"It is {template}.", {"x": value}, "inform.it")
    assert raised.value.fault == f"inform.it: {template} wants {wanted}"
    assert str(raised.value) == f"{raised.value.fault}, and is given {value!r}"


def test_a_value_that_is_not_given_is_named() -> None:
    with pytest.raises(WordingError, match=r"inform.it: \{pionts\} is not among .*: points, until"):
        fill(ENGLISH, "{pionts}", {"points": "1", "until": "2026-12-05"}, "inform.it")


def test_other_sentences_are_said_and_what_was_left_out_is_reported() -> None:
    told: list[str] = []
    language = replace(ENGLISH, report=told.append)
    values = {"amount": "12.50 EUR", "data": "3.2", "until": "the end"}
    (first,) = word(language, "inform.balance", values)
    assert "12 euros 50" in first.text
    (fault,) = told
    assert fault.startswith("not said in 'en': inform.balance: {until:date} wants")
    assert "the end" not in fault


def test_where_nothing_is_left_the_call_owns_up_and_goes_on() -> None:
    talk = Talk({"balance": {**BALANCE, "amount": "12.5", "valid_until": "soon"}})
    talk.dialogue = Dialogue(CATALOG.languages, CATALOG.flows, CATALOG.policy)
    talk.happen(talk.entries[0])  # type: ignore[arg-type]
    talk.hear("what is my balance")
    talk.press(LINE)
    told = talk.press(PIN)
    assert said(told)[-2:] == [TROUBLE, "Is there anything else I can do?"]
    assert questions(told)[-1] == "more"
    assert not talk.state.ended
