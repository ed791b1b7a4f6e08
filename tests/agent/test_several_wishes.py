"""Two wishes in one sentence, and a sentence that may be either of two."""

import pytest

from agent.actions import Action
from agent.commands import AskWhich
from agent.events import NO_INTENT, Hypothesis, TurnEnded, TurnStarted
from agent.languages.clauses import clauses
from tests.agent.talk import CATALOG, LINE, PIN, Talk, acts, ending, questions, said

ODD = "the thing went all funny after lunch and do that other stuff"


def means(talk: Talk, text: str, *parts: tuple[str, float]) -> list[Action]:
    """The caller says a sentence whose parts most probably mean this."""
    each = tuple(((name, sure), (NO_INTENT, round(1 - sure, 3))) for name, sure in parts)
    talk.happen(TurnStarted(talk.at))
    talk.happen(Hypothesis(talk.at + 1, text, "en", 1.0, 1.0, True))
    talk.at += 2
    whole = tuple((name, round(0.9 / len(parts), 3)) for name, _ in parts)
    return talk.happen(TurnEnded(talk.at, 0.0, whole, each))


@pytest.mark.parametrize(
    ("language", "text", "parts"),
    [
        ("en", "my bill is too high and then buy me a bundle", 2),
        ("en", "so, what is left, and also top it up, please", 2),
        ("en", "my sim card is blocked", 0),
        ("en", "", 0),
        ("fr", "ma facture est trop haute et puis il me faut des gigas", 2),
        ("fr", "qu'est-ce qu'il reste", 0),
    ],
)
def test_a_sentence_has_parts(language: str, text: str, parts: int) -> None:
    assert len(clauses(text, CATALOG.languages[language].joins)) == parts


def test_the_first_is_done_and_then_the_second() -> None:
    talk = Talk()
    told = means(talk, ODD, ("balance", 0.95), ("outage", 0.9))
    assert said(told)[0] == "First your balance, then a fault on your line."
    assert questions(told) == ["line"]
    talk.press(LINE)
    told = talk.press(PIN)
    assert "Now a fault on your line." in said(told)
    assert "resume" not in acts(told)
    assert questions(told) == ["service"]
    assert [wanted.flow for wanted in talk.state.flows] == ["outage"]


def test_three_are_told_in_their_order() -> None:
    told = means(Talk(), ODD, ("balance", 0.95), ("outage", 0.9), ("sim", 0.9))
    assert said(told)[0].endswith("then a fault on your line, and then a blocked SIM card.")


def test_one_that_is_not_sure_is_asked_back_in_its_turn() -> None:
    talk = Talk()
    means(talk, ODD, ("balance", 0.95), ("outage", 0.65))
    talk.press(LINE)
    assert questions(talk.press(PIN)) == ["confirm:flow:outage"]
    assert talk.hear("no")
    assert talk.state.flows == ()


def test_who_drops_the_first_is_asked_about_the_second() -> None:
    talk = Talk()
    means(talk, ODD, ("balance", 0.95), ("outage", 0.9))
    assert questions(talk.hear("never mind")) == ["service"]


def test_parts_that_mean_the_same_are_one_wish() -> None:
    told = means(Talk(), ODD, ("balance", 0.95), ("balance", 0.9), ("outage", 0.4))
    assert "wishes.2" not in acts(told)


def test_who_also_wants_a_person_gets_one_who_knows_the_rest() -> None:
    talk = Talk()
    told = means(talk, ODD, ("bill", 0.95), ("person", 0.9))
    assert ending(told) == ("asked_for_person", "transferred")
    assert talk.state.flow == "bill"


def which(talk: Talk, *likely: tuple[str, float]) -> list[Action]:
    talk.happen(TurnStarted(talk.at))
    talk.happen(Hypothesis(talk.at + 1, ODD, "en", 1.0, 1.0, True))
    talk.at += 2
    return talk.happen(TurnEnded(talk.at, 0.0, likely))


@pytest.mark.parametrize("answer", ["paying it", "the second one", "paying my bill", "2"])
def test_a_near_miss_is_a_question(answer: str) -> None:
    talk = Talk()
    told = which(talk, ("bill", 0.5), ("pay_bill", 0.35))
    assert said(told) == ["Is it about your bill, or paying your bill?"]
    talk.press(answer) if answer.isdigit() else talk.hear(answer)
    assert talk.state.flow == "pay_bill"


@pytest.mark.parametrize("answer", ["neither of them", "no, neither"])
def test_neither_drops_the_question(answer: str) -> None:
    talk = Talk()
    which(talk, ("bill", 0.5), ("pay_bill", 0.35))
    assert said(talk.hear(answer)) == ["All right.", "What can I do for you?"]
    assert (talk.state.flow, talk.state.question) == ("", "open")


def test_both_are_taken_up_in_turn() -> None:
    talk = Talk()
    which(talk, ("bill", 0.5), ("pay_bill", 0.35))
    talk.hear("both of them")
    assert [wanted.flow for wanted in talk.state.flows] == ["pay_bill", "bill"]


@pytest.mark.parametrize(
    "likely", [(("bill", 0.75), ("pay_bill", 0.1)), (("bill", 0.4), ("anger", 0.4))]
)
def test_what_is_no_near_miss_is_asked_back_alone(likely: tuple[tuple[str, float], ...]) -> None:
    assert questions(which(Talk(), *likely)) == ["confirm:flow:bill"]


def test_a_question_which_is_no_settled_turn() -> None:
    talk = Talk()
    talk.hear("colourless green ideas")
    which(talk, ("bill", 0.5), ("pay_bill", 0.35))
    assert talk.state.misunderstood == 1
    assert AskWhich(("bill", "pay_bill")).flows == ("bill", "pay_bill")
