"""The call follows the caller's language: heard, stated, or not served."""

from agent.actions import Action, Route
from agent.events import Hypothesis, KeyPressed, LanguageChosen, TurnEnded, TurnStarted
from tests.agent.talk import Talk, acts, questions, said

FRENCH = "bonjour je voudrais connaître mon solde"
SURELY_FRENCH = (("fr", 0.99), ("en", 0.005))


def hear(talk: Talk, text: str, *languages: tuple[str, float]) -> list[Action]:
    talk.at += 1.0
    talk.happen(TurnStarted(talk.at))
    talk.at += 1.0
    talk.happen(Hypothesis(talk.at, text, talk.state.language, 1.0, 1.0, True, (), languages))
    return list(talk.happen(TurnEnded(talk.at + 0.5)))


def test_a_caller_who_surely_speaks_another_language_is_answered_in_it() -> None:
    talk = Talk()
    told = hear(talk, FRENCH, *SURELY_FRENCH)
    assert talk.state.language == "fr"
    assert said(told)[:2] == [
        "Bonjour, vous parlez à un assistant automatique.",
        "Nous continuons en français.",
    ]
    assert questions(told) == ["line"]
    (route,) = [a for a in told if isinstance(a, Route)]
    assert (route.kind, route.language) == ("switch", "fr")


def test_one_likely_turn_is_not_enough() -> None:
    talk = Talk()
    hear(talk, FRENCH, ("fr", 0.9), ("en", 0.05))
    assert talk.state.language == "en"
    hear(talk, FRENCH, ("fr", 0.9), ("en", 0.05))
    assert talk.state.language == "fr"


def test_the_callers_stated_choice_wins() -> None:
    talk = Talk()
    talk.happen(LanguageChosen(talk.at, "en"))
    for _ in range(2):
        hear(talk, FRENCH, *SURELY_FRENCH)
    assert talk.state.language == "en"


def test_against_the_stated_choice_a_change_is_offered_once() -> None:
    talk = Talk()
    talk.happen(LanguageChosen(talk.at, "en"))
    told = [action for _ in range(6) for action in hear(talk, FRENCH, *SURELY_FRENCH)]
    assert [a.kind for a in told if isinstance(a, Route)].count("offer") == 1
    assert "confirm:language:fr" in questions(told)


def test_a_yes_to_the_offer_changes_the_language() -> None:
    talk = Talk()
    talk.happen(LanguageChosen(talk.at, "en"))
    while talk.state.question != "confirm:language:fr":
        hear(talk, FRENCH, *SURELY_FRENCH)
    talk.happen(KeyPressed(talk.at, "1"))
    assert talk.state.language == "fr"


def test_a_language_nobody_taught_us_leads_to_the_keys() -> None:
    talk = Talk(language_model=True)
    told: list[Action] = []
    while "language_unknown" not in acts(told):
        told = hear(talk, "dama bëgg a xam sama xaalis ci kont bi", ("wo", 0.98), ("sq", 0.01))
        assert talk.state.misunderstood < 4
    assert acts(told) == ["language_unknown", "menu"]
    assert talk.state.language == "en"


def test_without_evidence_nothing_is_decided() -> None:
    talk = Talk()
    assert not [a for a in talk.hear("what is my balance") if isinstance(a, Route)]
