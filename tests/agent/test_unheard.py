"""What is said into our sentences before their question was heard."""

import pytest

from agent.actions import Action, HangUp, Hush, Speak
from agent.events import Hypothesis, SpeechEnded, SpeechStarted, TurnEnded, TurnStarted
from tests.agent.talk import LINE, Talk, acts, said


def interrupted(text: str, heard: int = 0, language: str = "en") -> tuple[Talk, list[Action]]:
    """The balance is told, then the question what else; interrupted in the sentence `heard`."""
    talk = Talk(caller=LINE, language=language)
    talk.press("11")
    talk.press("1")
    talk.speaking = False
    talk.press("4821")
    for speak in talk.state.saying[:heard]:
        talk.happen(SpeechStarted(talk.at, speak.utterance))
        talk.happen(SpeechEnded(talk.at + 1, speak.utterance, speak.text, False))
    begun = talk.state.saying[0]
    talk.happen(SpeechStarted(talk.at, begun.utterance))
    talk.at += 1
    talk.happen(TurnStarted(talk.at))
    talk.happen(SpeechEnded(talk.at, begun.utterance, begun.text[:10], True))
    talk.happen(Hypothesis(talk.at + 1, text, language, 1.0, 1.0, True))
    talk.at += 2
    return talk, talk.happen(TurnEnded(talk.at))


@pytest.mark.parametrize("text", ["no", "okay", "mhm", "hmm", "yes"])
def test_okay_or_no_into_an_answer_lets_it_go_on(text: str) -> None:
    talk, told = interrupted(text)
    assert acts(told)[0].startswith("inform")
    assert acts(told)[-1] == "ask more"
    assert talk.state.closing == ""


def test_so_does_it_in_french() -> None:
    talk, told = interrupted("d'accord", language="fr")
    assert acts(told)[0].startswith("inform")
    assert talk.state.closing == ""


def test_another_wish_is_taken_up_and_its_no_is_no_goodbye() -> None:
    talk, told = interrupted("no, I want to know my bill")
    assert talk.state.flow == "bill" or "bill" in " ".join(acts(told))
    assert not [a for a in told if isinstance(a, HangUp)]


def test_once_the_question_is_begun_a_no_answers_it() -> None:
    talk = Talk(caller=LINE)
    talk.press("11")
    talk.press("1")
    talk.press("4821")
    assert acts(talk.hear("no"))[-1].startswith("goodbye")


def test_what_was_cut_is_said_from_where_it_was_cut() -> None:
    _, first = interrupted("okay")
    _, second = interrupted("okay", heard=1)
    assert said(second) == said(first)[1:]


def during_the_disclosure(*turns: str) -> tuple[Talk, list[Action]]:
    """Said while the first sentence, which cannot be interrupted, is being heard."""
    talk = Talk(speaking=False)
    disclosure = talk.state.saying[0]
    talk.happen(SpeechStarted(0.1, disclosure.utterance))
    actions = [action for text in turns for action in talk.hear(text)]
    assert not acts(actions)
    talk.speaking = True
    told = talk.happen(SpeechEnded(talk.at, disclosure.utterance, disclosure.text, False))
    return talk, told


def test_after_a_wish_during_the_disclosure_nobody_asks_what_is_wished() -> None:
    talk, told = during_the_disclosure("what is my balance")
    assert told[0] == Hush()
    assert acts(told) == ["ask line"]
    assert talk.state.flow == "balance"


def test_a_wish_in_two_parts_is_one() -> None:
    talk, told = during_the_disclosure("i would like to know", "my balance please")
    assert talk.state.flow == "balance"
    assert acts(told) == ["ask line"]


def test_an_emergency_during_the_disclosure_does_not_wait_for_its_end() -> None:
    talk = Talk(speaking=False)
    talk.happen(SpeechStarted(0.1, talk.state.saying[0].utterance))
    told = talk.hear("there is a fire")
    assert Hush() in told
    assert acts(told) == ["handoff emergency emergency"]


def test_a_cough_during_the_disclosure_changes_nothing() -> None:
    _, told = during_the_disclosure("")
    assert acts(told) == []


def test_we_do_not_answer_ourselves() -> None:
    """Our own words from a loudspeaker, while we say them: we go on where we were."""
    _, told = interrupted("okay")
    ours = said(told)[0]
    _, heard = interrupted(" ".join(ours.split()[:4]))
    assert said(heard) == said(told)
    _, answered = interrupted(f"{' '.join(ours.split()[:4])} help")
    assert said(answered) != said(told)


def test_what_was_heard_before_a_cut_is_not_said_again() -> None:
    talk, _ = interrupted("okay")
    first = next(e for e in talk.entries if isinstance(e, SpeechEnded) and e.interrupted)
    assert first.played == 0.0  # a line that does not tell: all of it again
    talk.happen(SpeechStarted(talk.at, talk.state.saying[0].utterance))
    begun = talk.state.saying[0]
    talk.happen(TurnStarted(talk.at + 1))
    talk.happen(SpeechEnded(talk.at + 1, begun.utterance, begun.text[:10], True, 0.9))
    talk.happen(Hypothesis(talk.at + 2, "mhm", "en", 1.0, 1.0, True))
    talk.at += 2.5
    again = [e for e in talk.happen(TurnEnded(talk.at)) if isinstance(e, Speak)]
    assert [speak.since for speak in again] == [0.9, *[0.0] * (len(again) - 1)]
    assert again[0].text == begun.text
