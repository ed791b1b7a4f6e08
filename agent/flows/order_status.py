"""What became of an order, a delivery or a fault that was reported."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from agent.acts import Act, Ask, LookUp
from agent.flow import Flow, Known, Slot
from agent.flows.identity import IDENTITY, verify

REFERENCE = Slot("reference", "spelled", least=4)
NEWEST = Slot("newest", "yes_no", along="reference")
_MOST = 3  # more than that is not listened to


def next_act(known: Known) -> Act | None:
    """Verify, look up, tell the one that was named, or the newest ones."""
    if act := verify(known):
        return act
    line = known.slot("line") or ""
    found = known.fact("orders", line=line)
    if found is None:
        return LookUp("orders", {"line": line})
    orders = found.get("orders", [])
    if not orders:
        return known.tell("no_orders", line=line)
    named = known.slot("reference")
    if named is None:
        return _tell(known, line, orders[:_MOST])
    if chosen := [order for order in orders if _is_named(str(order["reference"]), named)]:
        return _tell(known, line, chosen)
    unknown = known.tell("no_such_order", {"reference": named}, line=line, reference=named)
    return unknown or _offer(known, line, orders)


def _offer(known: Known, line: str, orders: Sequence[Mapping[str, Any]]) -> Act | None:
    match known.slot("newest"):
        case None:
            return Ask("newest")
        case "yes":
            return _tell(known, line, orders[:_MOST])
    return None


def _tell(known: Known, line: str, orders: Sequence[Mapping[str, Any]]) -> Act | None:
    for order in orders:
        topic = "order" if order["day"] else "order_open"
        values = {
            "kind": str(order["kind"]),
            "status": str(order["status"]),
            "day": str(order["day"] or ""),
        }
        if act := known.tell(topic, values, line=line, reference=str(order["reference"])):
            return act
    return None


def _is_named(reference: str, said: str) -> bool:
    """Whether that is it; the letters in front may be left out."""
    return said == reference.upper() or (said.isdigit() and said == re.sub(r"\D", "", reference))


FLOW = Flow("order_status", (*IDENTITY, REFERENCE, NEWEST), next_act, topic="fault", key=3)
