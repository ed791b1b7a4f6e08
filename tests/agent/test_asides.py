"""What callers say aside from what they want: are you there?"""

import pytest

from tests.agent.talk import Talk, acts, questions


@pytest.mark.parametrize(("language", "text"), [("en", "hello? are you there?"), ("fr", "allô ?")])
def test_who_asks_whether_we_are_there_hears_so_and_the_question_again(
    language: str, text: str
) -> None:
    talk = Talk(language=language)
    talk.press("11")
    for _ in range(5):
        told = talk.hear(text)
        assert acts(told)[0] == "present"
        assert questions(told) == ["line"]
    assert talk.state.misunderstood == 0
    assert talk.state.handoff is None


@pytest.mark.parametrize(("language", "text"), [("en", "i don't know"), ("fr", "je ne sais pas")])
def test_who_does_not_know_is_asked_once_more_and_then_offered_a_person(
    language: str, text: str
) -> None:
    talk = Talk(language=language)
    talk.press("31")
    assert talk.state.question == "service"
    assert acts(talk.hear(text)) == ["no_matter", "ask service"]
    told = talk.hear(text)
    assert questions(told) == ["confirm:instead:person"]
    assert talk.state.misunderstood == 2
    dropped = talk.hear({"en": "no", "fr": "non"}[language])  # nor does it begin again
    assert acts(dropped) == ["dropped", "ask open"]
    assert not talk.state.flow


def test_who_does_not_know_is_put_through_where_they_like() -> None:
    talk = Talk()
    talk.press("31")
    for _ in range(2):
        talk.hear("i don't know")
    assert "handoff" in " ".join(acts(talk.hear("yes please")))
    assert talk.state.why == ()


def test_who_does_not_know_what_to_ask_hears_the_choices() -> None:
    assert acts(Talk().hear("i have no idea")) == ["no_matter", "choices"]
