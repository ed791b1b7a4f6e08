"""An emergency is put through while it is being said, once, and not for what only looks like it."""

from dataclasses import replace

import pytest

from agent.actions import Action, Explain, Hush, Speak, Transfer
from agent.dialogue import Dialogue
from agent.events import Event, Hypothesis, SpeechEnded, SpeechStarted, TurnEnded, TurnStarted
from agent.log import header, line, read
from agent.replay import differences
from tests.agent.talk import CATALOG, Talk, acts, ending, questions, rungs

TUESDAY = "2026-11-24T10:00:00"
SAYS = {
    "en": ("there is a gas leak", "gas leak"),
    "fr": ("il y a une fuite de gaz", "fuite de gaz"),
}


def partial(talk: Talk, text: str, confidence: float = 0.5, final: bool = False) -> list[Action]:
    """A result of the open turn, 0.2 s after the one before."""
    talk.at += 0.2
    language = talk.state.language
    return talk.happen(Hypothesis(talk.at, text, language, 1.0, confidence, final))


def a_turn(talk: Talk, *texts: str) -> list[Action]:
    """A turn that goes on: partial results as they come."""
    talk.at += 1.0
    actions = talk.happen(TurnStarted(talk.at))
    for text in texts:
        actions += partial(talk, text)
    return actions


def ends(talk: Talk, text: str) -> list[Action]:
    """The final result and the turn's end."""
    actions = partial(talk, text, 1.0, final=True)
    talk.at += 0.6
    return actions + talk.happen(TurnEnded(talk.at))


def transfers(actions: list[Action]) -> list[str]:
    return [a.reason for a in actions if isinstance(a, Transfer)]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_word_in_two_partial_results(language: str) -> None:
    says, _ = SAYS[language]
    talk = Talk(people=True, now=TUESDAY, language=language)
    assert a_turn(talk, says) == []
    told = partial(talk, f"{says} la")
    assert rungs(told) == ["partial", "escalation"]
    assert acts(told) == ["handoff emergency emergency"]
    assert transfers(told) == ["emergency"]
    assert talk.state.turn_open
    (why,) = (a.why for a in told if isinstance(a, Explain) and a.rung == "escalation")
    assert why == (f"said: {says} la",)


def test_from_the_partial_to_the_announcement_no_time_passes() -> None:
    talk = Talk(people=True, now=TUESDAY)
    talk.speaking = False
    talk.at = 5.0
    a_turn(talk, "there", "there is a gas", "there is a gas leak", "there is a gas leak in")
    entries = talk.entries
    first = next(e.at for e in entries if isinstance(e, Hypothesis) and "gas leak" in e.text)
    spoken = next(i for i, e in enumerate(entries) if isinstance(e, Speak) and "emergency" in e.act)
    at = max(e.at for e in entries[:spoken] if isinstance(e, Event))
    assert at - first == pytest.approx(0.2)  # the next result's time
    assert not any(isinstance(e, TurnEnded) for e in entries)


@pytest.mark.parametrize(("confidence", "alarms"), [(0.3, True), (0.29, False), (0.0, False)])
def test_results_that_are_too_unsure_alarm_nobody(confidence: float, alarms: bool) -> None:
    talk = Talk(people=True, now=TUESDAY)
    a_turn(talk)
    partial(talk, "there is a gas leak", confidence)
    assert bool(transfers(partial(talk, "there is a gas leak in", confidence))) is alarms


def test_a_result_that_is_sure_is_enough() -> None:
    talk = Talk(people=True, now=TUESDAY)
    a_turn(talk)
    assert partial(talk, "there is a gas leak", 0.69) == []
    talk = Talk(people=True, now=TUESDAY)
    a_turn(talk)
    assert transfers(partial(talk, "there is a gas leak", 0.7)) == ["emergency"]


@pytest.mark.parametrize(
    "texts",
    [
        ("there is a gas leak", "there is a gas league", "there is a gas leak"),
        (
            "it says emergency",
            "it says emergency",
            "it says emergency calls",
            "emergency calls only",
        ),
        ("an ambulant", "an ambulance"),
    ],
)
def test_a_word_that_does_not_stand(texts: tuple[str, ...]) -> None:
    talk = Talk(people=True, now=TUESDAY)
    assert acts(a_turn(talk, *texts)) == []


def test_a_word_that_ended_like_an_exception_and_goes_on() -> None:
    talk = Talk(people=True, now=TUESDAY)
    assert transfers(a_turn(talk, "emergency", "emergency there is", "emergency there is a")) == [
        "emergency"
    ]


def test_the_turns_end_does_not_put_through_again() -> None:
    talk = Talk(people=True, now=TUESDAY)
    a_turn(talk, "call an ambulance", "call an ambulance my")
    assert ends(talk, "call an ambulance my husband fell") == []
    assert talk.state.transfer.reason == "emergency"
    assert acts(talk.hear("call an ambulance")) == ["ask ringing"]


def test_without_people_the_call_ends_once_it_is_said() -> None:
    talk = Talk(speaking=False)
    talk.happen(SpeechStarted(talk.at, 1))
    a_turn(talk, "call an ambulance", "call an ambulance my")
    assert ends(talk, "call an ambulance my husband fell") == []
    (speak,) = talk.state.saying
    told = talk.happen(SpeechEnded(talk.at, speak.utterance, speak.text, False))
    assert ending(told) == ("emergency", "transferred")


def test_a_turn_that_says_something_else_in_the_end_is_taken() -> None:
    talk = Talk(people=True, now=TUESDAY)
    a_turn(talk, "there is a gas leak", "there is a gas leak")
    told = ends(talk, "what is my balance")
    assert questions(told) == ["line"]
    assert talk.state.transfer is None


def test_what_cannot_be_interrupted_is() -> None:
    talk = Talk(speaking=False, people=True, now=TUESDAY)
    disclosure = talk.state.saying[0]
    assert not disclosure.interruptible
    talk.happen(SpeechStarted(0.1, disclosure.utterance))
    told = a_turn(talk, "my house is on fire", "my house is on fire help")
    assert told.index(Hush()) < [isinstance(a, Speak) for a in told].index(True)
    assert [s.act for s in talk.state.saying] == ["handoff emergency emergency"]


def test_an_emergency_goes_before_another_transfer() -> None:
    talk = Talk(people=True, now=TUESDAY)
    talk.hear("i want to speak to an agent")
    told = a_turn(talk, "there is a gas leak", "there is a gas leak")
    assert transfers(told) == ["emergency"]


def test_keys_are_surer_than_words() -> None:
    talk = Talk(people=True, now=TUESDAY)
    talk.hear("what is my balance")
    a_turn(talk)
    talk.press("7")
    assert partial(talk, "gas leak") == partial(talk, "gas leak") == []


def test_a_rule_that_is_off_alarms_nobody() -> None:
    rules = {k: v for k, v in CATALOG.policy.rules.items() if k != "emergency"}
    talk = Talk(policy=replace(CATALOG.policy, rules=rules))
    assert acts(a_turn(talk, "there is a gas leak", "there is a gas leak")) == []


def test_such_a_call_replays() -> None:
    talk = Talk(people=True, now=TUESDAY)
    a_turn(talk, "call an ambulance", "call an ambulance my")
    ends(talk, "call an ambulance my husband fell")
    lines = [header(id="test") + "\n", *(line(entry) + "\n" for entry in talk.entries)]
    again = Dialogue(CATALOG.languages, CATALOG.flows, CATALOG.policy)
    assert differences(read(lines), again) == []
