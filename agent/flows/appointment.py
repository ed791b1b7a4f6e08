"""A technician's visit: when it is, and to have one, move it or cancel it."""

from agent.acts import Act, Ask, LookUp
from agent.flow import Flow, Known, Slot
from agent.flows.identity import IDENTITY, verify
from agent.flows.visit import VISIT, book, tell, visits

ACTION = Slot("visit_action", "choice", choices=("keep_visit", "move_visit", "cancel_visit"))


def next_act(known: Known) -> Act | None:
    """Verify, tell the visit that is booked, then what is to become of it."""
    if act := verify(known):
        return act
    line = known.slot("line") or ""
    found = visits(known, line)
    if isinstance(found, LookUp):
        return found
    if "not_found" in found:
        return known.tell("line_unknown", line=line)
    booked = found["booked"]
    if not booked:
        return book(known, line, found["free"])
    if act := tell(known, "visit", booked, line):
        return act
    match known.slot("visit_action"):
        case None:
            return Ask("visit_action")
        case "move_visit":
            return book(known, line, found["free"])
        case "cancel_visit":
            return _cancel(known, line, str(booked["id"]))
    return None


def _cancel(known: Known, line: str, visit: str) -> Act | None:
    asked = {"line": line, "visit": visit, "order": known.order}
    done = known.fact("cancel_visit", **asked)
    if done is None:
        return LookUp("cancel_visit", asked)
    return known.tell("visit_cancelled" if done.get("cancelled") else "not_possible", line=line)


FLOW = Flow("appointment", (*IDENTITY, ACTION, VISIT), next_act, topic="fault", key=2)
