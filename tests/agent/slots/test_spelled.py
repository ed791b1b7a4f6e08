"""What is spelled, and the order or ticket that a reference names."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.commands import NOT_UNDERSTOOD, SetSlot
from agent.flow import Slot
from agent.ladder.keypad import on_key, on_pause
from agent.menu import menu
from agent.question import OpenQuestion
from agent.slots.spelling import SpellingWords, spelled
from agent.state import Conversation
from tests.agent.talk import CATALOG, LINE, PIN, Talk, acts, questions, said
from tests.agent.test_use_cases import FAULTY, facts, identify, talk

CODE = Slot("reference", "spelled", least=4)
NOTHING_THERE = "I find nothing under the reference"
WORDS = """
    d u p o n double treble triple n as in dog alpha bravo delta 4 8 21 forty quatre vingt F4821 no
    sorry comme désiré like - . @ É ß ΩΩ ٤٥ x-ray double double as as
"""


@pytest.mark.parametrize(
    ("code", "words", "found"),
    [
        ("en", "d u p o n t", "DUPONT"),
        ("en", "delta uniform papa", "DUP"),
        ("en", "D as in dog U double N", "DUNN"),
        ("en", "d for dog, u, p like papa", "DUP"),
        ("en", "f as in foxtrot four eight two one", "F4821"),
        ("en", "my ticket number is F 4 8 2 1", "F4821"),
        ("en", "foxtrot forty eight twenty one", "F4821"),
        ("en", "F4821", "F4821"),
        ("en", "F-4821 please", "F4821"),
        ("en", "it is AB 1234", "AB1234"),
        ("en", "f 4 8 no sorry f 5 8 2 1", "F5821"),
        ("fr", "d u p o n t", "DUPONT"),
        ("fr", "b r u n", "BRUN"),
        ("fr", "d comme désiré u double n", "DUNN"),
        ("fr", "mon dossier c'est le f quarante-huit vingt et un", "F4821"),
        ("fr", "anatole berthe célestin", "ABC"),
        ("fr", "la référence est trois cent dix-huit deux cent quatre", "318204"),
        ("en", "318204 and 318377", ""),
        ("en", "i paid 1000 euros", ""),
        ("en", "charlie and mike are my sons", ""),
        ("fr", "pierre louis est mon fils", ""),
        ("en", "i have a question", ""),
        ("en", "", ""),
    ],
)
def test_letters_and_digits(code: str, words: str, found: str) -> None:
    assert (spelled(words, CATALOG.languages[code].spelling, 3) or "") == found


@given(
    st.text(max_size=60) | st.lists(st.sampled_from(WORDS.split()), max_size=12).map(" ".join),
    st.sampled_from(["en", "fr"]),
)
def test_nothing_raises(words: str, code: str) -> None:
    for says in (CATALOG.languages[code].spelling, SpellingWords()):
        found = spelled(words, says, 3)
        assert found is None or len(found) >= 3


@given(
    st.text("BCFGHJKLMPQRSTVWXZ", min_size=1, max_size=3),
    st.text("23456789", min_size=4, max_size=8),
)
def test_a_reference_spelled_sign_by_sign(letters: str, digits: str) -> None:
    for code in ("en", "fr"):
        words = " ".join(letters + digits)
        assert spelled(words, CATALOG.languages[code].spelling, 4) == letters + digits


def test_by_key_where_it_is_all_digits() -> None:
    question, keys = OpenQuestion("reference", CODE), menu(CATALOG.flows)

    def typed(text: str) -> object:
        return on_key(replace(Conversation(), keys=text), question, keys, CATALOG.languages["en"])

    assert typed("4821") is None  # more may come
    found = on_key(replace(Conversation(), keys="318204#"), question, keys, CATALOG.languages["en"])
    assert found is not None
    assert found.commands == (SetSlot("reference", "318204"),)
    paused = on_pause(replace(Conversation(), keys="318204"), question, CATALOG.languages["en"])
    assert paused.commands == (SetSlot("reference", "318204"),)
    assert typed("12#") == typed("#") == NOT_UNDERSTOOD


# The order that it names


def asks(words: str, language: str = "en", who: tuple[str, str] = (LINE, PIN)) -> Talk:
    found = Talk(language=language)
    found.facts = facts()
    found.hear(words)
    assert found.state.flow == "order_status"
    return found


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "my ticket number is F 4 8 2 1"),
        ("en", "what about ticket number f four eight two one"),
        ("en", "i am calling about ticket F4821"),
        ("en", "status of my ticket F 4 8 2 1 please"),
        ("fr", "où en est mon dossier F4821"),
        ("fr", "mon numéro de ticket est F 4 8 2 1"),
        ("fr", "j'appelle pour le ticket f quarante-huit vingt et un"),
    ],
)
def test_said_along_with_the_wish_it_is_the_only_one_told(language: str, words: str) -> None:
    told = identify(asks(words, language))
    assert [act for act in acts(told) if act.startswith("inform")] == [
        f"inform order line={LINE} reference=F4821"
    ]


def test_without_one_the_newest_are_told() -> None:
    told = identify(asks("where is my order"))
    assert [act.split()[-1] for act in acts(told) if act.startswith("inform order")] == [
        "reference=318204",
        "reference=F4821",
    ]


def test_an_unknown_one_is_said_and_the_newest_are_offered() -> None:
    found = asks("my ticket number is F 9 9 9 9")
    told = identify(found)
    assert said(told)[0] == f"{NOTHING_THERE} F, 9, 9, 9, 9."
    assert questions(told) == ["newest"]
    told = found.hear("yes please")
    assert len([act for act in acts(told) if act.startswith("inform order ")]) == 2


def test_or_not() -> None:
    found = asks("my ticket number is F 9 9 9 9")
    identify(found)
    assert acts(found.hear("no")) == ["ask more"]


@pytest.mark.parametrize("words", ["no, it is F 4 8 2 1", "f four eight two one", "F4821"])
def test_another_one_at_that_question(words: str) -> None:
    found = asks("my ticket number is F 9 9 9 9")
    identify(found)
    told = found.hear(words)
    assert acts(told)[0] == f"inform order line={LINE} reference=F4821"


def test_its_letters_may_be_left_out() -> None:
    told = identify(asks("my ticket number is 4 8 2 1"))
    assert acts(told)[0].endswith("reference=F4821")


def test_said_when_the_line_was_asked_for() -> None:
    found = talk("order_status", None)
    found.hear("my ticket number is 3 1 8 3 7 7")
    told = identify(found, FAULTY)
    assert said(told)[0].startswith("About your box: we have received it.")
    assert len(acts(told)) == 2


@pytest.mark.parametrize(
    ("words", "sure"),
    [("my ticket number is F 4 8 2 1", 0.7), ("where is my order, the number is f 4 8 2 1", 1.0)],
)
def test_what_may_have_been_said_is_asked_back(words: str, sure: float) -> None:
    found = Talk()
    found.facts = facts()
    told = found.hear(words, sure)
    assert said(told) == ["Is it the reference F, 4, 8, 2, 1?"]
    assert questions(found.hear("yes")) == ["line"]
    assert acts(identify(found))[0].endswith("reference=F4821")


def test_another_one_than_the_one_that_is_asked_back() -> None:
    found = Talk()
    found.facts = facts()
    found.hear("my ticket number is F 4 8 2 7", 0.7)
    assert questions(found.hear("no, F 4 8 2 1")) == ["line"]
    assert found.state.slots["reference"].value == "F4821"
