"""What the operator does about a fault by tau2's policy: roaming, more data, a line resumed."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Literal, TypeAlias

from agent.acts import Act, Ask, LookUp, Option
from agent.diagnosis import Outcome
from agent.flow import NONE, Known, Slot
from pipelines.bench.tau2.identification import customer_id, line_in_hand

PAY = Slot("pay", "yes_no", strict=True)
PAID = Slot("paid", "yes_no", reading=True)
MORE_DATA = Slot("more_data", "choice", choices=("refuel", "other_plan", "neither"), reading=True)
GIGABYTES = Slot("gigabytes", "option")
AGREED = Slot("agreed", "yes_no", strict=True)
SLOTS = (PAY, PAID, MORE_DATA, GIGABYTES, AGREED)

# tau2's policy asks for no more than the number: "You must first identify the customer."
LEVELS: Mapping[str, Literal["none", "claimed", "verified"]] = {
    "get_customer_by_phone": "none",
    "get_details_by_id": "claimed",
    "get_bills_for_customer": "claimed",
    "get_data_usage": "claimed",
    "send_payment_request": "claimed",
    "resume_line": "claimed",
    "enable_roaming": "claimed",
    "refuel_data": "claimed",
}
_MOST = 2  # GB that may be refuelled

Line: TypeAlias = Mapping[str, Any]


def _of_line(
    service: Callable[[Known, Line], Act | Outcome],
) -> Callable[[Known], Act | Outcome]:
    """Looks up the line in hand first; without one there is nothing that could be done."""

    @wraps(service)
    def with_line(known: Known) -> Act | Outcome:
        match line_in_hand(known):
            case LookUp() as act:
                return act
            case None:
                return Outcome.PASSED_OVER
            case line:
                return service(known, line)

    return with_line


@_of_line
def enable_roaming(known: Known, line: Line) -> Act | Outcome:
    """Who travels may use data abroad, at no cost."""
    if line["roaming_enabled"]:
        return Outcome.PASSED_OVER
    asked = _about(known, line)
    if known.fact("enable_roaming", **asked) is None:
        return LookUp("enable_roaming", asked)
    return known.tell("roaming_enabled") or Outcome.TRIED


@_of_line
def refuel(known: Known, line: Line) -> Act | Outcome:
    """Who has used up their data may have more, at the plan's price."""
    asked = _about(known, line)
    usage = known.fact("get_data_usage", **asked)
    if usage is None:
        return LookUp("get_data_usage", asked)
    if usage["data_used_gb"] < usage["data_limit_gb"] + usage["data_refueling_gb"]:
        return Outcome.PASSED_OVER
    plan = known.fact("get_details_by_id", id=str(line["plan_id"]))
    if plan is None:
        return LookUp("get_details_by_id", {"id": str(line["plan_id"])})
    if act := known.tell("data_used_up"):
        return act
    if known.slot("more_data") is None:
        return Ask("more_data")
    if known.slot("more_data") != "refuel":
        return Outcome.STUCK
    return _refuel(known, asked, float(plan["data_refueling_price_per_gb"]))


def _refuel(known: Known, asked: dict[str, str], price: float) -> Act | Outcome:
    offers = {str(gb): f"{gb * price:.2f} USD" for gb in range(1, _MOST + 1)}
    chosen = known.slot("gigabytes")
    if chosen is None:
        options = (
            Option(gb, "gigabytes", {"data": gb, "price": cost}) for gb, cost in offers.items()
        )
        return Ask("gigabytes", options=tuple(options))
    if chosen == NONE:
        return Outcome.STUCK
    if (agreed := known.slot("agreed")) is None:
        return Ask("agreed", values={"data": chosen, "price": offers[chosen]})
    if agreed == "no":
        return Outcome.STUCK
    asked = {**asked, "gb_amount": chosen}
    if known.fact("refuel_data", **asked) is None:
        return LookUp("refuel_data", asked)
    return known.tell("refuelled") or Outcome.TRIED


@_of_line
def lift_suspension(known: Known, line: Line) -> Act | Outcome:
    """Once what is overdue is paid; never after the contract's end."""
    if line["status"] != "Suspended":
        return Outcome.PASSED_OVER
    today = known.local.date().isoformat() if known.local else ""
    if not today or str(line["contract_end_date"]) < today:
        return Outcome.STUCK
    customer = {"customer_id": customer_id(known)}
    bills = known.fact("get_bills_for_customer", **customer)
    if bills is None:
        return LookUp("get_bills_for_customer", customer)
    if overdue := _overdue(bills):
        if act := _have_paid(known, customer, overdue[0]):
            return act
        settled = known.fact("get_bills_for_customer", **customer, after="payment")
        if settled is None:
            return LookUp("get_bills_for_customer", {**customer, "after": "payment"})
        paid = [b["bill_id"] for b in settled["answer"] if b["status"] == "Paid"]
        if _overdue(settled) or overdue[0]["bill_id"] not in paid:
            return Outcome.STUCK
    asked = _about(known, line)
    if known.fact("resume_line", **asked) is None:
        return LookUp("resume_line", asked)
    return known.tell("line_resumed") or Outcome.TRIED


def _have_paid(
    known: Known, customer: Mapping[str, str], bill: Mapping[str, Any]
) -> Act | Outcome | None:
    """None once the caller says that they have paid; the books tell whether they have."""
    if (pay := known.slot("pay")) is None:
        return Ask("pay", values={"total": f"{bill['total_due']:.2f} USD"})
    if pay == "no":
        return Outcome.STUCK
    asked = {**customer, "bill_id": str(bill["bill_id"])}
    sent = known.fact("send_payment_request", **asked)
    if sent is None:
        return LookUp("send_payment_request", asked)
    if "refused" in sent:
        return Outcome.STUCK
    if act := known.tell("payment_request"):
        return act
    if (paid := known.slot("paid")) is None:
        return Ask("paid")
    return Outcome.STUCK if paid == "no" else None


def _overdue(bills: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [bill for bill in bills["answer"] if bill["status"] == "Overdue"]


def _about(known: Known, line: Line) -> dict[str, str]:
    return {"customer_id": customer_id(known), "line_id": str(line["line_id"])}
