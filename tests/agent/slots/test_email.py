"""An e-mail address: dictated, spelled, typed, read back, and what is none."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.events import Interpreted
from agent.languages.wording import fill
from agent.slots.email import email
from agent.slots.spelling import SpellingWords
from tests.agent.talk import CATALOG, LINE, PIN, VERIFIED, Talk, acts, questions, said
from tests.agent.test_use_cases import orders, talk

SENTENCES = tomllib.loads(Path(__file__).with_name("emails.toml").read_text(encoding="utf-8"))
ALL = [(code, words) for code, table in SENTENCES.items() for words in table]
WORDS = """
    at dot arobase point . @ - _ + gmail hot mail a b double l two 75 marie that's no sorry alpha
    bravo mike as in comme tiret underscore com fr all lower case c'est É ß 'x' x@y.zz @@ .. 9@9.9
"""


def wants_email(language: str = "en") -> Talk:
    found = talk("personal_data", language=language)
    found.press("2")
    if found.state.question == "line":
        found.press(LINE)
        found.press(PIN)
    assert found.state.question == "new_email"
    return found


@pytest.mark.parametrize(("code", "words"), ALL, ids=[f"{code}-{words}" for code, words in ALL])
def test_what_callers_dictate(code: str, words: str) -> None:
    assert (email(words, CATALOG.languages[code].spelling) or "") == SENTENCES[code][words]


def test_without_a_packs_words_an_address_can_be_typed() -> None:
    assert email("it is Marie@gmail.com", SpellingWords()) == "marie@gmail.com"
    assert email("marie at gmail dot com", SpellingWords()) is None


@given(
    st.text(max_size=80) | st.lists(st.sampled_from(WORDS.split()), max_size=14).map(" ".join),
    st.sampled_from(["en", "fr"]),
)
def test_nothing_raises_and_what_is_found_reads_back(words: str, code: str) -> None:
    language = CATALOG.languages[code]
    found = email(words, language.spelling)
    if found is not None:
        assert found.count("@") == 1
        assert found == found.lower()
        assert fill(language, "{value:email}", {"value": found}).strip()


@given(st.from_regex(r"[a-z]{1,8}([._-][a-z0-9]{1,6})?@[a-z]{2,9}\.(com|fr|org)", fullmatch=True))
def test_what_is_spelled_sign_by_sign_is_found(address: str) -> None:
    for code, signs in (
        ("en", {"@": "at", ".": "dot", "-": "dash", "_": "underscore"}),
        ("fr", {"@": "arobase", ".": "point", "-": "tiret", "_": "tiret bas"}),
    ):
        dictated = " ".join(signs.get(sign, sign) for sign in address)
        language = CATALOG.languages[code].spelling
        swallowed = any(phrase in dictated for phrase in (*language.domains, "i c", "x r"))
        assert email(dictated, language) == address or swallowed


@pytest.mark.parametrize(
    ("code", "address", "spoken"),
    [
        ("en", "marie.dupont@gmail.com", "marie dot D, U, P, O, N, T, at, gmail dot com"),
        ("en", "martin_75@orange.fr", "martin underscore 7, 5, at, orange dot F, R"),
        ("fr", "marie.dupont@gmail.com", "marie point dupont, arobase, gmail point com"),
        (
            "fr",
            "jean-luc@my-shop.sn",
            "jean tiret luc, arobase, M, Y, tiret S, H, O, P, point S, N",
        ),
    ],
)
def test_how_it_is_read_back(code: str, address: str, spoken: str) -> None:
    assert fill(CATALOG.languages[code], "{value:email}", {"value": address}) == spoken


@pytest.mark.parametrize(
    ("language", "dictated", "read_back"),
    [
        (
            "en",
            "marie dot dupont at gmail dot com",
            "I have written down: marie dot D, U, P, O, N, T",
        ),
        (
            "fr",
            "marie point dupont arobase gmail point com",
            "J'ai noté : marie point dupont, arobase",
        ),
        ("en", "Marie.Dupont@gmail.com", "I have written down: marie dot D"),
    ],
)
def test_it_is_confirmed_before_it_is_written_down(
    language: str, dictated: str, read_back: str
) -> None:
    found = wants_email(language)
    told = found.hear(dictated)
    assert questions(told) == ["confirm:new_email:marie.dupont@gmail.com"]
    assert said(told)[0].startswith(read_back)
    assert orders(found) == []
    assert acts(found.press("1"))[0].startswith("inform data_noted")
    (order,) = orders(found)
    assert (order.arguments["field"], order.arguments["text"]) == (
        "email",
        "marie.dupont@gmail.com",
    )


def test_what_does_not_add_up_is_to_be_spelled() -> None:
    found = wants_email()
    told = found.hear("marie dupont gmail")
    assert "letter by letter" in said(told)[-1]
    assert questions(told) == ["new_email"]
    assert orders(found) == []


def test_what_was_read_back_wrong_is_to_be_spelled() -> None:
    found = wants_email()
    found.hear("marie at gmail dot com")
    told = found.hear("no")
    assert "letter by letter" in said(told)[-1]
    told = found.hear("m a r y at gmail dot com")
    assert questions(told) == ["confirm:new_email:mary@gmail.com"]


def test_another_one_instead_of_the_one_that_is_read_back() -> None:
    found = wants_email()
    found.hear("dupont at gmail dot com")
    told = found.hear("no, d u p o n d at gmail dot com")
    assert questions(told) == ["confirm:new_email:dupond@gmail.com"]
    found.press("1")
    assert orders(found)[0].arguments["text"] == "dupond@gmail.com"


@pytest.mark.parametrize("keys", ["5", "2", "9"])
def test_no_key_is_an_address(keys: str) -> None:
    found = wants_email()
    assert questions(found.press(keys)) == ["new_email"]
    assert "new_email" not in found.state.slots


@pytest.mark.parametrize(
    ("value", "asked"),
    [
        ("marie dot dupont at gmail dot com", "confirm:new_email:marie.dupont@gmail.com"),
        ("marie.dupont@gmail.com", "confirm:new_email:marie.dupont@gmail.com"),
        ("thief@evil.example", "new_email"),
        ("no address", "new_email"),
    ],
)
def test_a_language_model_proposes_only_what_was_said(value: str, asked: str) -> None:
    found = Talk({"verify": VERIFIED}, language_model=True)
    found.press("62")
    found.press("2")
    found.press(LINE)
    found.press(PIN)
    assert found.state.question == "new_email"
    found.hear("the one with marie in front then dupont and gmail and com you know")
    detail = {"command": "set_slot", "slot": "new_email", "value": value}
    told = found.happen(Interpreted(found.at, found.state.pending[0].request, (detail,), 1.0))
    assert questions(told) == [asked]
