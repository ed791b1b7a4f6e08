"""Where nobody knows how well callers are heard, each question says the keys that answer it."""

from agent.events import Hypothesis, TurnEnded, TurnStarted
from tests.agent.talk import LINE, Talk, questions, said

MENU = "You can choose by key."
YES_NO = "Please say yes or no. You can also press one for yes, or two for no."
SERVICE = "Please say internet, mobile, or television. Or press one, two, or three."


def begun(*unvalidated: str, caller: str | None = LINE) -> Talk:
    return Talk(caller=caller, unvalidated=unvalidated)


def test_the_greeting_says_the_menu() -> None:
    told = said(begun("en").start)
    assert told[told.index(MENU) + 1] == "Credit and data: press one."
    assert told[-1] == "For a colleague: press zero."
    assert MENU not in said(begun("fr").start)


def test_a_yes_or_no_says_its_keys_once() -> None:
    talk = begun("en")
    actions = talk.hear("what is my balance", 0.5)
    assert questions(actions) == ["confirm:flow:balance"]
    assert said(actions)[-1] == YES_NO
    again = said(talk.wait())
    assert again.count(YES_NO) == 1
    assert YES_NO not in said(begun().hear("what is my balance", 0.5))


def test_a_choice_says_its_keys() -> None:
    talk = begun("en")
    talk.hear("something is broken")
    assert talk.state.question == "service"
    heard = [line.text for line in talk.state.transcript]
    assert SERVICE in heard
    assert questions(talk.press("1")) != ["service"]


def test_which_of_two_says_their_keys() -> None:
    talk = begun("en")
    talk.happen(TurnStarted(talk.at))
    talk.happen(Hypothesis(talk.at + 1, "it went all funny after lunch", "en", 1.0, 1.0, True))
    talk.at += 2
    told = talk.happen(TurnEnded(talk.at, 0.0, (("outage", 0.45), ("bill", 0.4))))
    assert questions(told) == ["menu:which"]
    assert [text[-10:] for text in said(told)[-2:]] == ["press one.", "press two."]


def test_a_misunderstanding_at_the_open_question_leads_to_the_menu() -> None:
    talk = begun("en")
    assert MENU in said(talk.hear("colourless green ideas"))
