"""The language model's part: it proposes and is asked back, answers through the gate, and fails."""

from typing import Any

import pytest

from agent.actions import Abandon, Action, Compose, Explain, Interpret
from agent.commands import AskKnowledge
from agent.events import (
    Composed,
    Failed,
    Hypothesis,
    Interpreted,
    Passage,
    Retrieved,
    TurnEnded,
    TurnStarted,
)
from tests.agent.talk import LINE, Talk, acts, ending, questions, rungs, said

ODD = "me money gone where"  # nothing in the language pack is like it
HOURS = Passage("en/hours.md#shops", "Our shops open at 9 in the morning.", 0.9, "en")


def thinking(**more: Any) -> Talk:
    return Talk(language_model=True, **more)


def asked(actions: list[Action]) -> Interpret:
    (interpret,) = [a for a in actions if isinstance(a, Interpret)]
    return interpret


def proposes(talk: Talk, request: int, *commands: dict[str, Any]) -> list[Action]:
    return talk.happen(Interpreted(talk.at, request, commands, 0.9))


def composing(talk: Talk, question: str = "when does the shop on the corner unlock") -> int:
    """Up to the point where the passages are found; the number of the request."""
    interpret = asked(talk.hear(question))
    actions = proposes(talk, interpret.request, {"command": "ask_knowledge"})
    (compose,) = [a for a in actions if isinstance(a, Compose)]
    assert compose.question == question
    talk.happen(Retrieved(talk.at, compose.request, (HOURS,)))
    return compose.request


def test_what_no_rung_understands_is_for_the_language_model() -> None:
    talk = thinking()
    interpret = asked(talk.hear(ODD))
    assert (interpret.text, interpret.question) == (ODD, "open")
    assert "balance" in interpret.flows


def test_without_one_the_ladder_ends_before() -> None:
    talk = Talk()
    assert not [a for a in talk.hear(ODD) if isinstance(a, Interpret)]


def test_a_use_case_that_is_proposed_is_asked_back() -> None:
    talk = thinking()
    request = asked(talk.hear(ODD)).request
    proposal = ({"command": "start_flow", "flow": "balance"}, {"command": "transfer_money"})
    assert questions(proposes(talk, request, *proposal)) == ["confirm:flow:balance"]
    assert questions(talk.hear("yes")) == ["line"]


def test_a_detail_that_is_proposed_is_asked_back() -> None:
    talk = thinking()
    talk.hear("something is broken", 0.5)
    assert talk.state.question == "confirm:flow:outage"
    interpret = asked(talk.hear("the box that the films come from"))
    assert interpret.slots["service"] == ("internet", "mobile", "television")
    proposal = {"command": "set_slot", "slot": "service", "value": "television"}
    told = proposes(talk, interpret.request, proposal)
    assert questions(told) == ["confirm:service:television"]


@pytest.mark.parametrize("value", [LINE, "770009999"])
def test_a_number_is_taken_only_from_the_callers_own_words(value: str) -> None:
    talk = thinking()
    talk.hear("what is my balance")
    request = asked(talk.hear(f"now that is either {LINE} or else 770005555 my dear")).request
    told = proposes(talk, request, {"command": "set_slot", "slot": "line", "value": value})
    expected = f"confirm:line:{value}" if value == LINE else "line"
    assert questions(told) == [expected]


def test_a_secret_is_never_shown_to_the_language_model() -> None:
    talk = thinking(caller=None)
    talk.hear("what is my balance")
    talk.press(LINE)
    assert talk.state.question == "pin"
    assert not [
        a for a in talk.hear("it might be the usual one I guess") if isinstance(a, Interpret)
    ]


def test_what_was_heard_badly_is_not_for_the_language_model() -> None:
    talk = thinking()
    assert not [a for a in talk.hear(ODD, confidence=0.1) if isinstance(a, Interpret)]


def test_small_talk_and_what_is_no_business_of_ours_have_wording() -> None:
    for command, act in (("chitchat", "small_talk"), ("out_of_scope", "out_of_scope")):
        talk = thinking()
        request = asked(talk.hear(ODD)).request
        told = proposes(talk, request, {"command": command})
        assert acts(told) == [act, "ask more"]


def test_an_answer_is_said_as_its_sentences_come_with_its_sources() -> None:
    talk = thinking()
    request = composing(talk)
    first = talk.happen(Composed(talk.at, request, "The shops open at 9.", last=False))
    assert said(first) == ["The shops open at 9."]
    assert acts(first) == ["answer en/hours.md#shops"]
    rest = talk.happen(Composed(talk.at, request, "That is in the morning."))
    assert said(rest)[0] == "That is in the morning."
    assert questions(rest) == ["more"]


def test_an_answer_within_a_use_case_leads_back_to_it() -> None:
    talk = thinking()
    talk.hear("what is my balance")
    request = composing(talk)
    told = talk.happen(Composed(talk.at, request, "The shops open at 9."))
    assert questions(told) == ["line"]


def test_what_is_not_in_the_knowledge_base_is_said_not_to_be_known() -> None:
    talk = thinking()
    request = asked(talk.hear(ODD)).request
    actions = proposes(talk, request, {"command": "ask_knowledge"})
    (compose,) = [a for a in actions if isinstance(a, Compose)]
    told = talk.happen(Failed(talk.at, compose.request, "not in the knowledge base"))
    assert acts(told) == ["knowledge.unknown", "ask more"]
    assert talk.state.failures == 0


def test_a_sentence_that_fails_the_gate_ends_the_answer_with_wording_of_ours() -> None:
    talk = thinking()
    request = composing(talk)
    talk.happen(Composed(talk.at, request, "The shops open at 9.", last=False))
    told = talk.happen(Composed(talk.at, request, "And you get 500 euros from us.", last=False))
    assert acts(told) == ["knowledge.lost", "ask more"]
    assert rungs(told) == ["gate"]
    assert [a.request for a in told if isinstance(a, Abandon)] == [request]
    assert talk.happen(Composed(talk.at, request, "Promised.")) == []


def test_a_model_that_is_gone_amid_an_answer() -> None:
    talk = thinking()
    request = composing(talk)
    talk.happen(Composed(talk.at, request, "The shops open at 9.", last=False))
    told = talk.happen(Failed(talk.at, request, "gone"))
    assert acts(told) == ["knowledge.lost", "ask more"]


def test_a_model_that_fails_is_no_fault_of_the_callers_words() -> None:
    talk = thinking()
    request = asked(talk.hear(ODD)).request
    told = talk.happen(Failed(talk.at, request, "gone"))
    assert acts(told) == ["thinking.failed", "ask confirm:signal:person"]
    assert (talk.state.failures, talk.state.misunderstood) == (0, 0)
    assert questions(talk.hear("no")) == ["open"]


def test_a_model_that_fails_amid_a_question_has_it_asked_again() -> None:
    talk = thinking()
    talk.hear("what is my balance")
    request = asked(talk.hear(ODD)).request
    told = talk.happen(Failed(talk.at, request, "gone"))
    assert acts(told) == ["thinking.failed", "ask line"]


def test_a_model_that_fails_to_answer_is_not_said_to_know_nothing() -> None:
    talk = thinking()
    request = composing(talk)
    told = talk.happen(Failed(talk.at, request, "gone"))
    assert acts(told) == ["thinking.failed", "ask confirm:signal:person"]


def test_a_slow_model_is_waited_for_aloud_and_then_given_up() -> None:
    talk = thinking()
    asked(talk.hear(ODD))
    words_end = talk.at
    assert acts(talk.wait()) == ["thinking"]
    assert words_end + 0.8 <= talk.at < words_end + 1.9  # and a second to say it
    assert talk.dialogue.deadline == words_end + 6.0
    given_up = talk.wait()
    assert [a.late for a in given_up if isinstance(a, Abandon)] == [True]
    assert acts(given_up)[0] == "thinking.failed"


def test_one_clock_a_turn_whatever_is_asked_in_it() -> None:
    talk = thinking()
    request = asked(talk.hear("when does the shop on the corner unlock")).request
    words_end = talk.at
    talk.wait()
    talk.at = words_end + 4.0
    proposes(talk, request, {"command": "ask_knowledge"})
    assert talk.dialogue.deadline == words_end + 6.0  # and no second sign of work
    compose = talk.state.requests
    talk.happen(Retrieved(talk.at, compose, (HOURS,)))
    talk.at = words_end + 5.0
    talk.happen(Composed(talk.at, compose, "The shops open at 9.", last=False))
    assert talk.dialogue.deadline == words_end + 5.0 + 6.0  # anew from each sentence


def test_the_clock_begins_with_the_silence_not_with_the_end_of_the_turn() -> None:
    talk = thinking()
    talk.at = 10.0
    talk.happen(TurnStarted(talk.at))
    talk.happen(Hypothesis(11.0, ODD, "en", 1.0, 1.0, True))
    asked(talk.happen(TurnEnded(12.0, paused=0.8)))
    assert talk.dialogue.deadline == pytest.approx(12.1)


def test_signs_of_work_vary_from_turn_to_turn() -> None:
    talk = thinking()
    signs = set()
    for _ in range(3):
        asked(talk.hear(ODD))
        signs.update(said(talk.wait()))
    assert len(signs) == 3


def test_a_caller_who_goes_on_supersedes_the_question_and_adds_to_it() -> None:
    talk = thinking()
    request = asked(talk.hear(ODD)).request
    talk.at += 1.0
    assert [a.request for a in talk.happen(TurnStarted(talk.at)) if isinstance(a, Abandon)] == [
        request
    ]
    talk.happen(Hypothesis(talk.at, "and who has it", "en", 1.0, 1.0, True))
    again = asked(talk.happen(TurnEnded(talk.at + 1.0)))
    assert again.text == f"{ODD} and who has it"
    assert proposes(talk, request, {"command": "goodbye"}) == []


def test_a_cough_does_not_cost_the_question() -> None:
    talk = thinking()
    asked(talk.hear(ODD))
    talk.happen(TurnStarted(talk.at))
    again = asked(talk.happen(TurnEnded(talk.at + 0.3)))
    assert again.text == ODD


def test_a_cough_does_not_cost_the_answer() -> None:
    talk = thinking()
    request = composing(talk)
    talk.happen(TurnStarted(talk.at))
    assert talk.happen(Composed(talk.at, request, "The shops open at 9.")) == []
    told = talk.happen(TurnEnded(talk.at + 0.3))
    assert said(told)[0] == "The shops open at 9."
    assert questions(told) == ["more"]


def test_the_lines_before_are_shown_and_a_page_that_is_named_is_asked_for() -> None:
    talk = thinking()
    talk.hear("what can you do")
    interpret = asked(talk.hear(ODD))
    assert len(interpret.before) == 3
    assert ("caller", "what can you do") in interpret.before
    assert ODD not in str(interpret.before)
    page = "en/hours.md#shops"
    told = proposes(talk, interpret.request, {"command": "ask_knowledge", "page": page})
    assert [a.page for a in told if isinstance(a, Compose)] == [page]


def test_words_over_an_answer_end_it() -> None:
    talk = thinking()
    request = composing(talk)
    told = talk.hear("what is my balance")
    assert [a.request for a in told if isinstance(a, Abandon)] == [request]
    assert questions(told) == ["line"]


def test_the_log_tells_what_was_asked_of_the_knowledge_base() -> None:
    talk = thinking()
    composing(talk, "when does the shop on the corner unlock")
    explained = [e for e in talk.entries if isinstance(e, Explain)]
    assert explained[-1].commands == (AskKnowledge("when does the shop on the corner unlock"),)


def test_ears_that_cannot_keep_up_leave_the_keys() -> None:
    talk = Talk()
    talk.at += 1.0
    talk.happen(TurnStarted(talk.at))
    busy = Hypothesis(talk.at, "", "en", 0.0, 0.0, True, rejected="overloaded")
    talk.happen(busy)
    told = talk.happen(TurnEnded(talk.at + 2.0))
    assert acts(told) == ["asr.busy", "menu"]
    assert talk.state.misunderstood == 0
    assert ending(told) is None
