"""Keys and words at once: the keys count, and the words of that turn do not."""

from typing import cast, get_args

import pytest

from agent.actions import Action, Expecting, Listen
from agent.events import Event, Hypothesis, KeyPressed, TurnEnded, TurnStarted
from agent.privacy import Redaction
from tests.agent.talk import LINE, PIN, Talk, questions


def over(talk: Talk, keys: str, text: str, *, before: bool = False) -> list[Action]:
    """The caller types while they speak; `before`: speech was noticed only after the last key."""
    actions: list[Action] = []
    if not before:
        talk.happen(TurnStarted(talk.at, 0.13))
    actions = talk.press(keys)
    if before:
        talk.at += 0.1
        talk.happen(TurnStarted(talk.at, 0.13))
    talk.happen(Hypothesis(talk.at, text, "en", 1.0, 1.0, True))
    talk.at += 1.0
    return actions + talk.happen(TurnEnded(talk.at))


@pytest.mark.parametrize("before", [True, False])
def test_a_yes_that_is_typed_and_said_answers_one_question(before: bool) -> None:
    talk = Talk(caller=LINE)
    talk.speaking = False
    talk.hear("what is my balance", 0.5)
    assert talk.state.question == "confirm:flow:balance"
    actions = over(talk, "1", "yes", before=before)
    assert questions(actions) == [f"confirm:line:{LINE}"]  # which nobody has heard yet
    talk.at += 2
    assert questions(talk.hear("yes")) == ["pin"]


def test_what_is_mumbled_does_not_undo_what_is_typed() -> None:
    talk = Talk()
    talk.hear("what is my balance")
    assert over(talk, LINE[:4], "colourless green ideas") == []
    assert over(talk, LINE[4:8], "") == []
    assert questions(talk.press(LINE[8:])) == ["pin"]
    assert talk.state.slots["line"].value == LINE


@pytest.mark.parametrize("before", [True, False])
def test_a_code_that_is_typed_and_said_is_nowhere(before: bool) -> None:
    talk = Talk()
    talk.hear("what is my balance")
    talk.press(LINE)
    talk.speaking = False
    over(talk, PIN, "4 8 2 1", before=before)
    assert talk.state.verified
    assert "4 8 2 1" not in str(talk.state.transcript)
    redaction = Redaction()
    written: list[Event | Action] = []
    for entry in talk.entries:
        if isinstance(entry, get_args(Event)):
            written.append(redaction.event(cast(Event, entry)))
        else:
            written.append(redaction.action(cast(Action, entry)))
    assert "4 8 2 1" not in str(written)


def test_what_is_said_along_with_keys_that_a_log_hides_is_hidden_again() -> None:
    redaction = Redaction()  # of a recorded call that is replayed: its sound still holds the code
    expecting = Expecting(digits=1, secret=True)
    redaction.action(Listen("en", "pin", expecting))
    assert redaction.event(KeyPressed(1.0, "•")) == KeyPressed(1.0, "•")
    redaction.action(Listen("en", "more", Expecting()))
    redaction.event(TurnStarted(1.05, 0.13))
    said = redaction.event(Hypothesis(1.5, "it is 4 8 2 1", "en", 1.0, 1.0, True))
    assert isinstance(said, Hypothesis)
    assert said.text == "it is • • • •"


def test_speech_after_the_keys_is_heard() -> None:
    talk = Talk()
    talk.hear("what is my balance")
    over(talk, LINE, "my number is")
    assert questions(talk.hear("cancel")) == ["open"]


@pytest.mark.parametrize("key", ["1", "2", "9", "#"])
def test_keys_typed_while_the_back_office_is_asked_answer_nothing(key: str) -> None:
    """They mean the next question, which nobody has heard yet, and may be a secret's."""
    talk = Talk({"top_ups": {"amounts": ["5", "10"], "currency": "EUR"}}, caller=LINE)
    talk.hear("top up by card")
    assert talk.state.question == f"confirm:line:{LINE}"
    talk.answering = False
    talk.press("1")
    assert talk.state.pending
    assert talk.press(key) == []
    assert talk.state.slots["line"].value == LINE
    assert "transfer" in str(talk.press("0")).lower()


@pytest.mark.parametrize("keys", ["0", "1230", "0000", "12#"])
def test_nor_do_they_where_a_number_was_asked_for(keys: str) -> None:
    talk = Talk(caller=LINE)
    talk.hear("what is my balance")
    talk.hear("yes")
    talk.answering = False
    talk.press(PIN)
    asked = talk.state.pending
    assert asked
    assert talk.press(keys) == []
    assert (talk.state.slots["pin"].value, talk.state.pending) == (PIN, asked)
