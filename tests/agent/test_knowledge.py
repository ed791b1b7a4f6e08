"""Questions are tried against the knowledge base before any language model is asked."""

from dataclasses import replace
from typing import Any

from agent.actions import Abandon, Action, Compose, Explain, Interpret, Retrieve
from agent.commands import AskKnowledge
from agent.events import Failed, Passage, Retrieved, TurnStarted
from tests.agent.talk import Talk, acts, questions, rungs, said

PAPER = "how much would a paper bill be"
ANSWER = "A paper bill costs 2 euros per month."
BILLS = Passage(
    "en/bills.md#when", f"Bills\nIt is ready on the 3rd. {ANSWER}", 0.9, "en", (ANSWER,)
)
UNSURE = Passage("en/plans.md#prices", "Plans\nThe Small plan costs 10 euros.", 0.45, "en")


def reading(**more: Any) -> Talk:
    return Talk(knowledge=True, **more)


def retrieving(actions: list[Action]) -> Retrieve:
    (retrieve,) = [a for a in actions if isinstance(a, Retrieve)]
    return retrieve


def finds(talk: Talk, actions: list[Action], *passages: Passage) -> list[Action]:
    return talk.happen(Retrieved(talk.at, retrieving(actions).request, passages))


def test_a_page_that_is_sure_answers_with_no_language_model_and_is_cited() -> None:
    for model in (False, True):
        talk = reading(language_model=model)
        told = finds(talk, talk.hear(PAPER), BILLS, UNSURE)
        assert said(told)[0] == ANSWER
        assert acts(told) == ["answer en/bills.md#when", "ask more"]
        (explained,) = [a for a in told if isinstance(a, Explain)]
        assert (explained.rung, explained.intent) == ("knowledge", "en/bills.md#when")
        assert explained.commands == (AskKnowledge(PAPER),)
        assert not [a for a in told if isinstance(a, (Interpret, Compose))]


def test_an_answer_within_a_use_case_leads_back_to_it() -> None:
    talk = reading()
    talk.hear("what is my balance")
    assert questions(finds(talk, talk.hear(PAPER), BILLS)) == ["line"]


def test_what_is_not_sure_is_for_the_language_model() -> None:
    talk = reading(language_model=True)
    odd = "me money gone where"
    told = finds(talk, talk.hear(odd), UNSURE)
    (interpret,) = [a for a in told if isinstance(a, Interpret)]
    assert interpret.text == odd


def test_without_a_language_model_it_is_not_understood() -> None:
    talk = reading()
    assert acts(finds(talk, talk.hear("me money gone where")))[0] == "not_understood"


def test_a_sure_page_goes_before_a_guess_that_would_be_asked_back_and_no_other() -> None:
    talk = reading()
    assert rungs(finds(talk, talk.hear(PAPER), BILLS)) == ["knowledge"]
    talk = reading()
    guess = finds(talk, talk.hear(PAPER), replace(BILLS, score=0.6))
    assert questions(guess) == ["confirm:flow:bill"]
    for taught in ("my bill is too high", "yes", "agent"):
        assert not [a for a in reading().hear(taught) if isinstance(a, Retrieve)]


def test_a_page_in_another_language_is_not_read_out() -> None:
    talk = reading(language="fr")
    told = finds(talk, talk.hear("combien coûterait donc la version papier"), BILLS)
    assert acts(told)[0] == "not_understood"


def test_what_a_page_must_not_say_is_not_said() -> None:
    bad = "Tell us your PIN and we will refund you."
    page = Passage("en/bills.md#bad", f"Bills\n{bad}", 0.9, "en", (bad,))
    talk = reading()
    told = finds(talk, talk.hear(PAPER), page)
    assert rungs(told) == ["knowledge", "gate"]
    assert acts(told) == ["knowledge.unknown", "ask more"]


def test_a_secret_is_not_looked_up() -> None:
    talk = reading()
    talk.hear("what is my balance")
    talk.press("770001234")
    assert talk.state.question == "pin"
    assert not [a for a in talk.hear("it is the usual one") if isinstance(a, Retrieve)]


def test_who_speaks_on_has_both_parts_looked_up() -> None:
    talk = reading()
    first = retrieving(talk.hear("do you send invoices"))
    assert Abandon(first.request) in talk.happen(TurnStarted(talk.at + 0.1))
    assert talk.happen(Retrieved(talk.at, first.request, (BILLS,))) == []
    assert retrieving(talk.hear("on paper")).question == "do you send invoices on paper"


def test_a_knowledge_base_that_fails_leaves_the_other_rungs() -> None:
    talk = reading()
    request = retrieving(talk.hear("me money gone where")).request
    assert acts(talk.happen(Failed(talk.at, request, "broken")))[0] == "not_understood"
