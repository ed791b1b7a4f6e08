"""What is listened for where nobody measured it: at most ten phrases, and each has its key."""

import pytest

from agent.actions import Expecting
from agent.endpointing import expecting
from agent.question import OpenQuestion
from pipelines.engine_choice.few_choices import MOST, by_question, few_choices
from pipelines.packs.language_files import EVERY
from pipelines.packs.reader import load

CONFIG = load(languages=(EVERY,))
SLOTS = {slot.name: slot for flow in CONFIG.flows.values() for slot in flow.slots}


@pytest.mark.parametrize("code", CONFIG.packs)
def test_ten_phrases_at_most_whatever_is_asked(code: str) -> None:
    language = CONFIG.packs[code].language
    names = ("open", "more", "confirm:flow:bill", *SLOTS)
    for name in names:
        expected = expecting(OpenQuestion(name, SLOTS.get(name)), language)
        few = few_choices(name, expected, language, CONFIG.flows)
        assert 0 < len(few.phrases) <= MOST, name
        assert "person" in few.heard, name
        assert {*few.heard, *few.dropped} == {n for n in expected.intents if n in language.intents}


def test_the_open_question_has_the_first_use_cases_of_the_menu() -> None:
    few = by_question(CONFIG.packs["el"].language, CONFIG.flows)["open"]
    assert few.heard[:3] == ("person", "repeat", "help")
    assert few.heard[3:] == ("balance", "top_up", "bundle", "bill", "pay_bill", "dispute", "outage")
    assert len(few.phrases) == MOST
    assert {"appointment", "goodbye", "slower"} <= {*few.dropped}


def test_an_answer_comes_before_all_else_and_in_several_wordings() -> None:
    language = CONFIG.packs["wo"].language
    few = by_question(language, CONFIG.flows)
    assert few["more"].heard == ("affirm", "deny", "person", "repeat", "help")
    assert few["more"].phrases[:2] == tuple(language.intents[n].say[0] for n in ("affirm", "deny"))
    assert len(few["more"].phrases) == MOST
    assert few["service"].heard[:3] == ("internet", "mobile", "television")


def test_offers_are_heard_as_they_are_named_and_leave_room_for_a_person() -> None:
    language = CONFIG.packs["fi"].language
    offers = tuple((str(n), f"tarjous {n}") for n in range(12))
    expected = Expecting(("deny", "cancel", "person", "repeat"), options=offers)
    few = few_choices("bundle", expected, language, CONFIG.flows)
    assert few.phrases[:9] == tuple(said for _, said in offers[:9])
    assert few.heard[9:] == ("person",)
    assert {"9", "10", "11", "deny", "cancel", "repeat"} == {*few.dropped}


def test_keys_that_are_digits_of_a_number_make_no_choice() -> None:
    language = CONFIG.packs["fi"].language
    expected = expecting(OpenQuestion("line", SLOTS["line"]), language)
    assert few_choices("line", expected, language, CONFIG.flows).heard == ("person",)
