"""What became of an order, a delivery or a fault that was reported."""

from agent.acts import Act, LookUp
from agent.flow import Flow, Known
from agent.flows.identity import IDENTITY, verify

_MOST = 3  # more than that is not listened to


def next_act(known: Known) -> Act | None:
    """Verify, look up, tell the newest ones."""
    if act := verify(known):
        return act
    line = known.slot("line") or ""
    found = known.fact("orders", line=line)
    if found is None:
        return LookUp("orders", {"line": line})
    orders = found.get("orders", [])[:_MOST]
    if not orders:
        return known.tell("no_orders", line=line)
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


FLOW = Flow("order_status", IDENTITY, next_act, topic="fault", key=3)
