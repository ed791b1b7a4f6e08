"""Paying the bill by card, all of it or a part."""

from decimal import Decimal

from agent.acts import Act, Ask, LookUp
from agent.flow import Flow, Known, Slot
from agent.flows.identity import IDENTITY, verify
from agent.flows.payment import PAYMENT, card, pay

WHOLE = Slot("whole", "yes_no")
AMOUNT = Slot("amount", "amount")


def next_act(known: Known) -> Act | None:
    """Verify, tell what is due, how much of it, the card, and the yes."""
    if act := verify(known):
        return act
    line = known.slot("line") or ""
    bill = known.fact("bill", line=line)
    if bill is None:
        return LookUp("bill", {"line": line})
    if "not_found" in bill:
        return known.tell("bill_none", line=line)
    currency = bill["currency"]
    due = {"total": f"{bill['total']} {currency}", "due": str(bill["due"])}
    if act := known.tell("bill_due", due, line=line):
        return act
    whole = known.slot("whole")
    if whole is None:
        return Ask("whole")
    amount = bill["total"] if whole == "yes" else known.slot("amount")
    if amount is None:
        return Ask("amount")
    if Decimal(amount) > Decimal(bill["total"]):  # nobody pays more than they owe
        amount = bill["total"]
    if act := pay(known, f"{amount} {currency}"):
        return act
    if known.slot("charge") == "no":
        return known.tell("nothing_done", line=line)
    asked = {"line": line, "amount": str(amount), "order": known.order, **card(known)}
    paid = known.fact("pay_bill", **asked)
    if paid is None:
        return LookUp("pay_bill", asked)
    if not paid.get("paid"):
        return known.tell("payment_refused", line=line)
    return known.tell("bill_paid", {"amount": f"{amount} {currency}"}, line=line)


FLOW = Flow("pay_bill", (*IDENTITY, WHOLE, AMOUNT, *PAYMENT), next_act, topic="bill", key=2)
