"""Goodbye is said, and the caller goes on."""

import pytest

from agent.actions import Action, HangUp, Hush
from agent.events import Hypothesis, SpeechEnded, SpeechStarted, TurnEnded, TurnStarted
from tests.agent.talk import LINE, Talk, acts, ending, said


class Leaving(Talk):
    """A call in which goodbye is being said, as far as `begun`."""

    def __init__(self, words: str = "goodbye", language: str = "en") -> None:
        super().__init__(caller=LINE, language=language)
        self.speaking = False
        self.hear(words)
        assert self.state.closing == "goodbye"
        self.happen(SpeechStarted(self.at, self.state.saying[0].utterance))

    def starts(self) -> None:
        self.at += 0.3
        self.happen(TurnStarted(self.at))

    def partly(self, text: str) -> list[Action]:
        self.at += 0.3
        return self.happen(Hypothesis(self.at, text, self.state.language, 1.0, 1.0, False))

    def said(self, text: str) -> list[Action]:
        self.at += 0.3
        heard = self.happen(Hypothesis(self.at, text, self.state.language, 1.0, 1.0, True))
        self.at += 0.3
        return heard + self.happen(TurnEnded(self.at))

    def spoken(self) -> list[Action]:
        """The goodbye is said to its end."""
        speak = self.state.saying[0]
        self.at += 1.0
        return self.happen(SpeechEnded(self.at, speak.utterance, speak.text, False))


@pytest.mark.parametrize(
    "text", ["bye", "thank you", "okay", "thanks you too", "you too", "no thank you", "yes", ""]
)
def test_who_takes_leave_hears_it_to_its_end(text: str) -> None:
    talk = Leaving()
    talk.starts()
    assert not talk.said(text)
    assert ending(talk.spoken()) == ("", "goodbye")


@pytest.mark.parametrize("text", ["merci", "au revoir", "vous aussi", "merci bonne journée"])
def test_so_does_who_speaks_french(text: str) -> None:
    talk = Leaving("au revoir", "fr")
    talk.starts()
    assert not talk.said(text)
    assert ending(talk.spoken()) == ("", "goodbye")


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("wait", "not_understood"),
        ("my internet does not work", "ask"),
        ("and there was something with the router", "not_understood"),
        ("hello?", "present"),
        ("I want to speak to an agent", "handoff"),
    ],
)
def test_who_says_more_is_answered(text: str, act: str) -> None:
    talk = Leaving()
    talk.starts()
    actions = talk.said(text)
    assert isinstance(actions[0], Hush)
    assert any(told.startswith(act) for told in acts(actions))
    assert not [a for a in actions if isinstance(a, HangUp)]


def test_the_line_stays_open_while_the_caller_speaks() -> None:
    talk = Leaving()
    talk.starts()
    assert not talk.spoken()
    assert not talk.state.ended
    talk.said("I want to know my balance")
    assert talk.state.flow == "balance"
    assert not talk.state.ended


def test_and_no_longer() -> None:
    talk = Leaving()
    talk.starts()
    talk.spoken()
    assert ending(talk.said("thank you")) == ("", "goodbye")
    talk = Leaving()
    talk.starts()
    talk.spoken()
    assert ending(talk.wait()) == ("", "goodbye")  # a turn that never ends


def test_goodbye_stops_at_words_that_go_on() -> None:
    talk = Leaving()
    talk.starts()
    assert not talk.partly("and i")
    assert [type(a) for a in talk.partly("and i wanted to ask about my bill")] == [Hush]
    assert talk.state.turn_open
    assert said(talk.said("and i wanted to ask about my bill"))
    assert talk.state.flow == "bill"


def test_a_key_is_more_to_come() -> None:
    talk = Leaving()
    actions = talk.press("1")
    assert isinstance(actions[0], Hush)
    assert not talk.state.closing
    assert talk.state.question.startswith("menu:")


def test_who_was_thought_to_have_gone_is_there_with_any_word() -> None:
    talk = Talk(caller=LINE)
    talk.speaking = False
    while talk.state.closing != "silent":
        while talk.state.saying:
            speak = talk.state.saying[0]
            talk.happen(SpeechStarted(talk.at, speak.utterance))
            talk.happen(SpeechEnded(talk.at + 1, speak.utterance, speak.text, False))
            talk.at += 1
        talk.wait()
    talk.happen(TurnStarted(talk.at))
    talk.happen(Hypothesis(talk.at, "yes", "en", 1.0, 1.0, True))
    assert said(talk.happen(TurnEnded(talk.at + 1)))
    assert not talk.state.closing
