"""A complaint: in the caller's own words, with a reference, and a day by which it is answered."""

from agent.acts import Act, Ask, LookUp
from agent.flow import Flow, Known, Slot
from agent.flows.identity import LINE, find_line

WHAT = Slot("what_happened", "text")


def next_act(known: Known) -> Act | None:
    """What happened first, then the number; nothing personal is told."""
    text = known.slot("what_happened")
    if text is None:
        return Ask("what_happened")
    if act := find_line(known):
        return act
    line = known.slot("line") or ""
    asked = {"line": line, "text": text, "order": known.order}
    ticket = known.fact("complaint", **asked)
    if ticket is None:
        return LookUp("complaint", asked)
    if "not_found" in ticket:
        return known.tell("line_unknown", line=line)
    values = {"reference": str(ticket["reference"]), "day": str(ticket["answer_by"])}
    return known.tell("complaint", values, line=line)


FLOW = Flow("complaint", (WHAT, LINE), next_act, topic="contract", key=4)
