"""Payment cards by key: numbers of any length, those that cannot be right, and what is logged."""

import pytest

from agent.actions import Explain, Fetch
from agent.commands import SetSlot, WrongDigit
from agent.flow import Slot
from agent.ladder.keypad import on_key, on_pause
from agent.log import read
from agent.menu import menu
from agent.numbers.card_numbers import is_luhn
from agent.numbers.digit_format import DigitFormat
from agent.numbers.digits import WRONG
from agent.question import OpenQuestion
from agent.replay import differences
from agent.state import Conversation
from tests.agent.talk import CATALOG, LINE, Talk, acts, questions, said
from tests.agent.test_replay import fresh, written

CARDS = ["4222222222222", "378282246310005", "4000123412341234", "6304000000000000000"]
BAD = "4000123412341243"  # two digits changed places
EXPIRY = "1230"
TOP_UPS = {"amounts": ["10.00", "20.00"], "currency": "EUR"}
PAID = {"paid": True, "reference": "4711"}


def at_the_card(language: str = "en") -> Talk:
    talk = Talk({"top_ups": TOP_UPS, "top_up": PAID}, language=language)
    talk.hear("i want to top up my phone" if language == "en" else "je veux recharger mon compte")
    while talk.state.question != "card":
        question = talk.state.question
        talk.press({"means": "2", "line": LINE}.get(question, "1"))
    return talk


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_card_is_complete_with_the_hash_key_or_a_pause(card: str, language: str) -> None:
    assert is_luhn(card)
    for ended in (True, False):
        talk = at_the_card(language)
        told = talk.press(card)
        if len(card) < 19:
            assert told == []
            told = talk.press("#") if ended else talk.wait()
        assert questions(told) == ["expiry"]
        talk.press(EXPIRY)
        assert questions(talk.press("9731")) == ["charge"]  # four digits need no end
        talk.press("1")
        paid = [
            e.arguments["card"]
            for e in talk.entries
            if isinstance(e, Fetch) and "card" in e.arguments
        ]
        assert paid == [card]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("ended", [True, False])
def test_a_card_number_that_cannot_be_right_is_asked_for_again(language: str, ended: bool) -> None:
    talk = at_the_card(language)
    talk.press(BAD)
    told = talk.press("#") if ended else talk.wait()
    wrong = {
        "en": "That card number has a wrong digit.",
        "fr": "Il y a un chiffre faux dans ce numéro de carte.",
    }
    assert said(told)[0] == wrong[language]
    assert acts(told) == ["wrong.card", "ask card"]
    assert questions(told) == ["card"]
    assert "card" not in talk.state.slots
    assert questions(talk.press(f"{CARDS[2]}#")) == ["expiry"]
    assert BAD not in str([e for e in talk.entries if isinstance(e, Fetch)])


def test_who_cannot_type_it_right_gets_a_person() -> None:
    talk = at_the_card()
    for _ in range(3):
        assert questions(talk.press(f"{BAD}#")) == ["card"]
    assert any(act.startswith("handoff misunderstood") for act in acts(talk.press(f"{BAD}#")))


@pytest.mark.parametrize("keys", ["4222#", "400012341234#"])
def test_too_few_digits_are_no_card(keys: str) -> None:
    told = at_the_card().press(keys)
    assert "not_understood" in acts(told)
    assert questions(told) == ["card"]


def test_star_starts_again() -> None:
    talk = at_the_card()
    talk.press(f"{BAD}*")
    assert questions(talk.press(f"{CARDS[2]}#")) == ["expiry"]
    assert differences(read(written(talk)), fresh()) == []


def test_there_is_no_thirteenth_month() -> None:
    talk = at_the_card()
    talk.press(f"{CARDS[2]}#")
    assert acts(talk.press("1330")) == ["wrong.expiry", "ask expiry"]
    assert questions(talk.press(EXPIRY)) == ["security_code"]
    assert questions(talk.press("973#")) == ["charge"]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_digit_of_a_card_is_in_the_log_and_a_wrong_one_replays(language: str) -> None:
    talk = at_the_card(language)
    talk.press(f"{BAD}#")
    talk.press(BAD)
    talk.wait()
    talk.press("4222222222222222228")  # complete, and wrong, with its nineteenth key
    talk.press(f"{CARDS[2]}#")
    talk.press("0030")
    talk.press(EXPIRY)
    talk.press("973#")
    talk.press("1")
    log = written(talk)
    begins = next(n for n, line in enumerate(log) if '"question": "card"' in line)
    keys = [line for line in log[begins:] if '"KeyPressed"' in line]
    assert not any(f'"key": "{digit}"' in line for line in keys[:-1] for digit in "0123456789")
    for secret in (BAD, CARDS[2], EXPIRY, "973"):
        assert f'"{secret}"' not in "".join(log)
    assert any(f'"{WRONG}"' in line for line in keys)
    refused = [
        e
        for e in talk.entries
        if isinstance(e, Explain) and any(isinstance(c, WrongDigit) for c in e.commands)
    ]
    assert len(refused) == 4
    assert differences(read(log), fresh()) == []


@pytest.mark.parametrize(
    ("digits", "fewest", "keys", "taken"),
    [
        (6, 4, "1234#", "1234"),
        (6, 4, "123456", "123456"),
        (6, 4, "123#", None),
        (6, 0, "12345#", None),
    ],
)
def test_any_slot_may_have_digits_of_variable_length(
    digits: int, fewest: int, keys: str, taken: str | None
) -> None:
    slot = Slot("customer", "digits", digits=digits, fewest=fewest)
    language = CATALOG.languages["en"]
    found = on_key(
        Conversation(keys=keys), OpenQuestion("customer", slot), menu(CATALOG.flows), language
    )
    assert found is not None
    set_to = [c.value for c in found.commands if isinstance(c, SetSlot)]
    assert set_to == ([taken] if taken else [])
    paused = on_pause(Conversation(keys=keys.rstrip("#")), OpenQuestion("customer", slot), language)
    assert [c.value for c in paused.commands if isinstance(c, SetSlot)] == set_to


def test_hidden_digits_are_right_unless_the_log_says_otherwise() -> None:
    card = DigitFormat(13, 19, "luhn")
    assert card.take("•" * 16) is not None
    assert card.take("•" * 15 + WRONG) is None
    assert card.is_wrong("•" * 15 + WRONG)
