"""What a turn may want by its meaning, as it arrives in the turn's event."""

import pytest

from agent.actions import Action
from agent.events import NO_INTENT, Hypothesis, TurnEnded, TurnStarted
from tests.agent.talk import Talk, acts, ending, questions, rungs

ODD = "the thing went all funny after lunch"  # nothing in the language pack is like it


def means(talk: Talk, text: str, *likely: tuple[str, float]) -> list[Action]:
    talk.happen(TurnStarted(talk.at))
    talk.happen(Hypothesis(talk.at + 1, text, "en", 1.0, 1.0, True))
    talk.at += 2
    return talk.happen(TurnEnded(talk.at, 0.0, likely))


def test_a_wish_that_is_surely_meant_is_taken_up() -> None:
    talk = Talk()
    told = means(talk, ODD, ("outage", 0.93), ("bill", 0.03), (NO_INTENT, 0.01))
    assert talk.state.flow == "outage"
    assert rungs(told) == ["classifier"]
    assert questions(told) == ["service"]


def test_one_that_is_less_sure_is_asked_back() -> None:
    talk = Talk()
    assert questions(means(talk, ODD, ("outage", 0.6), ("bill", 0.1))) == ["confirm:flow:outage"]


@pytest.mark.parametrize(
    "likely", [((NO_INTENT, 0.6), ("bill", 0.3)), (("bill", 0.2), ("sim", 0.19)), ()]
)
def test_none_of_our_business_is_none(likely: tuple[tuple[str, float], ...]) -> None:
    talk = Talk()
    assert "not_understood" in acts(means(talk, ODD, *likely))
    assert talk.state.flow == ""


def test_what_is_nearly_a_sample_needs_no_judge() -> None:
    talk = Talk()
    means(talk, "what is my balance please", (NO_INTENT, 0.9))
    assert talk.state.flow == "balance"


def test_a_person_is_asked_back_where_it_is_not_sure() -> None:
    assert questions(means(Talk(), ODD, ("person", 0.7))) == ["confirm:signal:person"]
    assert ending(means(Talk(), ODD, ("person", 0.9))) is not None


def test_a_word_that_means_something_else_is_asked_back() -> None:
    text = "it stops just when somebody has a heart attack"
    told = means(Talk(), text, ("outage", 0.9), ("emergency", 0.05))
    assert questions(told) == ["confirm:signal:emergency"]
    assert ending(means(Talk(), text, ("outage", 0.5), ("emergency", 0.4))) is not None


def test_a_question_that_is_open_is_answered_first() -> None:
    talk = Talk()
    talk.press("11")
    means(talk, "770001234", ("sim", 0.99))
    assert talk.state.slots["line"].value == "770001234"
