"""Every use case from its wish to its end, with the demonstration's back office."""

import asyncio
import itertools
from collections.abc import Mapping
from functools import partial
from typing import Any, cast, get_args

import pytest

from agent.actions import Action, Fetch
from agent.events import Event
from agent.flows.identity import LEVELS
from agent.privacy import Redaction
from agent.state import LASTING
from pipelines.backoffice.demo import DemoBackOffice
from pipelines.backoffice.demo_orders import CODE
from pipelines.backoffice.protocol import NotFound
from pipelines.backoffice.questions import QUESTIONS
from tests.agent.talk import CATALOG, LINE, PIN, Talk, acts, ending, questions, said

CARD, EXPIRY, SECURITY_CODE = "4000123412341234", "1230", "973"
FAULTY, PREPAID = ("770004567", "9075"), ("770003456", "2468")


def facts() -> dict[str, Any]:
    """What the demonstration's back office answers, as `Talk` asks for it."""
    office = DemoBackOffice()

    def answer(name: str, arguments: Mapping[str, str]) -> dict[str, Any]:
        try:
            return asyncio.run(office.fetch(name, arguments))
        except NotFound:
            return {"not_found": True}

    return {name: partial(answer, name) for name in QUESTIONS}


def talk(wish: str = "", line: tuple[str, str] | None = (LINE, PIN), language: str = "en") -> Talk:
    """A call in which a use case was asked for by key, and the caller has shown who they are."""
    found = Talk(language=language)
    found.facts = facts()
    for topic, flows in enumerate(found.dialogue._floor.menu.topics.values(), 1):
        if wish in flows:
            found.press(str(topic))
            if len(flows) > 1:
                found.press(str(flows.index(wish) + 1))
    if wish and line and found.state.question == "line":
        identify(found, line)
    return found


def identify(found: Talk, line: tuple[str, str] = (LINE, PIN)) -> list[Action]:
    found.press(line[0])
    return found.press(line[1]) if found.state.question == "pin" else []


def pays(found: Talk) -> list[Action]:
    found.press(f"{CARD}#")
    found.press(EXPIRY)
    found.press(f"{SECURITY_CODE}#")
    assert found.state.question == "charge"
    return found.press("1")


def balance(found: Talk, line: str = LINE) -> str:
    return str(found.facts["balance"]({"line": line})["amount"])


def orders(found: Talk) -> list[Fetch]:
    return [e for e in found.entries if isinstance(e, Fetch) and "order" in e.arguments]


def test_every_use_case_has_its_key_and_its_name_in_the_menu() -> None:
    found = Talk()
    topics = found.dialogue._floor.menu.topics
    assert sorted(itertools.chain.from_iterable(topics.values())) == sorted(CATALOG.flows)
    assert max(len(topics), *map(len, topics.values())) <= 9
    told = said(found.hear("what can you do"))
    assert told[-1] == "For a colleague: press zero."
    assert len(told) == len(topics) + 3
    told = said(found.press("1"))
    assert told[:4] == [
        "What is it about?",
        "Your balance: press one.",
        "Topping up: press two.",
        "A data bundle: press three.",
    ]
    assert questions(found.hear("the second one")) == ["means"]


def test_topping_up_by_card() -> None:
    found = talk("top_up")
    assert found.state.question == "means"
    found.press("2")
    found.press(LINE)
    assert found.state.question == "credit"
    found.hear("twenty euros please")
    told = pays(found)
    assert said(told)[0] == "It is done: 20 euros have been added to your credit."
    assert balance(found) == "32.50"


def test_topping_up_by_voucher_said_along_with_the_wish() -> None:
    found = Talk()
    found.facts = facts()
    found.hear("top up")
    found.hear("with a voucher")
    found.press(LINE)
    told = found.press("12345678901235")
    assert acts(told)[0].startswith("inform voucher_loaded")
    assert balance(found) == "22.50"


def test_a_card_that_is_refused_charges_nothing() -> None:
    found = talk("top_up")
    found.press("2")
    found.press(LINE)
    found.press("1")
    found.press("4000123412341010#")
    found.press(EXPIRY)
    found.press(f"{SECURITY_CODE}#")
    assert acts(found.press("1"))[0].startswith("inform payment_refused")
    assert balance(found) == "12.50"


def test_a_no_before_the_charge_orders_nothing() -> None:
    found = talk("top_up")
    found.press("2")
    found.press(LINE)
    found.press("1")
    found.press(f"{CARD}#")
    found.press(EXPIRY)
    found.press(f"{SECURITY_CODE}#")
    assert acts(found.hear("of course not"))[0].startswith("inform nothing_done")
    assert orders(found) == []


def test_a_card_is_never_taken_by_voice_nor_written_down() -> None:
    found = talk("top_up")
    found.press("2")
    found.press(LINE)
    found.press("1")
    found.hear("four zero zero zero one two three four one two three four one two three nine")
    assert found.state.question == "card"
    pays(found)
    redaction = Redaction()
    written = [
        redaction.event(cast(Event, entry))
        if isinstance(entry, get_args(Event))
        else redaction.action(cast(Action, entry))
        for entry in found.entries
    ]
    for secret in (CARD, SECURITY_CODE, EXPIRY):
        assert f"'{secret}'" not in str(written)
        assert secret not in str(found.state.transcript)


def test_paying_a_part_of_the_bill() -> None:
    found = talk("pay_bill")
    assert found.state.question == "whole"
    found.press("2")
    assert found.state.question == "amount"
    found.hear("let us say ten euros fifty")
    told = pays(found)
    assert said(told)[0] == "It is done: 10 euros 50 have been paid."


def test_an_amount_by_key() -> None:
    found = talk("pay_bill")
    found.press("2")
    assert questions(found.press("15#")) == ["card"]
    found = talk("pay_bill")
    found.press("2")
    found.press("15")
    assert questions(found.wait()) == ["card"]
    assert found.state.slots["amount"].value == "15.00"


def test_nobody_pays_more_than_they_owe() -> None:
    found = talk("pay_bill")
    found.press("2")
    found.press("2000#")
    assert said(pays(found))[0] == "It is done: 29 euros 90 have been paid."


def test_a_charge_is_contested() -> None:
    found = talk("dispute", ("770002345", "1357"))
    assert found.state.question == "disputed"
    told = said(found.hear("the use abroad"))
    assert told[0].startswith("I have written that down. Your reference is 4, 0")


def test_a_bundle_is_bought_once_and_the_credit_is_told_anew() -> None:
    found = talk("balance")
    found.hear("i want to buy a data bundle")
    assert found.state.question == "bundle"  # what was said of buying is not asked for
    found.hear("the one with five gigabytes")
    assert found.state.question == "agreed"
    assert acts(found.hear("yes"))[0].startswith("inform bundle_bought")
    told = said(found.hear("what is my balance"))
    assert told[0] == "You have 7 euros 50 left."


def test_the_same_bundle_twice_is_two_orders() -> None:
    found = talk("bundle")
    for _ in range(2):
        found.press("1")
        found.press("1")
        assert acts(found.press("1"))[0].startswith("inform bundle_bought")
        found.press("1")
        found.press("13")
    assert len({order.arguments["order"] for order in orders(found)}) == 2
    assert balance(found) == "9.50"


def test_a_bundle_without_the_credit_for_it() -> None:
    found = talk("bundle", PREPAID)
    assert found.state.question == "bundle"
    found.press("3")
    assert acts(found.press("1"))[0].startswith("inform bundle_credit")


def test_a_bundle_is_stopped() -> None:
    found = talk("bundle")
    found.hear("stop it")
    found.hear("yes")  # there is but one
    assert acts(found.hear("yes"))[0].startswith("inform bundle_stopped")


def test_none_of_what_is_offered() -> None:
    found = talk("bundle")
    found.press("1")
    assert acts(found.hear("no"))[0].startswith("inform nothing_done")


def test_a_technician_is_booked() -> None:
    found = talk("appointment")
    assert found.state.question == "visit"
    assert acts(found.hear("the last one"))[0].startswith("inform visit_booked")


@pytest.mark.parametrize(
    ("answer", "told"),
    [("cancel", "visit_cancelled"), ("cancel it please", "visit_cancelled")],
)
def test_a_visit_is_cancelled(answer: str, told: str) -> None:
    found = talk("appointment", FAULTY)
    assert found.state.question == "visit_action"
    assert acts(found.hear(answer))[0].startswith(f"inform {told}")


def test_a_visit_is_moved() -> None:
    found = talk("appointment", FAULTY)
    found.hear("another day would be better")
    assert found.state.question == "visit"
    assert acts(found.press("1"))[0].startswith("inform visit_booked")


@pytest.mark.parametrize(
    ("language", "wish", "no", "yes"),
    [
        ("en", "my internet is down", "no", "yes please"),
        ("fr", "je n'ai plus internet", "non", "oui je veux bien"),
    ],
)
def test_what_no_advice_mended_is_written_down_and_a_technician_comes(
    language: str, wish: str, no: str, yes: str
) -> None:
    found = Talk(language=language)
    found.facts = facts()
    found.hear(wish)
    found.press(LINE)
    for _ in range(3):
        found.hear(no)
    assert found.state.question == "technician"
    found.hear(yes)
    found.press(PIN)
    assert found.state.question == "visit"
    assert acts(found.press("1"))[0].startswith("inform visit_booked")
    assert [order.name for order in orders(found)] == ["report_fault", "book_visit"]
    tickets = found.facts["orders"]({"line": LINE})["orders"]
    assert (tickets[0]["kind"], tickets[0]["status"]) == ("ticket", "received")


def test_a_mobile_fault_that_no_advice_mended_goes_to_a_person_with_its_reference() -> None:
    found = Talk()
    found.facts = facts()
    found.hear("i have no mobile signal")
    found.press(LINE)
    for _ in range(4):
        found.hear("no")
    found.hear("yes")
    told = found.hear("no")
    assert acts(told)[0].startswith("inform fault_reported")
    assert ending(told) == ("advice_did_not_help", "transferred")


def test_no_time_suits() -> None:
    found = talk("appointment")
    assert ending(found.hear("no")) == ("no_visit_suits", "transferred")


def test_a_lost_card_is_blocked_before_anything_is_asked() -> None:
    found = talk("lost_sim", None)
    found.press(LINE)
    assert found.state.question == "block"
    told = acts(found.hear("yes"))
    assert told[0].startswith("inform sim_is_blocked")
    assert found.state.question == "new_sim"
    found.hear("yes please")
    assert acts(found.press(PIN))[0].startswith("inform sim_ordered")


def test_a_code_is_not_sent_to_a_telephone_that_is_gone() -> None:
    found = talk("lost_sim", None)
    found.press(LINE)
    found.hear("yes")
    found.hear("yes please")
    assert ending(found.hear("i forgot it")) == ("identity_not_verified", "transferred")


def test_another_plan() -> None:
    found = talk("change_plan")
    assert found.state.question == "plan"
    found.hear("the large one")
    assert found.state.question == "agreed"
    told = said(found.hear("yes"))
    assert told[0].endswith("you have the plan Large.")


@pytest.mark.parametrize(
    ("said_of_it", "plan"),
    [("the cheapest one", "small"), ("the biggest you have", "large"), ("the small one", "small")],
)
def test_the_cheapest_and_the_biggest(said_of_it: str, plan: str) -> None:
    found = talk("change_plan")
    found.hear(said_of_it)
    assert found.state.slots["plan"].value == plan


def test_money_to_the_wrong_number_is_held_and_a_person_knows() -> None:
    found = talk("mobile_money")
    found.hear("i sent it to the wrong person")
    identify(found)
    assert found.state.question == "transfer"
    found.hear("the twenty five euros")
    told = found.hear("yes")
    assert acts(told)[0].startswith("inform transfer_held")
    assert ending(told) == ("wrong_transfer", "transferred")


def test_a_forgotten_money_pin() -> None:
    found = talk("mobile_money")
    found.hear("i forgot the pin")
    assert acts(identify(found))[0].startswith("inform money_pin")


def test_a_fraud_goes_to_people_at_once() -> None:
    found = talk("mobile_money")
    assert ending(found.press("3")) == ("fraud_suspected", "transferred")


def test_roaming_is_switched_on() -> None:
    found = talk("roaming")
    assert found.state.question == "switch"
    assert acts(found.hear("yes"))[0].startswith("inform roaming_switched_on")


def test_a_complaint_in_the_callers_own_words() -> None:
    found = talk("complaint")
    assert found.state.question == "what_happened"
    found.hear("nobody came and nobody called me although i stayed at home twice")
    told = said(found.press(LINE))
    assert told[0].startswith("Your complaint is written down.")
    (order,) = orders(found)
    assert order.arguments["text"].startswith("nobody came")


def test_a_new_address_is_read_back() -> None:
    found = talk("personal_data")
    found.hear("i have moved house")
    identify(found)
    told = said(found.hear("twelve station road riverside"))
    assert told == ["I have written down: twelve station road riverside. Is that right?"]
    assert acts(found.hear("yes"))[0].startswith("inform data_noted")


@pytest.mark.parametrize(
    ("number", "kept", "read"),
    [
        ("seven seven zero, zero zero nine, one two three", "770009123", "7 7, 0 0 0, 9 1, 2 3"),
        ("plus thirty-three six 12 34 56 78", "+33612345678", "+ 3 3, 6, 1 2, 3 4, 5 6, 7 8"),
    ],
)
def test_a_contact_number_is_one_of_any_country(number: str, kept: str, read: str) -> None:
    found = talk("personal_data")
    found.hear("my contact number")
    identify(found)
    assert said(found.hear(number)) == [f"The new number is {read}, is that right?"]
    assert acts(found.hear("yes"))[0].startswith("inform data_noted")
    changed = [e for e in found.entries if isinstance(e, Fetch) and e.name == "change_data"]
    assert [fetch.arguments["text"] for fetch in changed] == [kept]


def test_an_email_address_is_no_postal_address() -> None:
    found = talk("personal_data")
    found.hear("my e-mail address")
    assert found.state.slots["field"].value == "email"


def test_orders_and_faults_are_told() -> None:
    found = talk("order_status", None)
    told = said(identify(found, FAULTY))
    assert told[0].startswith("About the fault you reported: we are working on it.")
    assert told[1].startswith("About your box: we have received it.")


def test_the_nearest_shop() -> None:
    found = talk("shops")
    told = said(found.hear("riverside"))
    assert told[0].startswith("The nearest shop is Riverside Mall, 3 Bridge Road")


def test_a_number_that_comes_is_for_people_with_the_number_noted() -> None:
    found = talk("porting")
    found.hear("i want to bring it to you")
    told = found.hear("seven six zero one two three four five six")
    assert ending(told) == ("porting", "transferred")
    assert found.state.slots["ported"].value == "760123456"


def test_a_new_contract_is_for_people() -> None:
    found = talk("new_contract")
    assert ending(found.hear("fibre at home")) == ("new_contract", "transferred")


@pytest.mark.parametrize("forgot", ["i forgot my code", "#", "i do not know it"])
def test_who_does_not_know_the_code_is_sent_another(forgot: str) -> None:
    found = talk("balance", None)
    found.press(LINE)
    told = found.press("#") if forgot == "#" else found.hear(forgot)
    assert questions(told) == ["code"]
    assert acts(found.press(CODE))[0].startswith("inform balance")
    assert found.state.verified == "Awa Ndiaye"


def test_a_wrong_code_of_the_message_is_asked_for_again_and_counted() -> None:
    found = talk("balance", None)
    found.press(LINE)
    found.press("#")
    assert acts(found.press("111111")) == ["wrong_pin", "ask code"]
    found.press("111111")
    assert ending(found.press("111111")) == ("identity_not_verified", "transferred")


def test_every_question_to_the_back_office_has_a_level() -> None:
    assert set(LEVELS) <= set(QUESTIONS)
    assert {"pin", "code"} < LASTING
    verified = set(QUESTIONS) - set(LEVELS)
    assert {"balance", "bill", "sim", "buy_bundle", "hold_transfer"} <= verified
