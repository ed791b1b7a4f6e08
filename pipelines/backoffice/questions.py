"""What a back office can be asked: the arguments of each question, and the shape of its answer."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from pipelines.backoffice.order_shapes import (
    Blocked,
    Bought,
    Bundles,
    CardOrdered,
    Loaded,
    MoneyHeld,
    MoneyPin,
    MoneyTransfers,
    Orders,
    Paid,
    PlanChanged,
    Plans,
    Roaming,
    Sent,
    Shop,
    Stopped,
    Ticket,
    TopUps,
    VisitBooked,
    VisitCancelled,
    Visits,
)
from pipelines.backoffice.shapes import Balance, Bill, Booked, NotVerified, Outage, Sim, Verified


def _question(arguments: str, answer: Any) -> tuple[frozenset[str], TypeAdapter[Any]]:
    return frozenset(arguments.split()), TypeAdapter(answer)


_CARD = "card expiry security_code"

# Question: the arguments it takes, and the shape of its answer. With an `order`, something is done:
# the same order is done once, however often it is asked for.
QUESTIONS: Mapping[str, tuple[frozenset[str], TypeAdapter[Any]]] = {
    "verify": _question("line pin", Verified | NotVerified),
    "send_code": _question("line order", Sent),
    "check_code": _question("line code", Verified | NotVerified),
    "balance": _question("line", Balance),
    "bill": _question("line", Bill),
    "outage": _question("line service", Outage),
    "sim": _question("line", Sim),
    "callback": _question("number time queue reason", Booked),
    "top_ups": _question("line", TopUps),
    "top_up": _question(f"line amount {_CARD} order", Paid),
    "load_voucher": _question("line voucher order", Loaded),
    "pay_bill": _question(f"line amount {_CARD} order", Paid),
    "dispute": _question("line item order", Ticket),
    "bundles": _question("line", Bundles),
    "buy_bundle": _question("line bundle order", Bought),
    "stop_bundle": _question("line bundle order", Stopped),
    "report_fault": _question("line service order", Ticket),
    "visits": _question("line", Visits),
    "book_visit": _question("line visit order", VisitBooked),
    "cancel_visit": _question("line visit order", VisitCancelled),
    "block_sim": _question("line order", Blocked),
    "order_sim": _question("line order", CardOrdered),
    "plans": _question("line", Plans),
    "change_plan": _question("line plan order", PlanChanged),
    "money_transfers": _question("line", MoneyTransfers),
    "hold_transfer": _question("line transfer order", MoneyHeld),
    "reset_money_pin": _question("line order", MoneyPin),
    "roaming": _question("line", Roaming),
    "set_roaming": _question("line active order", Roaming),
    "complaint": _question("line text order", Ticket),
    "change_data": _question("line field text order", Ticket),
    "orders": _question("line", Orders),
    "shop": _question("place", Shop),
}
