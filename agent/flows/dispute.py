"""A line of the bill that the caller does not agree with: written down, to be looked into."""

from agent.acts import Act, Ask, LookUp, Option
from agent.flow import NONE, Flow, Known, Slot
from agent.flows.identity import IDENTITY, verify

ITEM = Slot("disputed", "option")


def next_act(known: Known) -> Act | None:
    """Verify, which line of the bill, and the reference of what was written down."""
    if act := verify(known):
        return act
    line = known.slot("line") or ""
    bill = known.fact("bill", line=line)
    if bill is None:
        return LookUp("bill", {"line": line})
    if "not_found" in bill or not bill["items"]:
        return known.tell("bill_none", line=line)
    item = known.slot("disputed")
    if item is None:
        return Ask("disputed", options=tuple(_option(i, bill["currency"]) for i in bill["items"]))
    if item == NONE:
        return known.tell("nothing_done", line=line)
    asked = {"line": line, "item": item, "order": known.order}
    ticket = known.fact("dispute", **asked)
    if ticket is None:
        return LookUp("dispute", asked)
    if "not_found" in ticket:
        return known.tell("line_unknown", line=line)
    values = {"reference": str(ticket["reference"]), "day": str(ticket["answer_by"])}
    return known.tell("disputed", values, line=line)


def _option(item: dict[str, str], currency: str) -> Option:
    values = {"item": item["name"], "amount": f"{item['amount']} {currency}"}
    return Option(item["name"], "bill_item", values)


FLOW = Flow("dispute", (*IDENTITY, ITEM), next_act, topic="bill", key=3)
