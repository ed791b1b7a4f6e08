"""Whose line a call is about: tau2's policy identifies a customer by the number they give."""

from collections.abc import Mapping
from typing import Any

from agent.acts import Act, Ask, Handoff, LookUp
from agent.flow import Known, Slot

LINE = Slot("line", "digits", digits=10)


def identify(known: Known) -> Act | None:
    """The act that gets the number, or the customer to it; None once both are known."""
    line = known.slot("line")
    if line is None:
        return Ask("line")
    customer = known.fact("get_customer_by_phone", phone_number=line)
    if customer is None:
        return LookUp("get_customer_by_phone", {"phone_number": line})
    if "not_found" in customer:
        return known.tell("line_unknown", line=line) or Handoff("line_unknown", "general")
    return None


def customer_id(known: Known) -> str:
    """Of the caller, once they are identified."""
    customer = known.fact("get_customer_by_phone", phone_number=known.slot("line") or "") or {}
    return str(customer["customer_id"])


def line_in_hand(known: Known) -> LookUp | Mapping[str, Any] | None:
    """What the books have of the line with the caller's number; or what to look up for it.

    None where the number is the customer's and of none of their lines.
    """
    number = known.slot("line") or ""
    customer = known.fact("get_customer_by_phone", phone_number=number) or {}
    for line_id in customer["line_ids"]:
        line = known.fact("get_details_by_id", id=line_id)
        if line is None:
            return LookUp("get_details_by_id", {"id": line_id})
        if str(line["phone_number"]).replace("-", "") == number:
            return line
    return None
