"""Guided diagnosis: what to try next, once for the form and once in calls about a fault."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from agent.actions import Transfer
from agent.acts import Ask, Inform
from agent.diagnosis import Advice, Check, Diagnosis, Outcome, Step, walk
from agent.flow import Known, Slot
from agent.state import Conversation, Filled
from tests.agent.talk import LINE, Talk, ending, questions, said

LAMP = Slot("lamp", "choice", choices=("bright", "dim", "dark"))
PLUGGED = Slot("plugged", "yes_no")
BULB = Step("bulb", Advice("new_bulb"), at=("dim",))
PLUG = Step("plug", Advice("plug_it_in"), (Check(PLUGGED, ("no",)),), at=("dark",))
DIAGNOSIS = Diagnosis(LAMP, ("bright",), (PLUG, BULB))
NO_FAULT = {"outage": False, "until": None, "area": "Old Harbour", "kind": "fault"}


def known(told: tuple[str, ...] = (), **slots: str) -> Known:
    filled = {name: Filled(value, True, "") for name, value in slots.items()}
    return Known(replace(Conversation(), slots=filled, told=frozenset(("", t) for t in told)))


@pytest.mark.parametrize(
    ("told", "slots", "expected"),
    [
        ((), {}, Ask("lamp")),
        ((), {"lamp": "bright"}, Outcome.PASSED_OVER),
        ((), {"lamp": "dark"}, Ask("plugged")),
        ((), {"lamp": "dark", "plugged": "no"}, Inform("plug_it_in")),
        (("inform plug_it_in",), {"lamp": "dark", "plugged": "no"}, Ask("lamp_plug")),
        (
            ("inform plug_it_in",),
            {"lamp": "dark", "plugged": "no", "lamp_plug": "bright"},
            Outcome.TRIED,
        ),
        (
            ("inform plug_it_in",),
            {"lamp": "dark", "plugged": "no", "lamp_plug": "dim"},
            Inform("new_bulb"),
        ),
        ((), {"lamp": "dark", "plugged": "yes"}, Outcome.STUCK),
        ((), {"lamp": "dim"}, Inform("new_bulb")),
    ],
)
def test_what_comes_next_follows_from_what_is_known(
    told: tuple[str, ...], slots: Mapping[str, str], expected: object
) -> None:
    assert walk(DIAGNOSIS, known(told, **slots)) == expected


def test_a_diagnosis_within_another_is_a_step_of_it() -> None:
    room = Slot("room", "yes_no")
    outer = Diagnosis(room, ("yes",), (Step("lamp", DIAGNOSIS), Step("none", Outcome.STUCK)))
    assert walk(outer, known(room="no")) == Ask("lamp")
    mended = {"lamp": "dim", "lamp_bulb": "bright"}
    assert walk(outer, known(("inform new_bulb",), room="no", **mended)) == Ask("room_lamp")
    assert walk(outer, known(room="no", lamp="bright")) == Outcome.STUCK
    assert [slot.name for slot in outer.slots] == [
        *("room", "lamp", "plugged", "lamp_plug", "lamp_bulb", "room_lamp")
    ]


def fault(wish: str, language: str = "en") -> Talk:
    """A call about a fault that we know nothing of, until the first advice was given."""
    talk = Talk({"outage": NO_FAULT}, language=language)
    talk.hear(wish)
    talk.press(LINE)
    assert talk.state.question == "solved"
    return talk


@pytest.mark.parametrize(
    ("language", "wish", "answers"),
    [
        ("en", "my internet is down", "no yes no yes no no"),
        ("en", "my internet is down", "no no yes no no"),
        ("en", "my internet is down", "no yes no no no"),
        ("en", "i have no mobile signal", "no no no no yes no"),
        ("en", "i have no mobile signal", "no yes no no"),
        ("en", "my television is not working", "no no no no"),
        ("fr", "je n'ai plus internet", "non oui non oui non non"),
        ("fr", "pas de réseau sur mon portable", "non non non non oui non"),
        ("fr", "la télé ne marche pas", "non non non non"),
    ],
)
def test_what_helps_nobody_ends_with_the_technicians_and_nothing_is_said_twice(
    language: str, wish: str, answers: str
) -> None:
    talk = fault(wish, language)
    for answer in answers.split()[:-1]:
        assert ending(talk.hear(answer)) is None
    assert ending(talk.hear(answers.split()[-1])) == ("advice_did_not_help", "transferred")
    everything = said(talk.entries)  # type: ignore[arg-type]
    assert len(everything) == len(set(everything))


def test_it_stops_as_soon_as_it_works() -> None:
    talk = fault("my internet is down")
    assert questions(talk.hear("no")) == ["warning_light"]
    assert said(talk.hear("yes"))[0].startswith("Please push in the cables of your box")
    assert said(talk.hear("yes it works now"))[0] == "Good, I am glad that it works."
    assert talk.state.flow == ""


def test_a_step_that_is_not_for_this_caller_is_passed_over() -> None:
    talk = fault("my internet is down")
    talk.hear("no")
    assert questions(talk.hear("no")) == ["by_wifi"]
    assert questions(talk.hear("no")) == ["technician"]
    assert ending(talk.hear("no")) == ("advice_did_not_help", "transferred")


def test_who_takes_over_sees_what_was_tried_and_what_it_led_to() -> None:
    talk = fault("my television is not working")
    talk.hear("no")
    talk.hear("no")
    assert said(talk.hear("no"))[0] == (
        "I have reported the fault. Your reference is 4, 0, 0, 0, 0, 1."
    )
    actions = talk.hear("no i want to talk to somebody")
    packet = next(a.packet for a in actions if isinstance(a, Transfer))
    assert packet["slots"] == {
        "service": "television",
        "line": LINE,
        "solved": "no",
        "solved_decoder_cables": "no",
        "solved_source": "no",
        "technician": "no",
    }
    told = "Already told: advice_television, decoder_cables, fault_reported, source."
    assert told in packet["summary"]


def test_a_new_wish_about_a_fault_starts_anew() -> None:
    talk = fault("my television is not working")
    talk.hear("yes")
    talk.hear("my internet is down")
    assert questions(talk.hear("internet")) == ["solved"]
