"""A technician's visit: when it is, and to have one, move it or cancel it."""

from collections.abc import Mapping
from typing import Any

from agent.acts import Act, Ask, Handoff, LookUp, Option
from agent.flow import Flow, Known, Slot
from agent.flows.identity import IDENTITY, verify

ACTION = Slot("visit_action", "choice", choices=("keep_visit", "move_visit", "cancel_visit"))
VISIT = Slot("visit", "option")


def next_act(known: Known) -> Act | None:
    """Verify, tell the visit that is booked, then what is to become of it."""
    if act := verify(known):
        return act
    line = known.slot("line") or ""
    visits = known.fact("visits", line=line)
    if visits is None:
        return LookUp("visits", {"line": line})
    if "not_found" in visits:
        return known.tell("line_unknown", line=line)
    booked = visits["booked"]
    if not booked:
        return _book(known, line, visits["free"])
    if act := known.tell("visit", _values(booked), line=line):
        return act
    match known.slot("visit_action"):
        case None:
            return Ask("visit_action")
        case "move_visit":
            return _book(known, line, visits["free"])
        case "cancel_visit":
            return _cancel(known, line, str(booked["id"]))
    return None


def _book(known: Known, line: str, free: list[Mapping[str, Any]]) -> Act | None:
    taken = known.slot("visit")
    if free and taken is None:
        return Ask("visit", options=tuple(Option(str(v["id"]), "visit", _values(v)) for v in free))
    visit = next((v for v in free if v["id"] == taken), None)
    if visit is None:
        return Handoff("no_visit_suits", "technical")
    asked = {"line": line, "visit": str(visit["id"]), "order": known.order}
    done = known.fact("book_visit", **asked)
    if done is None:
        return LookUp("book_visit", asked)
    if not done.get("booked"):
        return Handoff("no_visit_suits", "technical")
    return known.tell("visit_booked", _values(visit), line=line)


def _cancel(known: Known, line: str, visit: str) -> Act | None:
    asked = {"line": line, "visit": visit, "order": known.order}
    done = known.fact("cancel_visit", **asked)
    if done is None:
        return LookUp("cancel_visit", asked)
    return known.tell("visit_cancelled" if done.get("cancelled") else "not_possible", line=line)


def _values(visit: Mapping[str, Any]) -> dict[str, str]:
    return {"day": str(visit["day"]), "start": str(visit["start"]), "end": str(visit["end"])}


FLOW = Flow("appointment", (*IDENTITY, ACTION, VISIT), next_act, topic="fault", key=2)
