"""A complaint: in the caller's own words, with a reference, and a callback about it."""

from agent.acts import Act, Ask, LookUp
from agent.flow import Flow, Known, Slot
from agent.flows.callback import CALL_BACK, call_back
from agent.flows.identity import LINE, find_line

WHAT = Slot("what_happened", "text")
WANTED = Slot("call_back", "yes_no", along="moment")
QUEUE = "complaints"


def next_act(known: Known) -> Act | None:
    """What happened first, then the number, then whether to call back; nothing personal is told."""
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
    return known.tell("complaint", values, line=line) or _call_back(known)


def _call_back(known: Known) -> Act | None:
    """Offered where we know what time it is; a moment that was named is a yes."""
    if known.local is None:
        return None
    wanted = known.slot("call_back") or ("yes" if known.slot("moment") else None)
    if wanted is None:
        return Ask("call_back")
    return call_back(known, QUEUE, "complaint", ask=True) if wanted == "yes" else None


FLOW = Flow(
    "complaint", (WHAT, LINE, WANTED, *CALL_BACK), next_act, topic="contract", key=4, queue=QUEUE
)
