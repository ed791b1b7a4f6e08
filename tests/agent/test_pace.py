"""Who could not follow hears the last thing again, slower, and so does the rest of the call."""

import json

import pytest

from agent.actions import Action, Speak
from agent.commands import ChangePace, SetSlot
from agent.dialogue import Dialogue
from agent.events import (
    Hypothesis,
    Interpreted,
    SpeechEnded,
    SpeechStarted,
    TurnEnded,
    TurnStarted,
)
from agent.flow import Slot
from agent.ladder.turn import Turn
from agent.ladder.understanding import understand
from agent.log import line, read
from agent.people import alternatives
from agent.question import OpenQuestion
from agent.replay import differences
from tests.agent.talk import CATALOG, LINE, PIN, Talk, acts, questions, rungs, said

SLOTS: dict[str, Slot] = {
    slot.name: slot for flow in (*CATALOG.flows.values(), alternatives.FLOW) for slot in flow.slots
}
SLOWER = {
    "en": [
        "could you say that again slower",
        "not so fast",
        "slow down please",
        "you speak too fast",
        "sorry, could you say that a bit slower, please?",
    ],
    "fr": [
        "plus lentement s'il vous plaît",
        "parlez moins vite",
        "vous parlez trop vite",
        "pas si vite !",
        "pouvez-vous redire ça plus lentement s'il vous plaît",
    ],
}
FASTER = {"en": "okay, you can go faster", "fr": "vous pouvez aller plus vite"}
OF_COURSE = {"en": "Of course.", "fr": "Bien sûr."}
BALANCE = {"en": "what is my balance", "fr": "quel est mon solde"}
LANGUAGES = tuple(SLOWER)
EVERY = [(code, text) for code, texts in SLOWER.items() for text in texts]


def paces(actions: list[Action]) -> set[str]:
    return {action.pace for action in actions if isinstance(action, Speak)}


# What was said last is said again, and the rest of the call has the pace


@pytest.mark.parametrize(("language", "text"), EVERY)
def test_the_last_thing_is_said_again_slower(language: str, text: str) -> None:
    talk = Talk(language=language)
    first = talk.hear(BALANCE[language])
    told = talk.hear(text)
    assert said(told) == [OF_COURSE[language], *said(first)]
    assert (paces(first), paces(told)) == ({"normal"}, {"slow"})
    assert paces(talk.press(LINE)) == {"slow"}
    assert talk.state.misunderstood == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_asked_for_twice_of_course_is_not_what_is_repeated(language: str) -> None:
    talk = Talk(language=language)
    first = said(talk.hear(BALANCE[language]))
    talk.hear(SLOWER[language][0])
    assert said(talk.hear(SLOWER[language][1])) == [OF_COURSE[language], *first]
    again = {"en": "say that again", "fr": "répétez s'il vous plaît"}
    told = talk.hear(again[language])
    assert (said(told), paces(told)) == (first, {"slow"})


@pytest.mark.parametrize("language", LANGUAGES)
def test_until_the_caller_can_follow(language: str) -> None:
    talk = Talk(language=language)
    first = talk.hear(BALANCE[language])
    talk.hear(SLOWER[language][0])
    told = talk.hear(FASTER[language])
    assert (said(told)[1:], paces(told)) == (said(first), {"normal"})
    assert talk.state.question == "line"
    assert paces(talk.press(LINE)) == {"normal"}


def test_a_long_answer_is_not_told_again_for_going_faster() -> None:
    talk = Talk()
    talk.hear("slow down please")
    talk.hear("what is my balance")
    talk.press(LINE)
    answer = talk.press(PIN)
    assert paces(answer) == {"slow"}
    told = talk.hear("normal speed please")
    assert acts(told) == ["pace", "ask more"]
    assert len(said(told)) < len(said(answer))


# Whatever the question is

QUESTIONS = {
    "digits": OpenQuestion("line", SLOTS["line"]),
    "a secret": OpenQuestion("pin", SLOTS["pin"]),
    "part of a number": OpenQuestion("line", SLOTS["line"], digits="7700"),
    "yes or no": OpenQuestion("solved", SLOTS["solved"]),
    "is this right": OpenQuestion(f"confirm:line:{LINE}"),
    "anything else": OpenQuestion("more"),
    "a choice": OpenQuestion("service", SLOTS["service"]),
    "an amount": OpenQuestion("amount", SLOTS["amount"]),
    "free text": OpenQuestion("what_happened", SLOTS["what_happened"]),
    "a word of free text": OpenQuestion("place", SLOTS["place"]),
    "options": OpenQuestion("menu:which", None, (("bill", "your bill"), ("sim", "a SIM card"))),
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
@pytest.mark.parametrize(("language", "text"), EVERY)
def test_no_question_takes_it_for_an_answer(
    language: str, text: str, question: OpenQuestion
) -> None:
    pack = CATALOG.languages[language]
    found = understand(Turn(text, question, pack), CATALOG.flows, CATALOG.policy)
    assert found.commands == (ChangePace("slow"),)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_stays_open_with_what_was_answered_of_it(language: str) -> None:
    talk = Talk(language=language)
    talk.hear(BALANCE[language])
    beginning = {"en": "seven seven zero zero", "fr": "sept sept zéro zéro"}
    talk.hear(beginning[language])
    assert talk.state.digits == "7700"
    told = talk.hear(SLOWER[language][0])
    assert not questions(told)
    assert (talk.state.question, talk.state.digits) == ("line", "7700")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "your shop was closed and nobody told me when it opens again"),
        ("en", "the man on the phone spoke so fast that i signed for two contracts"),
        ("fr", "le vendeur m'a fait signer trop vite et j'ai deux contrats maintenant"),
    ],
)
def test_a_complaint_is_no_wish_to_hear_it_slower(language: str, text: str) -> None:
    pack = CATALOG.languages[language]
    question = QUESTIONS["free text"]
    found = understand(Turn(text, question, pack), CATALOG.flows, CATALOG.policy)
    assert [type(command) for command in found.commands] == [SetSlot]


def test_meant_surely_enough_it_needs_no_sample() -> None:
    """What the model of meaning is sure of counts where free words are asked for, too."""
    text = "would you take it a bit slower for me"
    pack, question = CATALOG.languages["en"], QUESTIONS["free text"]
    likely = (("slower", 0.9), ("repeat", 0.05))
    found = understand(Turn(text, question, pack, likely=likely), CATALOG.flows, CATALOG.policy)
    assert found.commands == (ChangePace("slow"),)


@pytest.mark.parametrize("language", LANGUAGES)
def test_said_into_our_sentence_all_of_it_is_said_again(language: str) -> None:
    talk = Talk(caller=LINE, language=language)
    talk.press("11")
    talk.press("1")
    talk.speaking = False
    answer = said(talk.press(PIN))
    begun = talk.state.saying[0]
    talk.happen(SpeechStarted(talk.at, begun.utterance))
    talk.at += 1
    talk.happen(TurnStarted(talk.at))
    talk.happen(SpeechEnded(talk.at, begun.utterance, begun.text[:10], True))
    talk.happen(Hypothesis(talk.at, SLOWER[language][1], language, 1.0, 1.0, True))
    told = talk.happen(TurnEnded(talk.at + 1))
    assert (said(told), paces(told)) == ([OF_COURSE[language], *answer], {"slow"})


def test_while_people_are_rung() -> None:
    talk = Talk(people=True)
    talk.hear("i want to speak to an agent")
    assert talk.state.transfer.request
    talk.wait()
    told = talk.hear("you speak too fast")
    assert acts(told) == ["pace", "ask ringing"]
    assert paces(told) == {"slow"}
    assert talk.state.transfer is not None


# A slow line is no wish to be spoken to slower


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "my internet is slower"),
        ("en", "it's slow"),
        ("en", "it is slow"),
        ("en", "it's slower"),
        ("en", "my connection is slower than it was"),
        ("en", "my wifi got slower"),
        ("fr", "mon internet est plus lent"),
        ("fr", "c'est lent"),
        ("fr", "c'est plus lent"),
        ("fr", "ma connexion est plus lente"),
        ("fr", "le débit est plus lent"),
    ],
)
def test_a_slow_line_is_a_fault(language: str, text: str) -> None:
    talk = Talk(language=language)
    talk.hear(text)
    assert (talk.state.flow, talk.state.pace) == ("outage", "normal")


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "i want faster internet"), ("fr", "je veux un internet plus rapide")],
)
def test_a_faster_line_is_no_faster_voice(language: str, text: str) -> None:
    talk = Talk(language=language)
    talk.hear("slow down please" if language == "en" else "parlez moins vite")
    told = talk.hear(text)
    assert talk.state.pace == "slow", told


# The language model, and the log


def test_the_language_model_may_propose_it_and_nothing_has_to_be_asked_back() -> None:
    talk = Talk(language_model=True)
    talk.hear("what is my balance")
    talk.hear("me old ears it all goes by in a whirl")
    assert talk.state.pending
    request = talk.state.pending[0].request
    told = talk.happen(Interpreted(talk.at, request, ({"command": "slower"},), 1.0))
    assert rungs(told) == ["llm"]
    assert acts(told) == ["pace", "ask line"]
    assert talk.state.pace == "slow"


def test_the_log_has_it_and_replays() -> None:
    talk = Talk()
    for text in ("what is my balance", "slow down please", "my sim is blocked"):
        talk.hear(text)
    talk.hear("you can go faster")
    log = "\n".join(line(entry) for entry in talk.entries)
    spoken = [entry["pace"] for entry in map(json.loads, log.splitlines()) if "pace" in entry]
    assert set(spoken) == {"normal", "slow"}
    fresh = Dialogue(CATALOG.languages, CATALOG.flows, CATALOG.policy)
    assert differences(read(log.splitlines(keepends=True)), fresh) == []


def test_a_log_from_before_there_was_a_pace_is_read() -> None:
    old = '{"action": "Speak", "utterance": 1, "act": "greet", "text": "Hello.", "language": "en"}'
    (speak,) = read([old])
    assert speak == Speak(1, "greet", "Hello.", "en", pace="normal")
