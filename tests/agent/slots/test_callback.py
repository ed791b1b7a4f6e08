"""Being called back at a time of the caller's own: nobody could be had, or about a complaint."""

from dataclasses import replace

import pytest

from agent.actions import Fetch, Listen
from agent.events import Interpreted
from agent.hours import Hours, spans
from agent.policy import Queue
from tests.agent.talk import CATALOG, LINE, Talk, acts, questions, said
from tests.agent.test_handoff import PERSON, a_talk, booked, fails, ringing

OFFICE = Hours((spans("08:00-18:00"),) * 5 + ((), ()))
POLICY = replace(CATALOG.policy, queues={"complaints": Queue(hours=OFFICE)})
TUESDAY = "2026-11-24T10:00:00"
NATIONAL = "770009999"
CALLER = f"+221{NATIONAL}"  # as the telephone says it
TICKET = {"reference": "400001", "answer_by": "2026-12-09"}


def proposed(language: str = "en") -> Talk:
    """A time was proposed: 10:35 today."""
    talk = (
        ringing(a_talk(caller=CALLER))
        if language == "en"
        else a_talk(caller=CALLER, language=language)
    )
    if language != "en":
        talk.press("0")
    fails(talk)
    talk.press("2")
    assert questions(talk.press("1")) == ["confirm:when:2026-11-24T10:35"]
    return talk


def complained(language: str = "en", caller: str | None = CALLER, now: str = TUESDAY) -> Talk:
    facts = {"complaint": TICKET, "callback": {"booked": True}}
    talk = Talk(facts, caller=caller, language=language, now=now, policy=POLICY)
    talk.hear("i want to complain" if language == "en" else "je veux faire une réclamation")
    talk.hear("nobody came and nobody called" if language == "en" else "personne n'est venu hier")
    if talk.state.question.startswith("confirm:line"):
        talk.press("1")
    else:
        talk.press(LINE)
    return talk


# Instead of what was proposed


@pytest.mark.parametrize(
    ("language", "words", "time"),
    [
        ("en", "no, tomorrow at ten", "2026-11-25T10:00"),
        ("en", "rather monday morning", "2026-11-30T09:00"),
        ("en", "tomorrow at half past two", "2026-11-25T14:30"),
        ("en", "no sorry, at three", "2026-11-24T15:00"),
        ("en", "in two hours please", "2026-11-24T12:05"),
        ("fr", "non, demain à dix heures", "2026-11-25T10:00"),
        ("fr", "plutôt lundi matin", "2026-11-30T09:00"),
        ("fr", "lundi à quinze heures", "2026-11-30T15:00"),
        ("fr", "après-demain vers 10h", "2026-11-26T10:00"),
    ],
)
def test_the_callers_own_time_is_read_back_and_booked(language: str, words: str, time: str) -> None:
    talk = proposed(language)
    assert questions(talk.hear(words)) == [f"confirm:when:{time}"]
    assert booked(talk.hear("yes" if language == "en" else "oui"))["time"] == time


def test_it_is_read_back_with_day_and_time() -> None:
    talk = proposed()
    assert said(talk.hear("no, tomorrow at ten")) == [
        "We can call you back on 25 November at 10 in the morning. Is that all right?"
    ]
    assert (
        said(talk.hear("yes"))[0]
        == "A colleague will call you back on 25 November at 10 in the morning."
    )


@pytest.mark.parametrize("words", ["yes", "yes at 10:35", "yes today is fine", "10:35 is fine"])
def test_a_yes_is_a_yes(words: str) -> None:
    assert booked(proposed().hear(words))["time"] == "2026-11-24T10:35"


def test_a_bare_no_leads_to_the_next_opening_and_asks_for_another() -> None:
    talk = proposed()
    told = talk.hear("no")
    assert said(told)[0].endswith("Is that all right, or when would suit you?")
    assert questions(told) == ["confirm:when:2026-11-25T08:00"]
    told = talk.hear("no")
    assert questions(told) == ["confirm:when:2026-11-26T08:00"]
    assert questions(talk.hear("at eleven then")) == ["confirm:when:2026-11-26T11:00"]


@pytest.mark.parametrize(
    ("words", "time", "hours"),
    [
        (
            "tomorrow evening",
            "2026-11-25T17:30",
            "25 November they are there from 8 in the morning to 6 in the evening",
        ),
        ("on saturday at noon", "2026-11-27T17:30", "27 November"),
        ("on sunday", "2026-11-30T08:00", "30 November"),
    ],
)
def test_where_nobody_is_there_the_nearest_is_proposed(words: str, time: str, hours: str) -> None:
    talk = proposed()
    told = talk.hear(words)
    assert said(told)[0] == "Nobody is there at that time."
    assert hours in said(told)[1]
    assert questions(told) == [f"confirm:when:{time}"]
    assert booked(talk.hear("yes"))["time"] == time


def test_who_does_not_want_that_either_is_asked_when() -> None:
    talk = proposed()
    talk.hear("on sunday")
    assert questions(talk.hear("no")) == ["moment"]
    assert questions(talk.hear("colourless green ideas")) == ["moment"]
    assert questions(talk.press("5")) == ["moment"]  # no key says a day
    assert questions(talk.hear("eleven")) == ["confirm:when:2026-11-24T11:00"]
    assert booked(talk.hear("yes"))["time"] == "2026-11-24T11:00"


def test_a_time_that_was_refused_may_be_wanted_after_all() -> None:
    talk = proposed()
    talk.hear("no")
    assert questions(talk.hear("today at 10:35 then")) == ["confirm:when:2026-11-24T10:35"]


@pytest.mark.parametrize("words", ["no, yesterday at ten", "no, on the thirty first of june"])
def test_a_day_that_is_past_or_none_is_no_wish(words: str) -> None:
    assert proposed().hear(words)[-1]
    talk = proposed()
    told = talk.hear(words)
    assert not any(time in str(questions(told)) for time in ("2026-06", "2027-06", "2026-11-23"))


def test_a_moment_along_with_the_wish_for_a_callback() -> None:
    talk = ringing(a_talk(caller=CALLER))
    fails(talk)
    assert questions(talk.hear("can somebody call me back tomorrow at nine")) == [
        f"confirm:number:{NATIONAL}"
    ]
    assert questions(talk.press("1")) == ["confirm:when:2026-11-25T09:00"]


def test_a_spoken_key_is_no_hour() -> None:
    talk = ringing(a_talk(caller=CALLER))
    fails(talk)
    talk.hear("two")
    assert "moment" not in talk.state.slots


def test_a_time_that_the_back_office_does_not_want() -> None:
    talk = proposed()
    talk.facts["callback"] = {"booked": False}
    talk.hear("tomorrow at ten")
    assert acts(talk.hear("yes")) == ["callback.failed", "ask alternative"]


def test_more_than_a_no_may_come() -> None:
    talk = proposed()
    listens = [entry for entry in talk.entries if isinstance(entry, Listen)]
    assert listens[-1].expecting.quick > 0.2


def test_a_desk_that_is_closed_at_night() -> None:
    talk = a_talk("2026-11-27T19:00:00", caller=CALLER)
    talk.hear(PERSON)
    talk.press("2")
    talk.press("1")
    assert questions(talk.hear("rather at three in the afternoon")) == [
        "confirm:when:2026-11-30T15:00"
    ]


# About a complaint


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_callback_about_a_complaint(language: str) -> None:
    talk = complained(language)
    assert talk.state.question == "call_back"
    assert questions(talk.hear("yes" if language == "en" else "oui")) == [
        f"confirm:number:{NATIONAL}"
    ]
    assert questions(talk.press("1")) == ["moment"]
    wanted = "tomorrow at ten" if language == "en" else "demain à dix heures"
    assert questions(talk.hear(wanted)) == ["confirm:when:2026-11-25T10:00"]
    told = talk.press("1")
    assert booked(told) == {
        "number": NATIONAL,
        "time": "2026-11-25T10:00",
        "queue": "complaints",
        "reason": "complaint",
    }
    assert (
        said(told)[0]
        == {
            "en": "A colleague will call you back on 25 November at 10 in the morning.",
            "fr": "Un conseiller vous rappellera le 25 novembre à 10 heures.",
        }[language]
    )
    assert questions(told) == ["more"]


def test_no_callback_about_a_complaint() -> None:
    talk = complained()
    told = talk.hear("no thank you")
    assert acts(told) == ["ask more"]
    assert not [a for a in told if isinstance(a, Fetch)]


def test_yes_and_when() -> None:
    talk = complained()
    talk.hear("yes, on thursday morning please")
    assert questions(talk.press("1")) == ["confirm:when:2026-11-26T09:00"]


def test_another_number_than_that_of_the_call() -> None:
    talk = complained()
    talk.hear("yes")
    assert questions(talk.hear("no")) == ["number"]
    assert questions(talk.press("770005555")) == ["moment"]


def test_a_complaint_whose_callback_cannot_be_booked_is_written_down_all_the_same() -> None:
    talk = complained()
    talk.facts["callback"] = None
    talk.hear("yes tomorrow at ten")
    talk.press("1")
    assert acts(talk.press("1")) == ["callback.failed", "ask more"]


def test_a_complaint_whose_time_is_taken_is_asked_for_another() -> None:
    talk = complained()
    talk.facts["callback"] = {"booked": False}
    talk.hear("yes tomorrow at ten")
    talk.press("1")
    told = talk.press("1")
    assert acts(told) == ["callback.failed", "ask moment"]


def test_without_a_clock_none_is_offered() -> None:
    assert complained(now="").state.question == "more"


@pytest.mark.parametrize(
    ("value", "question"),
    [("tomorrow at ten", "confirm:when:2026-11-25T10:00"), ("whenever it rains", "moment")],
)
def test_a_language_model_proposes_in_words_that_are_read(value: str, question: str) -> None:
    facts = {"complaint": TICKET, "callback": {"booked": True}}
    talk = Talk(facts, caller=CALLER, language_model=True, now=TUESDAY, policy=POLICY)
    talk.press("64")
    talk.hear("nobody came and nobody called")
    talk.press("1")
    talk.press("1")
    talk.press("1")
    assert talk.state.question == "moment"
    talk.hear("well the day that comes after this one when it strikes")
    pending = talk.state.pending[0]
    detail = {"command": "set_slot", "slot": "moment", "value": value}
    told = talk.happen(Interpreted(talk.at, pending.request, (detail,), 1.0))
    assert questions(told) == [question]


@pytest.mark.parametrize(
    "words", ["my internet is down today", "i need to speak to an agent now", "what is my balance"]
)
def test_a_day_of_something_else_is_no_moment(words: str) -> None:
    for talk in (proposed(), complained()):
        talk.hear("no") if talk.state.question == "call_back" else None
        talk.hear(words)
        assert "moment" not in talk.state.slots
