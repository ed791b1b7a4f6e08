"""A person is brought into the call: announced, rung, with the caller, gone again."""

from dataclasses import replace

import pytest

from agent.actions import (
    Abandon,
    Action,
    Explain,
    Fetch,
    HangUp,
    Hush,
    Listen,
    Speak,
    Transfer,
    Withdraw,
)
from agent.dialogue import Dialogue
from agent.events import (
    CallEnded,
    Fetched,
    Hypothesis,
    KeyPressed,
    LanguageChosen,
    PersonJoined,
    PersonLeft,
    SpeechEnded,
    TakenOver,
    Tick,
    TransferFailed,
    TurnEnded,
    TurnStarted,
)
from agent.hours import Hours, spans
from agent.policy import Queue
from tests.agent.talk import CATALOG, LINE, PIN, VERIFIED, Talk, acts, ending, questions, said

TUESDAY = "2026-11-24T10:00:00"
NO_FAULT = {"outage": False, "until": None, "area": "Old Harbour", "kind": "fault"}
OFFICE = Hours((spans("08:00-18:00"),) * 5 + ((), ()))
POLICY = replace(
    CATALOG.policy,
    queues={
        "general": Queue("en", hours=OFFICE, expected_wait=120),
        "technical": Queue("fr", hours=OFFICE, expected_wait=30),
        "retention": Queue("wo", expected_wait=60),
    },
)
PERSON = "i want to speak to an agent"


def a_talk(now: str = TUESDAY, **more: object) -> Talk:
    facts = {"outage": NO_FAULT, "callback": {"booked": True}}
    return Talk(facts, people=True, now=now, policy=POLICY, **more)  # type: ignore[arg-type]


def ringing(talk: Talk | None = None) -> Talk:
    talk = talk or a_talk()
    actions = talk.hear(PERSON)
    assert transfers(actions)
    return talk


def transfers(actions: list[Action]) -> list[Transfer]:
    return [a for a in actions if isinstance(a, Transfer)]


def withdrawn(actions: list[Action]) -> list[int]:
    return [a.request for a in actions if isinstance(a, Withdraw)]


def fails(talk: Talk, reason: str = "no_answer") -> list[Action]:
    return talk.happen(TransferFailed(talk.at, talk.state.transfer.request, reason))


def joins(talk: Talk) -> list[Action]:
    return talk.happen(PersonJoined(talk.at, talk.state.transfer.request, "Fatou"))


# Announced, and rung


def test_people_are_rung_once_the_caller_was_told_and_the_call_goes_on() -> None:
    talk = a_talk()
    actions = talk.hear(PERSON)
    spoken = [a for a in actions if isinstance(a, Speak)]
    assert [s.text for s in spoken] == [
        "I am putting you through to customer service. They already know what we talked about.",
        "That will take about 2 minutes.",
    ]
    assert not any(s.interruptible for s in spoken)
    (transfer,) = transfers(actions)
    assert actions.index(transfer) > actions.index(spoken[-1])
    assert (transfer.queue, transfer.reason) == ("general", "asked_for_person")
    assert (transfer.request, transfer.language, transfer.target) == (1, "en", "")
    assert transfer.whisper == (
        "This caller asked for a person.",
        "We do not know who it is.",
        "Press one to take the call, or two to decline.",
    )
    assert questions(actions) == ["ringing"]
    assert ending(actions) is None
    assert not talk.state.ended


@pytest.mark.parametrize(
    ("wait", "told"),
    [
        (0, []),
        (30, ["That will take less than a minute."]),
        (60, ["That will take about a minute."]),
        (170, ["That will take about 3 minutes."]),
    ],
)
def test_the_expected_wait_is_told(wait: float, told: list[str]) -> None:
    policy = replace(POLICY, queues={"general": Queue(expected_wait=wait)})
    assert said(Talk(people=True, policy=policy).hear(PERSON))[1:] == told


def test_without_people_the_call_ends_with_the_transfer() -> None:
    actions = Talk(now="2026-11-29T03:00:00", policy=POLICY).hear(PERSON)
    (transfer,) = transfers(actions)
    assert (transfer.request, transfer.whisper, transfer.language) == (0, (), "")
    assert not {"identity", "details"} & set(transfer.packet)
    assert ending(actions) == ("asked_for_person", "transferred")


def test_a_request_counts_on_from_those_before() -> None:
    talk = a_talk()
    talk.hear("what is my balance")
    talk.press(LINE)
    talk.press(PIN)
    before = talk.state.requests
    (transfer,) = transfers(talk.press("0"))
    assert transfer.request == before + 1


def test_the_person_hears_who_calls_about_what_and_never_a_secret() -> None:
    talk = a_talk(caller="+221770009999")
    talk.hear("what is my balance")
    talk.hear("no the other number")
    talk.press(LINE)
    talk.press(PIN)
    talk.hear("i have no internet")
    talk.hear("internet")
    (transfer,) = transfers(talk.hear("i have had enough") + talk.hear("you are useless"))
    assert transfer.queue == "retention"
    assert transfer.language == "en"  # nobody speaks Wolof here yet
    assert transfer.whisper == (
        "This caller is upset.",
        "It is Awa Ndiaye, verified by secret code.",
        "Open: a fault on your line.",
        "It is about the number 7 7, 0 0 0, 1 2, 3 4.",
        "It is about the internet.",
        "Press one to take the call, or two to decline.",
    )
    assert transfer.packet["identity"] == "verified"
    assert transfer.packet["details"] == {
        "line": {"value": LINE, "confirmed": True},
        "service": {"value": "internet", "confirmed": True},
    }
    assert PIN not in str(transfer)


def test_the_whisper_is_in_the_language_of_the_queue() -> None:
    talk = a_talk(caller="+221770009999")
    talk.press("31")
    talk.press("1")
    talk.press("2")  # not that number
    talk.press(LINE)
    talk.press("22")  # it does not work, and no light is red
    talk.press("2")  # nor is it by wifi
    (transfer,) = transfers(talk.press("2"))  # and no technician is wanted
    assert (transfer.queue, transfer.language) == ("technical", "fr")
    assert transfer.whisper[:4] == (
        "Il y a une panne, et nos conseils n'ont pas suffi.",
        "L'identité n'a pas été vérifiée.",
        "Langue parlée : anglais.",
        "En cours : une panne sur votre ligne.",
    )
    assert transfer.packet["identity"] == "claimed"  # a number is a claim


def test_a_code_said_aloud_is_not_in_the_transcript() -> None:
    talk = a_talk()
    talk.hear("what is my balance")
    talk.press(LINE)
    talk.hear("four eight two one")
    (transfer,) = transfers(talk.press("0"))
    assert {"who": "caller", "text": "••••"} in transfer.packet["transcript"]
    assert "four eight" not in str(transfer)


def test_a_code_read_out_is_not_in_the_transcript() -> None:
    talk = a_talk()
    talk.facts["sim"] = {"blocked": True, "puk": "56781234", "attempts_left": 7}
    talk.hear("my sim card is blocked")
    talk.press(LINE)
    talk.press(PIN)
    talk.hear("yes")
    (transfer,) = transfers(talk.press("0"))
    assert "•, •, •" in str(transfer)
    assert "5, 6, 7" not in str(transfer)


def test_what_is_still_asked_of_the_back_office_is_not_waited_for() -> None:
    talk = a_talk(answering=False)
    talk.hear("what is my balance")
    talk.press(LINE)
    talk.press(PIN)
    actions = talk.hear(PERSON)
    assert Abandon(1) in actions
    assert transfers(actions)[0].request == 2
    late = Fetched(talk.at, 1, "verify", {"line": LINE, "pin": PIN}, VERIFIED)
    assert talk.happen(late) == []


def test_an_announcement_that_never_ends_does_not_hold_the_call_up() -> None:
    talk = a_talk()
    talk.speaking = False
    talk.hear(PERSON)
    assert transfers(talk.wait())


# While it rings


def test_the_caller_is_kept_company() -> None:
    talk = ringing()
    assert talk.dialogue.deadline == pytest.approx(talk.at + POLICY.reassure)
    for _ in range(3):
        assert acts(talk.wait()) == ["ask ringing"]
    assert not talk.state.silences


def test_ringing_that_nobody_answers_is_given_up() -> None:
    talk = ringing()
    began = talk.state.transfer.since
    actions: list[Action] = []
    while not withdrawn(actions):
        actions = talk.wait()
    assert talk.at >= began + POLICY.ring_give_up
    assert withdrawn(actions) == [1]
    assert acts(actions) == ["unreached", "ask alternative"]


@pytest.mark.parametrize("words", ["cancel", "stop", "no", "no thank you", "i changed my mind"])
def test_whoever_changes_their_mind_is_served_by_us(words: str) -> None:
    talk = ringing()
    actions = talk.hear(words)
    assert withdrawn(actions) == [1]
    assert acts(actions) == ["dropped", "ask more"]
    assert talk.state.transfer is None


def test_a_reason_that_is_no_more_is_no_later_persons() -> None:
    talk = ringing()
    talk.hear("no")
    assert talk.state.handoff is None
    talk.happen(TakenOver(talk.at, "Fatou"))
    assert acts(fails(talk)) == ["unreached", "ask more"]  # nobody was asked for: no other ways
    (transfer,) = transfers(talk.hear("i want to cancel my contract"))
    assert (transfer.queue, transfer.reason) == ("retention", "threatens_to_leave")
    assert transfer.packet["reason"] == "threatens_to_leave"
    assert talk.state.handoff == ("threatens_to_leave", "retention")


def test_two_on_the_keypad_stops_it_too() -> None:
    talk = ringing()
    assert withdrawn(talk.press("2")) == [1]


def test_the_use_case_in_hand_survives_a_change_of_mind() -> None:
    talk = a_talk()
    talk.hear("what is my balance")
    assert questions(ringing(talk).hear("cancel")) == ["line"]
    assert talk.state.flow == "balance"


@pytest.mark.parametrize(
    ("words", "question"),
    [("what is my balance", "line"), ("what can you do", "ringing"), ("no my bill", "line")],
)
def test_whoever_asks_for_something_else_gets_it(words: str, question: str) -> None:
    talk = ringing()
    actions = talk.hear(words)
    assert withdrawn(actions) == [1]
    assert questions(actions) == [question]


def test_goodbye_while_it_rings() -> None:
    talk = ringing()
    actions = talk.hear("goodbye")
    assert withdrawn(actions) == [1]
    assert ending(actions) == ("", "goodbye")


@pytest.mark.parametrize(
    "words", ["colourless green ideas", "yes", PERSON, "this is ridiculous", "you are useless"]
)
def test_other_words_get_a_short_answer_and_it_goes_on_ringing(words: str) -> None:
    talk = ringing()
    for _ in range(5):
        actions = talk.hear(words)
        assert acts(actions) == ["ask ringing"]
        assert not transfers(actions)
        assert not withdrawn(actions)


def test_an_emergency_is_put_through_before_anything_else() -> None:
    talk = ringing()
    actions = talk.hear("there is a gas leak")
    assert withdrawn(actions) == [1]
    assert [(t.queue, t.request) for t in transfers(actions)] == [("emergency", 2)]
    assert acts(talk.hear("there is a gas leak")) == ["ask ringing"]


def test_a_change_of_mind_during_the_announcement() -> None:
    talk = a_talk()
    talk.speaking = False
    talk.hear(PERSON)
    actions = talk.hear("no")
    assert Hush() in actions
    assert acts(actions) == ["dropped", "ask more"]
    assert not transfers(actions)
    talk.speaking = True
    assert not transfers(talk.hear("what can you do"))


def test_other_words_during_the_announcement_are_let_pass() -> None:
    talk = a_talk()
    talk.speaking = False
    talk.hear(PERSON)
    assert said(talk.hear("yes please")) == []


def test_the_language_may_change_while_it_rings() -> None:
    talk = ringing()
    actions = talk.happen(LanguageChosen(talk.at, "fr"))
    assert said(actions) == [
        "Bonjour, vous parlez à un assistant automatique.",
        "Nous continuons en français.",
    ]
    assert not withdrawn(actions)


def test_a_late_failure_of_what_was_withdrawn_is_nothing() -> None:
    talk = ringing()
    talk.hear("cancel")
    assert talk.happen(TransferFailed(talk.at, 1, "no_answer")) == []


def test_a_caller_who_hangs_up_while_it_rings() -> None:
    talk = ringing()
    assert talk.happen(CallEnded(talk.at, "caller hung up")) == []
    assert talk.dialogue.deadline is None


def test_what_was_not_asked_for_yet_cannot_fail() -> None:
    talk = a_talk()
    talk.speaking = False
    talk.hear(PERSON)
    assert talk.happen(TransferFailed(talk.at, 0, "no_answer")) == []
    assert talk.state.transfer is not None


# A person talks


def test_we_are_silent_while_a_person_talks() -> None:
    talk = ringing()
    assert joins(talk) == []
    before = talk.state
    assert talk.dialogue.deadline is None
    assert talk.hear(PERSON) == talk.hear("colourless green ideas") == talk.press("0") == []
    assert talk.happen(Tick(talk.at + 100)) == []
    assert talk.happen(TransferFailed(talk.at, 1, "busy")) == []
    assert talk.happen(TakenOver(talk.at, "Moussa")) == []
    assert replace(talk.state, at=before.at, fresh=before.fresh) == before


def test_what_we_are_saying_is_hushed_when_a_person_joins() -> None:
    talk = ringing()
    talk.speaking = False
    talk.wait()
    utterance = talk.state.saying[0].utterance
    assert joins(talk) == [Hush()]
    assert talk.happen(SpeechEnded(talk.at, utterance, "I am", True)) == []


def test_a_call_given_back_goes_on_where_it_was() -> None:
    talk = a_talk()
    talk.hear("what is my balance")
    ringing(talk)
    joins(talk)
    actions = talk.happen(PersonLeft(talk.at, True))
    assert said(actions)[0] == "I am back with you."
    assert questions(actions) == ["line"]
    assert questions(talk.press(LINE)) == ["pin"]


def test_a_call_given_back_with_nothing_open() -> None:
    talk = ringing()
    joins(talk)
    assert acts(talk.happen(PersonLeft(talk.at, True))) == ["back", "ask more"]
    assert transfers(talk.hear(PERSON))  # and a person may be had again


def test_a_person_who_was_called_by_a_use_case_is_not_called_again_by_it() -> None:
    talk = a_talk()
    talk.press("31")
    talk.press("1")
    talk.press(LINE)
    talk.press("222")
    assert transfers(talk.press("2"))
    joins(talk)
    actions = talk.happen(PersonLeft(talk.at, True))
    assert acts(actions) == ["back", "ask more"]
    assert talk.state.flow == ""


@pytest.mark.parametrize("words", ["colourless green ideas", "this is ridiculous"])
def test_what_led_to_the_person_is_forgotten(words: str) -> None:
    talk = a_talk()
    actions: list[Action] = []
    while not transfers(actions):
        actions = talk.hear(words)
    joins(talk)
    talk.happen(PersonLeft(talk.at, True))
    assert not transfers(talk.hear("what can you do"))
    assert not transfers(talk.hear(words))


def test_a_person_who_hangs_up_ends_the_call() -> None:
    talk = ringing()
    joins(talk)
    assert talk.happen(PersonLeft(talk.at, False)) == [HangUp("person ended the call")]
    assert talk.state.ended


def test_a_code_guessed_wrong_too_often_is_not_asked_for_again() -> None:
    talk = a_talk()
    talk.facts["verify"] = {"verified": False}
    talk.hear("what is my balance")
    talk.press(LINE)
    talk.press("1111")
    talk.press("1111")
    assert transfers(talk.press("1111"))[0].reason == "identity_not_verified"
    fails(talk)
    assert acts(talk.press("3")) == ["ask more"]  # the balance is not to be had
    (again,) = transfers(talk.hear("my bill"))
    assert again.reason == "identity_not_verified"


def test_somebody_who_joins_although_we_gave_up_is_not_talked_over() -> None:
    talk = ringing()
    talk.hear("cancel")
    talk.happen(PersonJoined(talk.at, 1, "Fatou"))
    assert talk.hear("what is my balance") == []


# Nobody to be reached


@pytest.mark.parametrize("reason", ["no_answer", "declined", "busy", "unreachable"])
def test_there_is_always_another_way(reason: str) -> None:
    actions = fails(ringing(), reason)
    assert acts(actions) == ["unreached", "ask alternative"]
    assert questions(actions) == ["alternative"]
    assert said(actions)[0] == (
        "I am sorry, all my colleagues are busy."
        if reason == "busy"
        else "I am sorry, I could not reach anybody."
    )


@pytest.mark.parametrize("answer", ["1", "i will wait"])
def test_waiting_rings_again(answer: str) -> None:
    talk = ringing()
    fails(talk)
    actions = talk.press(answer) if answer.isdigit() else talk.hear(answer)
    assert [(t.queue, t.reason, t.request) for t in transfers(actions)] == [
        ("general", "asked_for_person", 2)
    ]


def test_after_two_failures_other_ways_are_named_first() -> None:
    talk = ringing()
    assert "keep trying while you wait, have" in said(fails(talk))[1]
    talk.press("1")
    assert said(fails(talk))[1].startswith("I can have you called back")
    assert transfers(talk.press("1"))


@pytest.mark.parametrize("answer", ["3", "go on"])
def test_going_on_with_us(answer: str) -> None:
    talk = a_talk()
    talk.hear("what is my balance")
    ringing(talk)
    fails(talk)
    actions = talk.press(answer) if answer.isdigit() else talk.hear(answer)
    assert acts(actions) == ["resume", "ask line"]


def test_what_was_half_heard_is_asked_back() -> None:
    talk = ringing()
    fails(talk)
    assert questions(talk.hear("go on", 0.6)) == ["confirm:alternative:go_on"]
    assert acts(talk.hear("yes", 0.6)) == ["ask more"]


def test_a_wish_instead_of_an_alternative() -> None:
    talk = ringing()
    fails(talk)
    assert questions(talk.hear("what is my balance")) == ["line"]
    talk.press(LINE)
    assert acts(talk.press(PIN))[-2:] == ["resume", "ask alternative"]


def test_a_failed_transfer_is_answered_in_the_callers_language() -> None:
    talk = a_talk(language="fr")
    talk.press("0")
    assert said(fails(talk))[0] == "Je suis désolé, je n'ai pu joindre personne."
    assert questions(talk.hear("rappelez-moi")) == ["number"]


# At other hours


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-24T07:30:00", "24 November at 8 in the morning"),
        ("2026-11-24T18:00:00", "25 November at 8 in the morning"),
        ("2026-11-28T12:00:00", "30 November at 8 in the morning"),
    ],
)
def test_a_closed_desk_says_when_it_opens_and_what_else_there_is(now: str, opens: str) -> None:
    talk = a_talk(now)
    actions = talk.hear(PERSON)
    assert not transfers(actions)
    assert said(actions) == [
        "I cannot reach customer service at this hour.",
        f"They are there again on {opens}.",
        "I can have you called back: press two. Or I can help you myself: press three.",
    ]
    assert acts(talk.press("3")) == ["ask more"]


def test_time_passes_in_a_call() -> None:
    talk = a_talk("2026-11-24T17:59:00")
    talk.at = 61.0
    assert not transfers(talk.hear(PERSON))


def test_a_desk_that_never_opens_leaves_us() -> None:
    policy = replace(POLICY, queues={"general": Queue(hours=Hours(((),) * 7))})
    actions = Talk(people=True, now=TUESDAY, policy=policy).hear(PERSON)
    assert acts(actions) == ["closed asked_for_person general", "ask more"]


def test_without_a_clock_a_desk_is_taken_to_be_open_and_nothing_is_promised() -> None:
    talk = a_talk("")
    ringing(talk)
    actions = fails(talk)
    assert "call" not in said(actions)[1]
    assert acts(talk.press("2")) == ["inform no_callback", "ask more"]


# Called back


def booked(actions: list[Action]) -> dict[str, str]:
    return next(a.arguments for a in actions if isinstance(a, Fetch))


def test_a_callback_from_wish_to_word() -> None:
    talk = ringing()
    fails(talk)
    assert questions(talk.hear("call me back please")) == ["number"]
    asked = talk.press("770005555")
    assert questions(asked) == ["confirm:when:2026-11-24T10:35"]
    assert said(asked) == [
        "We can call you back on 24 November at 10:35 in the morning. Is that all right?",
    ]
    actions = talk.hear("yes")
    assert booked(actions) == {
        "number": "770005555",
        "time": "2026-11-24T10:35",
        "queue": "general",
        "reason": "asked_for_person",
    }
    assert said(actions) == [
        "A colleague will call you back on 24 November at 10:35 in the morning.",
        "Is there anything else I can do?",
    ]
    assert ending(talk.hear("no")) == ("", "goodbye")


def test_a_callback_settles_what_was_open() -> None:
    talk = a_talk(caller="+221770009999")
    talk.hear("i want to check my credit")
    ringing(talk)
    fails(talk)
    assert questions(talk.press("2")) == ["confirm:number:770009999"]
    talk.press("1")
    assert acts(talk.press("1"))[-1] == "ask more"
    assert talk.state.flows == ()


def test_the_number_of_the_call_is_offered_and_may_be_refused() -> None:
    talk = ringing(a_talk(caller="+221770009999"))
    fails(talk)
    talk.press("2")
    assert questions(talk.hear("no")) == ["number"]
    talk.press("770005555")
    assert booked(talk.hear("yes"))["number"] == "770005555"


def test_a_call_about_another_number_may_be_answered_on_this_one() -> None:
    talk = a_talk(caller="+221770009999")
    talk.hear("what is my balance")
    talk.hear("no the other number")
    fails(ringing(talk))
    assert questions(talk.press("2")) == ["confirm:number:770009999"]
    assert questions(talk.hear("no the other number")) == ["number"]


def test_a_number_that_is_withheld_is_not_offered() -> None:
    talk = ringing(a_talk(caller="anonymous"))
    fails(talk)
    assert questions(talk.press("2")) == ["number"]


def test_a_refused_time_leads_to_the_next_opening() -> None:
    talk = a_talk("2026-11-27T19:00:00", caller="+221770009999")  # a Friday evening
    talk.hear(PERSON)
    talk.press("2")
    assert questions(talk.press("1")) == ["confirm:when:2026-11-30T08:00"]
    assert questions(talk.hear("no")) == ["confirm:when:2026-12-01T08:00"]
    assert questions(talk.hear("no")) == ["confirm:when:2026-12-02T08:00"]
    assert booked(talk.hear("yes"))["time"] == "2026-12-02T08:00"


@pytest.mark.parametrize(
    ("now", "first", "second"),
    [
        ("2026-11-24T17:45:00", "2026-11-25T08:00", "2026-11-26T08:00"),  # closed by then
        ("2026-11-24T09:58:30", "2026-11-24T10:30", "2026-11-25T08:00"),
    ],
)
def test_the_times_that_are_proposed(now: str, first: str, second: str) -> None:
    talk = ringing(a_talk(now, caller="+221770009999"))
    fails(talk)
    talk.press("2")
    assert questions(talk.press("1")) == [f"confirm:when:{first}"]
    assert questions(talk.press("2")) == [f"confirm:when:{second}"]


@pytest.mark.parametrize("answer", [None, {"booked": False}, {"not_found": True}])
def test_a_callback_that_is_not_to_be_had(answer: object) -> None:
    talk = ringing(a_talk(caller="+221770009999"))
    talk.facts["callback"] = answer
    fails(talk)
    talk.press("2")
    talk.press("1")
    actions = talk.press("1")
    assert acts(actions) == ["callback.failed", "ask alternative"]
    assert len([a for a in actions if isinstance(a, Fetch)]) == 1
    assert acts(talk.press("3")) == ["ask more"]


def test_a_callback_that_takes_too_long_is_not_booked_twice() -> None:
    talk = ringing(a_talk(caller="+221770009999", answering=False))
    fails(talk)
    talk.press("2")
    talk.press("1")
    talk.press("1")
    assert acts(talk.wait()) == ["wait"]
    actions = talk.wait()
    assert acts(actions) == ["callback.failed", "ask alternative"]
    assert not [a for a in actions if isinstance(a, Fetch)]


# Somebody takes it over


def test_the_desk_takes_a_call_over() -> None:
    talk = a_talk()
    talk.hear("what is my balance")
    talk.speaking = False
    talk.press("1")  # nine digits were asked for
    talk.happen(KeyPressed(talk.at, "#"))
    actions = talk.happen(TakenOver(talk.at, "Fatou Ba"))
    assert actions[0] == Hush()
    assert said(actions) == ["A colleague of mine is taking over now."]
    talk.speaking = True
    last = talk.state.saying[0]
    (transfer,) = transfers(talk.happen(SpeechEnded(talk.at, last.utterance, last.text, False)))
    assert (transfer.queue, transfer.reason) == ("", "taken_over")
    assert (transfer.target, transfer.language) == ("Fatou Ba", "en")
    assert transfer.whisper[0] == "This is the call you asked for."
    assert transfer.packet["flow"] == "balance"
    assert talk.happen(TakenOver(talk.at, "Fatou Ba")) == []


def test_somebody_who_takes_over_and_does_not_come() -> None:
    talk = a_talk()
    talk.hear("what is my balance")
    talk.happen(TakenOver(talk.at, "Fatou"))
    assert acts(fails(talk, "unreachable")) == ["unreached", "ask line"]


def test_taking_over_a_call_that_rings_elsewhere() -> None:
    talk = ringing()
    actions = talk.happen(TakenOver(talk.at, "Fatou"))
    assert withdrawn(actions) == [1]
    assert [(t.target, t.request) for t in transfers(actions)] == [("Fatou", 2)]
    assert acts(fails(talk)) == ["unreached", "ask alternative"]  # a person is still wanted


def test_taking_over_amid_a_goodbye() -> None:
    talk = a_talk()
    talk.speaking = False
    talk.hear("goodbye")
    talk.happen(TakenOver(talk.at, "Fatou"))
    assert talk.state.closing == ""


def test_taking_over_where_people_cannot_come() -> None:
    talk = Talk()
    assert talk.happen(TakenOver(talk.at, "Fatou")) == []
    assert talk.happen(PersonJoined(talk.at, 0, "Fatou")) == []
    assert talk.state.person is None


def test_a_turn_that_began_before_the_person_came_is_not_ended_after() -> None:
    talk = ringing()
    talk.happen(TurnStarted(talk.at))
    joins(talk)
    talk.happen(Hypothesis(talk.at, "what is my balance", "en", 1.0, 1.0, True))
    talk.happen(TurnEnded(talk.at))
    assert not talk.state.turn_open
    assert talk.state.hypothesis is None
    assert all("balance" not in line.text for line in talk.state.transcript)


def test_the_dialogue_opens_no_question_beside_a_person() -> None:
    talk = ringing()
    assert not [a for a in joins(talk) if isinstance(a, Listen)]
    assert talk.state.question == ""


def test_two_calls_do_not_share_people() -> None:
    ringing()
    other = Dialogue(CATALOG.languages, CATALOG.flows, POLICY)
    assert other.conversation.transfer is None


def test_a_handoff_says_on_what_evidence() -> None:
    talk = Talk(people=True)
    talk.hear("this is ridiculous")
    told = talk.hear("you are useless")
    (decided,) = [a for a in told if isinstance(a, Explain) and a.rung == "escalation"]
    assert decided.intent == "angry"
    assert decided.why == ("said: this is ridiculous", "said: you are useless")
    (transfer,) = [a for a in told if isinstance(a, Transfer)]
    assert transfer.packet["why"] == list(decided.why)


def test_a_yes_is_no_evidence() -> None:
    talk = Talk(people=True)
    talk.hear("i want to speak to an agent", 0.6)
    told = talk.hear("yes", 0.6)
    (decided,) = [a for a in told if isinstance(a, Explain) and a.rung == "escalation"]
    assert decided.why == ("said: i want to speak to an agent",)


def test_what_was_counted_is_evidence() -> None:
    talk = Talk()
    told = [talk.hear("colourless green ideas") for _ in range(4)][-1]
    (decided,) = [a for a in told if isinstance(a, Explain) and a.rung == "escalation"]
    assert decided.why == ("4 turns in a row not understood",)
