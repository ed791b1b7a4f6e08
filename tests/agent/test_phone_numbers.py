"""Telephone numbers of an operator's country: said, typed, from abroad, in parts, read back."""

import phonenumbers
import pytest

from agent.actions import Fetch
from agent.commands import KeepDigits, SetSlot, Understanding
from agent.endpointing import answers, expecting, pause
from agent.flow import Slot
from agent.flows.callback import NUMBER
from agent.flows.identity import LINE as LINE_SLOT
from agent.ladder.answers import ASKED_BACK, by_question
from agent.ladder.keypad import on_key, on_pause
from agent.languages.language import words
from agent.menu import menu
from agent.numbers.phone_numbers import groups, plan, regions, shown
from agent.question import OpenQuestion
from agent.state import Conversation
from tests.agent.talk import CATALOG, PIN, Talk, acts, questions, said, spoken_in

EUROPE = """
AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE
"""
REGIONS = [*EUROPE.split(), "SN", "GM", "MR", "AL", "GB"]
TRIED = ["SN", "FR", "GB", "DE", "IT", "BE", "PL"]
WORDS = {
    "en": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
    "fr": ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"],
}
WISH = {"en": "what is my balance", "fr": "quel est mon solde"}
MENU = menu(CATALOG.flows)
# Operators there give out mobile numbers of several lengths: the next digit may still come.
OPEN_ENDED = {"AT", "FI"}


def example(region: str) -> phonenumbers.PhoneNumber:
    kind = phonenumbers.PhoneNumberType.MOBILE
    found = phonenumbers.example_number_for_type(region, kind)
    assert found is not None
    return found


def national(region: str) -> str:
    form = phonenumbers.PhoneNumberFormat.NATIONAL
    return "".join(c for c in phonenumbers.format_number(example(region), form) if c.isdigit())


def abroad(region: str) -> str:
    return phonenumbers.format_number(example(region), phonenumbers.PhoneNumberFormat.E164)


def aloud(digits: str, language: str) -> str:
    return " ".join(WORDS[language][int(digit)] for digit in digits)


def heard(
    text: str, region: str, language: str = "en", slot: Slot = LINE_SLOT, before: str = ""
) -> Understanding | None:
    question = OpenQuestion(slot.name, slot, digits=before)
    return by_question(text, words(text), question, spoken_in(region)[language])


def typed(keys: str, region: str, slot: Slot = LINE_SLOT) -> tuple[int, Understanding | None]:
    """After how many keys something was understood, and what."""
    question, language = OpenQuestion(slot.name, slot), spoken_in(region)["en"]
    for count in range(1, len(keys) + 1):
        found = on_key(Conversation(keys=keys[:count]), question, MENU, language)
        if found is not None:
            return count, found
    return len(keys), None


def test_every_country_has_a_plan_that_its_numbers_fit() -> None:
    for region in regions():
        kind = phonenumbers.PhoneNumberType.MOBILE
        if phonenumbers.example_number_for_type(region, kind) is None:
            continue
        known = plan(region)
        assert known.fewest <= len(national(region)) <= known.most, region
        assert shown(abroad(region), region) == national(region)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("region", REGIONS)
def test_a_mobile_number_said_digit_by_digit_is_understood(region: str, language: str) -> None:
    found = heard(aloud(national(region), language), region, language)
    assert found is not None
    assert found.commands == (SetSlot("line", national(region)),)
    assert found.confidence == (ASKED_BACK if region in OPEN_ENDED else 1.0)


@pytest.mark.parametrize("region", REGIONS)
def test_a_mobile_number_typed_is_complete_with_its_last_key(region: str) -> None:
    number = national(region)
    count, found = typed(number, region)
    if region in OPEN_ENDED:
        assert (count, found) == (len(number), None)
        question, language = OpenQuestion("line", LINE_SLOT), spoken_in(region)["en"]
        found = on_pause(Conversation(keys=number), question, language)
        assert typed(f"{number}#", region) == (len(number) + 1, found)
    assert found is not None
    assert (count, found.commands) == (len(number), (SetSlot("line", number),))


@pytest.mark.parametrize("region", REGIONS)
def test_with_its_countrys_code_it_is_the_same_number(region: str) -> None:
    code, rest = str(example(region).country_code), abroad(region)
    rest = rest.removeprefix(f"+{code}")
    for text in (f"+{code} {rest}", f"plus {aloud(code + rest, 'en')}", f"00{code} {rest}"):
        found = heard(text, region)
        assert found is not None, text
        assert found.commands == (SetSlot("line", national(region)),), text
    count, found = typed(f"00{code}{rest}#", region)
    assert found is not None
    assert count in (len(f"00{code}{rest}"), len(f"00{code}{rest}#"))
    assert found.commands == (SetSlot("line", national(region)),)


@pytest.mark.parametrize("region", REGIONS)
def test_one_of_another_country_is_no_line_but_somewhere_to_call(region: str) -> None:
    for other in ("FR", "SN", "DE"):
        if other == region:
            continue
        assert not _sets(heard(abroad(other), region))
        assert not _sets(typed(abroad(other).replace("+", "00") + "#", region)[1])
        for found in (
            heard(abroad(other), region, slot=NUMBER),
            typed(abroad(other).replace("+", "00") + "#", region, NUMBER)[1],
        ):
            assert found is not None
            assert found.commands == (SetSlot("number", abroad(other)),)


def _sets(found: Understanding | None) -> bool:
    return found is not None and any(isinstance(c, SetSlot) for c in found.commands)


@pytest.mark.parametrize("region", REGIONS)
def test_a_beginning_is_kept_and_is_not_the_number(region: str) -> None:
    number = national(region)
    part = number[:4]
    found = heard(aloud(part, "en"), region)
    if found is not None and _sets(found):  # four digits are a number in few countries
        assert found.confidence == ASKED_BACK
        return
    assert found is not None
    assert found.commands == (KeepDigits("line", part),)
    rest = heard(aloud(number[4:], "en"), region, before=part)
    assert rest is not None
    assert rest.commands == (SetSlot("line", number),)
    assert rest.confidence == ASKED_BACK


def test_who_begins_again_after_a_part_says_the_number() -> None:
    for before, text, number in (
        ("0664", "0664 123456", "0664123456"),
        ("066412", "34567", "06641234567"),
    ):
        found = heard(text, "AT", before=before)
        assert found is not None
        assert found.commands == (SetSlot("line", number),)


def test_a_number_with_a_countrys_code_may_come_in_parts() -> None:
    first = heard("plus thirty three six twelve", "FR")
    assert first is not None
    assert first.commands == (KeepDigits("line", "+33612"),)
    rest = heard("34 56 78", "FR", before="+33612")
    assert rest is not None
    assert rest.commands == (SetSlot("line", "0612345678"),)


@pytest.mark.parametrize(
    ("region", "language", "text", "number"),
    [
        ("FR", "fr", "c'est le zéro six douze trente-quatre cinquante-six 78", "0612345678"),
        ("FR", "fr", "plus trente-trois six douze trente-quatre 56 78", "0612345678"),
        ("FR", "en", "612345678", "0612345678"),
        ("GB", "en", "oh seven four double oh, one two three, four five six", "07400123456"),
        ("DE", "en", "0 30, 12 34 56", "030123456"),
        ("IT", "en", "312 345 6789", "3123456789"),
        ("BE", "fr", "zéro quatre cent cinquante, zéro zéro, douze, trente-quatre", "0450001234"),
        ("PL", "en", "five one two, three four five, six seven eight", "512345678"),
        ("FR", "en", "0612345679 no sorry 78", "0612345678"),
        ("SN", "en", "99 000 12 34", "990001234"),  # a plan may have changed
    ],
)
def test_as_people_say_them(region: str, language: str, text: str, number: str) -> None:
    found = heard(text, region, language)
    assert found is not None
    assert found.commands == (SetSlot("line", number),)


@pytest.mark.parametrize(
    ("region", "keys"),
    [
        ("FR", "00" + "9" * 16),
        ("FR", "06#"),
        ("SN", "7700012#"),
        ("GB", "00441234#"),
    ],
)
def test_too_many_keys_or_too_few_are_asked_for_again(region: str, keys: str) -> None:
    count, found = typed(keys, region)
    assert (count, found and found.rung) == (len(keys), "none")


@pytest.mark.parametrize("region", REGIONS)
def test_the_turn_ends_soon_only_after_a_whole_number(region: str) -> None:
    language = spoken_in(region)["en"]
    expected = expecting(OpenQuestion("line", LINE_SLOT), language)
    known = plan(region)
    assert (expected.fewest or expected.digits, expected.digits) == (known.fewest, known.most)
    whole = aloud(national(region), "en")
    assert answers(whole, expected, language)
    soon = expected.pause if region in OPEN_ENDED else expected.quick
    assert pause(whole, expected, language).seconds == soon
    begun = aloud(national(region)[: known.fewest - 1], "en")
    assert pause(begun, expected, language).seconds == expected.unfinished


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("region", TRIED)
def test_a_call_by_voice_and_one_by_key(region: str, language: str) -> None:
    number = national(region)
    for by_voice in (True, False):
        talk = Talk(language=language, region=region)
        talk.hear(WISH[language])
        assert talk.state.question == "line"
        told = talk.hear(aloud(number, language)) if by_voice else talk.press(number)
        assert questions(told) == ["pin"]
        talk.press(PIN)
        asked = [e.arguments["line"] for e in talk.entries if isinstance(e, Fetch)]
        assert asked == [number, number]


@pytest.mark.parametrize(
    ("region", "language", "asks"),
    [
        ("SN", "en", "Please type the nine digits of the phone number this is about."),
        ("FR", "fr", "Tapez les dix chiffres du numéro de téléphone concerné."),
        ("DE", "en", "Please type the digits of the phone number this is about."),
        ("DE", "fr", "Tapez les chiffres du numéro de téléphone concerné."),
    ],
)
def test_the_question_says_how_many_digits(region: str, language: str, asks: str) -> None:
    assert said(Talk(language=language, region=region).hear(WISH[language])) == [asks]


@pytest.mark.parametrize(
    ("region", "caller", "question", "read"),
    [
        ("SN", "+221770001234", "confirm:line:770001234", "7 7, 0 0 0, 1 2, 3 4"),
        ("SN", "221770001234", "confirm:line:770001234", "7 7, 0 0 0, 1 2, 3 4"),
        ("FR", "33612345678", "confirm:line:0612345678", "0 6, 1 2, 3 4, 5 6, 7 8"),
        ("DE", "+4915123456789", "confirm:line:015123456789", "0 1 5 1 2, 3 4 5 6 7 8 9"),
        ("GB", "07400123456", "confirm:line:07400123456", "0 7 4 0 0, 1 2 3 4 5 6"),
        ("SN", "1001", "confirm:line:1001", "1 0, 0 1"),
    ],
)
def test_a_callers_own_number_is_proposed_as_it_is_dialled(
    region: str, caller: str, question: str, read: str
) -> None:
    talk = Talk(caller=caller, region=region)
    told = talk.hear(WISH["en"])
    assert questions(told) == [question]
    assert said(told) == [f"Is this about the number {read}?"]
    assert questions(talk.hear("no")) == ["line"]


def test_a_caller_from_abroad_is_asked_for_the_line() -> None:
    assert questions(Talk(caller="+33612345678").hear(WISH["en"])) == ["line"]


@pytest.mark.parametrize("region", REGIONS)
def test_a_callers_number_is_the_same_however_the_network_shows_it(region: str) -> None:
    for number in (abroad(region), abroad(region)[1:], national(region)):
        assert shown(number, region) == national(region)
    other = "SN" if region != "SN" else "FR"
    assert shown(abroad(other), region) == abroad(other)


def test_few_digits_that_nobody_asked_for_are_no_number() -> None:
    for text in ("it was 200000 last year", "030123456"):
        talk = Talk(region="DE")
        talk.hear(text)
        assert "line" not in talk.state.slots
    talk = Talk(region="DE")
    talk.hear("my number is 0151 23456789")
    assert talk.state.slots["line"].value == "015123456789"
    talk = Talk(caller="+4915123456789", region="DE")
    talk.hear(WISH["en"])
    assert questions(talk.hear("no it is 030123456")) == ["confirm:line:030123456"]


def test_a_foreign_number_is_read_back_with_its_code() -> None:
    assert groups("+33612345678", "SN") == ["+33", "6", "12", "34", "56", "78"]


def test_digits_of_a_foreign_number_alone_are_not_understood_as_a_line() -> None:
    talk = Talk()
    talk.hear(WISH["en"])
    assert "not_understood" in acts(talk.hear("+33 6 12 34 56 78"))
