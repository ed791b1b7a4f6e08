"""Why the bill is what it is: the total, and what changed most since the one before."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from agent.acts import Act, LookUp
from agent.flow import Flow, Known
from agent.flows.identity import IDENTITY, verify


def next_act(known: Known) -> Act | None:
    """Verify, look up, tell the total, then the reason."""
    if act := verify(known):
        return act
    line = known.slot("line") or ""
    bill = known.fact("bill", line=line)
    if bill is None:
        return LookUp("bill", {"line": line})
    if "not_found" in bill:
        return known.tell("bill_none", line=line)
    currency = bill["currency"]
    total = {
        "total": f"{bill['total']} {currency}",
        "month": str(bill["month"]),
        "due": str(bill["due"]),
    }
    return known.tell("bill", total, line=line) or _explain(known, bill, line)


def _explain(known: Known, bill: Mapping[str, Any], line: str) -> Act | None:
    change = Decimal(bill["total"]) - Decimal(bill["previous_total"])
    if change == 0 or not bill["items"]:
        return known.tell("bill_same", line=line)
    item = max(
        bill["items"], key=lambda i: (Decimal(i["amount"]) - Decimal(i["previous"])) * change
    )
    values = {
        "change": f"{abs(change)} {bill['currency']}",
        "item": str(item["name"]),
        "amount": f"{item['amount']} {bill['currency']}",
        "previous": f"{item['previous']} {bill['currency']}",
    }
    return known.tell("bill_higher" if change > 0 else "bill_lower", values, line=line)


FLOW = Flow("bill", IDENTITY, next_act, topic="bill", key=1)
