"""A technician's visit, offered at the times that are free and booked: what use cases share."""

from collections.abc import Mapping
from typing import Any

from agent.acts import Act, Ask, Handoff, Inform, LookUp, Option
from agent.flow import Known, Slot

VISIT = Slot("visit", "option")


def visits(known: Known, line: str) -> Mapping[str, Any] | LookUp:
    """What is booked for a verified caller's line and what is free; or to look it up."""
    found = known.fact("visits", line=line)
    return LookUp("visits", {"line": line}) if found is None else found


def tell(known: Known, topic: str, visit: Mapping[str, Any], line: str) -> Inform | None:
    """A telling with the visit's day and hours."""
    return known.tell(topic, _values(visit), line=line)


def book(known: Known, line: str, free: list[Mapping[str, Any]]) -> Act | None:
    """One of the free times, taken and booked; a person where none suits."""
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
    return tell(known, "visit_booked", visit, line)


def _values(visit: Mapping[str, Any]) -> dict[str, str]:
    return {"day": str(visit["day"]), "start": str(visit["start"]), "end": str(visit["end"])}
