"""Whole conversations: what the caller does, what the agent says."""

from dataclasses import replace

import pytest

from agent.actions import Abandon, Explain, Hush, Listen, Speak, Transfer
from agent.dialogue import Dialogue
from agent.events import (
    CallEnded,
    CallStarted,
    Fetched,
    Hypothesis,
    KeyPressed,
    LanguageChosen,
    SpeechEnded,
    Tick,
    TurnEnded,
    TurnStarted,
)
from agent.policy import RuleSetting
from tests.agent.talk import (
    BALANCE,
    CATALOG,
    LINE,
    PIN,
    VERIFIED,
    Talk,
    acts,
    ending,
    questions,
    rungs,
    said,
)

BILL = {
    "total": "41.90",
    "currency": "EUR",
    "due": "2026-12-05",
    "month": "2026-10",
    "previous_total": "29.90",
    "items": [
        {"name": "plan", "amount": "29.90", "previous": "29.90"},
        {"name": "roaming", "amount": "12.00", "previous": "0.00"},
    ],
}
SIM = {"blocked": True, "puk": "56781234", "attempts_left": 7}
FAULT = {"outage": True, "until": "18:00", "area": "Old Harbour", "kind": "fault"}
NO_FAULT = {"outage": False, "until": None, "area": "Old Harbour", "kind": "fault"}


def identified(talk: Talk) -> None:
    talk.press(LINE)
    talk.press(PIN)


def test_the_first_sentence_says_that_a_machine_speaks_and_cannot_be_talked_over() -> None:
    first, second, listen = Talk().start[:3]
    assert isinstance(first, Speak)
    assert "automated assistant" in first.text
    assert not first.interruptible
    assert isinstance(second, Speak)
    assert second.interruptible
    assert isinstance(listen, Listen)
    assert listen.question == "open"


def test_balance_from_wish_to_answer() -> None:
    talk = Talk()
    assert questions(talk.hear("what is my balance")) == ["line"]
    assert questions(talk.press(LINE)) == ["pin"]
    told = talk.press(PIN)
    assert said(told) == [
        "You have 12 euros 50 left.",
        "Your data: 3.2 gigabytes. Both are good until 31 December.",
        "Is there anything else I can do?",
    ]
    assert ending(talk.hear("no thank you")) == ("", "goodbye")


def test_a_yes_that_was_hardly_heard_is_asked_for_again() -> None:
    talk = Talk(caller=LINE)
    talk.hear("what is my balance", 0.5)
    assert talk.state.question == "confirm:flow:balance"
    talk.hear("yes", 0.2)
    assert talk.state.question == "confirm:flow:balance"
    assert talk.state.misunderstood == 1
    talk.hear("yes", 0.4)
    assert talk.state.question == f"confirm:line:{LINE}"


def test_what_was_heard_with_little_confidence_is_asked_back() -> None:
    talk = Talk()
    assert questions(talk.hear("what is my balance", 0.6)) == ["confirm:flow:balance"]
    assert questions(talk.hear("yes", 0.6)) == ["line"]


def test_a_no_to_what_was_asked_back_counts_as_a_misunderstanding() -> None:
    talk = Talk()
    talk.hear("what is my balance", 0.6)
    assert questions(talk.hear("no", 0.6)) == ["open"]
    assert talk.state.misunderstood == 1
    assert talk.state.flow == ""


def test_details_said_with_the_wish_are_confirmed_together_with_it() -> None:
    talk = Talk({"outage": FAULT})
    assert questions(talk.hear("my internet is down", 0.6)) == ["confirm:service:internet"]
    assert questions(talk.hear("yes", 0.6)) == ["line"]
    assert acts(talk.press(LINE))[0] == f"inform outage_fault line={LINE} service=internet"


def test_bill_names_the_main_reason() -> None:
    talk = Talk({"bill": BILL})
    talk.hear("why is my bill so high")
    talk.press(LINE)
    assert said(talk.press(PIN))[:3] == [
        "Your bill for October is 41 euros 90, due on 5 December.",
        "That is 12 euros more than the month before.",
        "The main reason is use abroad: 12 euros, after 0 euros.",
    ]


def test_no_known_fault_leads_to_advice_and_then_to_the_technicians() -> None:
    talk = Talk({"outage": NO_FAULT})
    talk.hear("my television is not working")
    assert questions(talk.press(LINE)) == ["solved"]
    assert questions(talk.hear("no")) == ["solved_decoder_cables"]
    assert questions(talk.hear("no")) == ["solved_source"]
    assert questions(talk.hear("no")) == ["technician"]
    assert ending(talk.hear("no")) == ("advice_did_not_help", "transferred")


def test_puk_is_read_out_digit_by_digit_once_the_caller_is_ready() -> None:
    talk = Talk({"sim": SIM})
    talk.hear("my sim card is blocked")
    identified(talk)
    told = talk.hear("yes")
    assert said(told)[0] == "Your unlocking code is: 5, 6, 7, 8, 1, 2, 3, 4."
    assert next(a for a in told if isinstance(a, Speak)).secret


def test_digression_and_resumption() -> None:
    talk = Talk({"bill": BILL, "outage": FAULT})
    talk.hear("i have no internet")
    talk.hear("why is my bill so high")  # while the line was asked for
    talk.press(LINE)
    told = said(talk.press(PIN))
    assert told[0].startswith("Your bill for October")
    assert told[3] == "Back to a fault on your line."
    assert told[4] == "There is a fault in your area on the internet."


def test_correction_forgets_the_number_and_what_depends_on_it() -> None:
    talk = Talk({"balance": lambda a: {**BALANCE, "amount": f"{a['line'][-2:]}.00"}})
    talk.hear("what is my balance")
    identified(talk)
    assert questions(talk.hear("no the other number")) == ["line"]
    talk.press("770009999")
    assert said(talk.press(PIN))[0] == "You have 99 euros left."


def test_a_known_number_is_proposed_and_can_be_rejected() -> None:
    talk = Talk(caller=LINE)
    assert questions(talk.hear("what is my balance")) == [f"confirm:line:{LINE}"]
    assert questions(talk.hear("no the other number")) == ["line"]


def test_a_wrong_code_is_asked_again_and_then_a_person_takes_over() -> None:
    talk = Talk({"verify": {"verified": False}})
    talk.hear("what is my balance")
    talk.press(LINE)
    assert acts(talk.press("1111"))[:2] == ["wrong_pin", "ask pin"]
    talk.press("1111")
    assert ending(talk.press("1111")) == ("identity_not_verified", "transferred")


def test_a_code_that_was_half_heard_is_not_read_back() -> None:
    talk = Talk()
    talk.hear("what is my balance")
    talk.press(LINE)
    told = talk.hear("four eight two one", 0.6)
    assert said(told)[0] == "You have 12 euros 50 left."
    talk = Talk({"verify": {"verified": False}})
    talk.hear("what is my balance")
    talk.press(LINE)
    assert acts(talk.hear("four eight two one", 0.6))[:2] == ["wrong_pin", "ask pin"]


def test_repeat_says_the_last_thing_again() -> None:
    talk = Talk()
    talk.hear("what is my balance")
    identified(talk)
    first = said(talk.hear("say that again"))
    assert first[0] == "You have 12 euros 50 left."
    assert said(talk.hear("repeat")) == first


def test_not_understood_rephrases_offers_choices_then_keypad_then_a_person() -> None:
    talk = Talk()
    steps = [acts(talk.hear("colourless green ideas")) for _ in range(3)]
    assert steps == [
        ["not_understood", "ask open"],
        ["not_understood.again", "choices"],
        ["not_understood.again", "menu"],
    ]
    assert ending(talk.hear("sleep furiously")) == ("misunderstood_repeatedly", "transferred")


def test_understanding_in_between_starts_the_count_again() -> None:
    talk = Talk()
    talk.hear("colourless green ideas")
    talk.hear("what can you do")
    assert acts(talk.hear("sleep furiously"))[0] == "not_understood"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("i want to speak to an agent", "asked_for_person"),
        ("please help there is a gas leak", "emergency"),
        ("i want to cancel my contract", "threatens_to_leave"),
        ("i want to end my life", "in_distress"),
        ("i have been scammed", "fraud_suspected"),
        ("my husband passed away last month", "bereaved"),
        ("you will hear from my lawyer", "threatens_legally"),
        ("then i will go to the ombudsman", "goes_public"),
    ],
)
def test_words_that_call_for_a_person(text: str, reason: str) -> None:
    assert ending(Talk().hear(text)) == (reason, "transferred")


@pytest.mark.parametrize(
    "text", ["my phone says emergency calls only", "who is the ombudsman", "the battery died"]
)
def test_words_that_only_look_like_it(text: str) -> None:
    assert ending(Talk().hear(text)) is None


def test_anger_is_met_with_an_apology_first() -> None:
    talk = Talk()
    assert said(talk.hear("this is ridiculous")) == [
        "I am sorry. I understand that this is annoying, and I take it seriously.",
        "Would you like to talk to a colleague?",
    ]
    assert ending(talk.hear("you are useless")) == ("angry", "transferred")


def test_who_is_angry_and_wants_a_person_gets_one() -> None:
    talk = Talk()
    talk.hear("this is ridiculous")
    told = talk.hear("yes please")
    assert ending(told) == ("angry", "transferred")
    (decided,) = (a for a in told if isinstance(a, Explain) and a.rung == "escalation")
    assert decided.why == ("said: this is ridiculous",)


def test_a_person_is_offered_once_and_the_use_case_goes_on() -> None:
    policy = replace(
        CATALOG.policy, rules={**CATALOG.policy.rules, "angry": RuleSetting(3, "retention")}
    )
    talk = Talk(policy=policy)
    talk.hear("what is my balance")
    assert questions(talk.hear("this is ridiculous")) == ["confirm:signal:anger"]
    assert questions(talk.hear("no")) == ["line"]
    again = talk.hear("you are useless")
    assert said(again)[0] == "I am sorry about that."
    assert questions(again) == ["line"]
    assert ending(talk.hear("i am fed up")) == ("angry", "transferred")


def test_anger_that_may_have_been_misheard_is_for_the_same_people() -> None:
    talk = Talk()
    assert acts(talk.hear("you are useless", 0.6)) == ["ask confirm:signal:anger"]
    assert ending(talk.hear("yes")) == ("angry", "transferred")


def test_without_the_rule_nobody_is_offered() -> None:
    rules = {name: rule for name, rule in CATALOG.policy.rules.items() if name != "angry"}
    talk = Talk(policy=replace(CATALOG.policy, rules=rules))
    assert said(talk.hear("this is ridiculous"))[0] == "I am sorry about that."


def test_a_half_heard_wish_for_a_person_is_asked_back() -> None:
    talk = Talk()
    assert questions(talk.hear("i want to speak to an agent", 0.6)) == ["confirm:signal:person"]
    assert ending(talk.hear("yes", 0.6)) == ("asked_for_person", "transferred")


def test_the_person_receives_what_is_known() -> None:
    talk = Talk()
    talk.hear("what is my balance")
    identified(talk)
    actions = talk.hear("i want to speak to an agent")
    packet = next(a for a in actions if isinstance(a, Transfer)).packet
    assert packet["reason"] == "asked_for_person"
    assert packet["verified"] is True
    assert packet["name"] == "Awa Ndiaye"
    assert packet["slots"] == {"line": LINE}  # never the secret code
    assert packet["transcript"][-2] == {"who": "caller", "text": "i want to speak to an agent"}
    assert "Already told: balance." in packet["summary"]


def test_keypad_menu_and_person_on_zero() -> None:
    assert questions(Talk().press("11")) == ["line"]
    assert ending(Talk().press("0")) == ("asked_for_person", "transferred")
    talk = Talk({"outage": FAULT})
    talk.press("31")
    assert questions(talk.press("2")) == ["line"]
    assert talk.state.slots["service"].value == "mobile"


def test_star_starts_a_number_again_and_hash_ends_it() -> None:
    talk = Talk()
    talk.hear("what is my balance")
    talk.press("123*")
    assert questions(talk.press(LINE)) == ["pin"]
    assert acts(talk.press("12#"))[0] == "not_understood"


def test_an_unfinished_number_is_asked_again_after_a_while() -> None:
    talk = Talk()
    talk.hear("what is my balance")
    talk.press("7700")
    assert talk.dialogue.deadline == pytest.approx(talk.at + CATALOG.policy.between_keys)
    assert acts(talk.wait())[0] == "not_understood"
    assert talk.state.keys == ""


def test_silence_is_asked_about_and_in_the_end_the_call_is_closed() -> None:
    talk = Talk()
    assert acts(talk.wait()) == ["silence", "ask open"]
    assert acts(talk.wait()) == ["silence", "menu"]
    assert ending(talk.wait()) == ("", "silent")


def test_speaking_again_starts_the_silence_count_again() -> None:
    talk = Talk()
    talk.wait()
    talk.hear("what can you do")
    assert acts(talk.wait())[0] == "silence"
    assert talk.state.silences == 1


def test_barge_in_hushes_and_the_rest_is_said_again_after_a_cough() -> None:
    dialogue = Dialogue(CATALOG.languages, CATALOG.flows, CATALOG.policy)
    dialogue.receive(CallStarted(0.0, "test", None, "en"))
    dialogue.receive(SpeechEnded(2.0, 1, "Hello.", False))
    assert dialogue.receive(TurnStarted(2.5)) == [Hush()]
    assert dialogue.receive(SpeechEnded(2.6, 2, "How can", True)) == []
    dialogue.receive(Hypothesis(3.0, "", "en", 1.0, 0.0, True))
    again = dialogue.receive(TurnEnded(3.1))
    assert said(again) == ["How can I help you?"]


def test_the_disclosure_is_not_interrupted() -> None:
    dialogue = Dialogue(CATALOG.languages, CATALOG.flows, CATALOG.policy)
    dialogue.receive(CallStarted(0.0, "test", None, "en"))
    assert dialogue.receive(TurnStarted(0.5)) == []


def test_long_speech_without_words_is_not_understood_but_a_short_noise_is_nothing() -> None:
    talk = Talk()
    pause = talk.state.expecting.pause
    talk.happen(TurnStarted(10.0))
    assert talk.happen(TurnEnded(10.2 + pause)) == []
    talk.happen(TurnStarted(20.0))
    assert acts(talk.happen(TurnEnded(22.0 + pause)))[0] == "not_understood"


def test_a_slow_back_office_is_excused_then_given_up_then_a_person_helps() -> None:
    talk = Talk(answering=False)
    talk.hear("what is my balance")
    identified(talk)
    assert acts(talk.wait()) == ["wait"]
    given_up = talk.wait()
    assert any(isinstance(a, Abandon) and a.late for a in given_up)
    assert acts(talk.wait()) == ["wait"]
    assert ending(talk.wait()) == ("back_office_unavailable", "transferred")


def test_a_failing_back_office_is_tried_again_once() -> None:
    talk = Talk({"balance": None})
    talk.hear("what is my balance")
    talk.press(LINE)
    assert ending(talk.press(PIN)) == ("back_office_unavailable", "transferred")


def test_a_late_answer_to_an_abandoned_request_is_ignored() -> None:
    talk = Talk(answering=False)
    talk.hear("what is my balance")
    identified(talk)
    talk.wait()
    talk.wait()
    assert talk.happen(Fetched(talk.at, 1, "verify", {"line": LINE, "pin": PIN}, VERIFIED)) == []


def test_language_by_button_and_by_word() -> None:
    talk = Talk()
    told = said(talk.happen(LanguageChosen(talk.at, "fr")))
    assert talk.state.language == "fr"
    assert told
    assert said(talk.hear("english"))[0] == "We go on in English."


def test_an_unknown_language_changes_nothing() -> None:
    talk = Talk()
    talk.happen(LanguageChosen(talk.at, "xx"))
    assert talk.state.language == "en"


def test_nothing_is_done_after_the_end() -> None:
    talk = Talk()
    talk.happen(CallEnded(talk.at, "line closed"))
    assert talk.happen(KeyPressed(talk.at, "1")) == []
    assert talk.dialogue.deadline is None


def test_a_tick_before_the_deadline_does_nothing() -> None:
    talk = Talk()
    assert talk.happen(Tick(talk.at + 0.1)) == []


def test_over_answering_in_any_order_needs_no_question() -> None:
    talk = Talk()
    talk.hear("what is my balance")
    identified(talk)
    told = talk.hear("i want to know my balance")
    assert questions(told) == ["more"]
    assert said(told)[0] == "You have 12 euros 50 left."
    assert rungs(told)[0] == "rule"


def test_a_detail_is_no_surer_than_the_word_that_says_it() -> None:
    heard = (("it", 0.99), ("is", 0.99), ("the", 0.98), ("television", 0.4))
    for words, question in ((heard, "confirm:service:television"), (heard[:3], "line")):
        talk = Talk()
        talk.hear("something does not work")
        assert talk.state.question == "service"
        talk.happen(TurnStarted(talk.at))
        text = "it is the television"
        talk.happen(Hypothesis(talk.at, text, "en", 1.0, 0.95, True, words))
        assert questions(talk.happen(TurnEnded(talk.at + 1))) == [question]


def test_two_dialogues_do_not_share_state() -> None:
    one, other = Talk(), Talk()
    one.hear("what is my balance")
    assert other.state.flow == ""


def test_what_was_not_heard_at_all_was_not_told() -> None:
    talk = Talk({"outage": NO_FAULT}, answering=True)
    talk.hear("my television is not working")
    talk.speaking = False
    talk.press(LINE)
    first = talk.state.saying[0]
    talk.happen(TurnStarted(talk.at + 0.1))
    talk.happen(SpeechEnded(talk.at + 0.2, first.utterance, "", True))
    assert talk.state.told == frozenset()


def test_a_half_heard_goodbye_does_not_end_the_call() -> None:
    talk = Talk()
    assert questions(talk.hear("goodbye", 0.6)) == ["confirm:goodbye:now"]
    assert questions(talk.hear("no", 0.6)) == ["open"]
    talk.hear("goodbye", 0.6)
    assert ending(talk.hear("yes", 0.6)) == ("", "goodbye")


def test_a_half_heard_language_is_asked_back() -> None:
    talk = Talk()
    assert questions(talk.hear("french", 0.6)) == ["confirm:language:fr"]
    assert talk.state.language == "en"
    talk.hear("yes", 0.6)
    assert talk.state.language == "fr"
