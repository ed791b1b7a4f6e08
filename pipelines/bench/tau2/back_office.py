"""The operator's books and tools of tau2's telecom domain, as far as its workflow needs them.

Tools take and give plain data, by the names of tau2's; a number in dollars, gigabytes as numbers.
Days are those of the policy's clock, never of this machine's.
"""

import copy
from collections.abc import Mapping
from typing import Any

TODAY = "2025-02-25"  # the policy's
_LAST_MONTH = ("2025-01-01", "2025-01-31")

Entry = dict[str, Any]


class BackOffice:
    """The books of `db.toml`, and what was done in them."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        """`data` is the file's content; it is copied."""
        books = copy.deepcopy(dict(data))
        self.plans: dict[str, Entry] = {p["plan_id"]: p for p in books["plans"]}
        self.lines: dict[str, Entry] = {x["line_id"]: x for x in books["lines"]}
        self.customers: dict[str, Entry] = {c["customer_id"]: c for c in books["customers"]}
        self.bills: dict[str, Entry] = {b["bill_id"]: b for b in books["bills"]}

    # The agent's tools

    def get_customer_by_phone(self, phone_number: str) -> Entry:
        """The customer whose own number, or the number of one of whose lines, this is.

        Raises:
            LookupError: there is none.
        """
        wanted = _digits(phone_number)
        for customer in self.customers.values():
            numbers = [self.lines[each]["phone_number"] for each in customer["line_ids"]]
            if wanted in map(_digits, (customer["phone_number"], *numbers)):
                return customer
        raise LookupError(f"no customer has the number {phone_number}")

    def get_details_by_id(self, id: str) -> Entry:
        """A line, a plan, a bill or a customer."""
        books = {"L": self.lines, "P": self.plans, "B": self.bills, "C": self.customers}
        return books[id[0]][id]

    def get_bills_for_customer(self, customer_id: str) -> list[Entry]:
        """All of them, the newest first."""
        found = [self.bills[each] for each in self.customers[customer_id]["bill_ids"]]
        return sorted(found, key=lambda bill: str(bill["issue_date"]), reverse=True)

    def get_data_usage(self, customer_id: str, line_id: str) -> Entry:
        """Gigabytes used, of the plan, and refuelled."""
        line = self._line(customer_id, line_id)
        return {
            "data_used_gb": line["data_used_gb"],
            "data_limit_gb": self.plans[line["plan_id"]]["data_limit_gb"],
            "data_refueling_gb": line["data_refueling_gb"],
        }

    def send_payment_request(self, customer_id: str, bill_id: str) -> str:
        """One at a time.

        Raises:
            ValueError: another bill waits to be paid.
        """
        bills = self.customers[customer_id]["bill_ids"]
        if any(self.bills[each]["status"] == "Awaiting Payment" for each in bills):
            raise ValueError("another bill waits to be paid")
        self.bills[bill_id]["status"] = "Awaiting Payment"
        return "sent"

    def resume_line(self, customer_id: str, line_id: str) -> str:
        """A suspended line is active again."""
        line = self._line(customer_id, line_id)
        if line["status"] != "Suspended":
            raise ValueError(f"line {line_id} is not suspended")
        line["status"] = "Active"
        line.pop("suspension_start_date", None)
        return "resumed"

    def enable_roaming(self, customer_id: str, line_id: str) -> str:
        """The line works abroad."""
        self._line(customer_id, line_id)["roaming_enabled"] = True
        return "enabled"

    def refuel_data(self, customer_id: str, line_id: str, gb_amount: float) -> str:
        """More data; its price goes to the bill in the making."""
        line = self._line(customer_id, line_id)
        price = gb_amount * self.plans[line["plan_id"]]["data_refueling_price_per_gb"]
        line["data_refueling_gb"] += gb_amount
        bills = [self.bills[each] for each in self.customers[customer_id]["bill_ids"]]
        for bill in [bill for bill in bills if bill["status"] == "Draft"][:1]:
            bill["total_due"] += price
            charge = {"description": f"Data refueling: {gb_amount} GB", "amount": price}
            bill["line_items"].append({**charge, "date": TODAY, "item_type": "Charge"})
        return "refuelled"

    # What a task does before the call, and asks afterwards

    def disable_roaming(self, customer_id: str, line_id: str) -> None:
        """The line does not work abroad."""
        self._line(customer_id, line_id)["roaming_enabled"] = False

    def set_data_usage(self, customer_id: str, line_id: str, data_used_gb: float) -> None:
        """So much was used."""
        self._line(customer_id, line_id)["data_used_gb"] = data_used_gb

    def suspend_line_for_overdue_bill(
        self, customer_id: str, line_id: str, new_bill_id: str, contract_ended: bool
    ) -> None:
        """A bill of last month's over a month of the plan is overdue, hence the line suspended."""
        line = self._line(customer_id, line_id)
        price = self.plans[line["plan_id"]]["price_per_month"]
        start, end = _LAST_MONTH
        self.bills[new_bill_id] = {
            "bill_id": new_bill_id,
            "customer_id": customer_id,
            "period_start": start,
            "period_end": end,
            "issue_date": start,
            "total_due": price,
            "due_date": "2025-01-15",
            "status": "Overdue",
            "line_items": [],
        }
        self.customers[customer_id]["bill_ids"].append(new_bill_id)
        line |= {"status": "Suspended", "suspension_start_date": TODAY}
        if contract_ended:
            line["contract_end_date"] = end

    def assert_data_refueling_amount(
        self, customer_id: str, line_id: str, expected_amount: float
    ) -> bool:
        """Gigabytes refuelled."""
        found: float = self._line(customer_id, line_id)["data_refueling_gb"]
        return abs(found - expected_amount) < 1e-6

    def assert_no_overdue_bill(self, overdue_bill_id: str) -> bool:
        """Whether that bill was paid, or never was."""
        bill = self.bills.get(overdue_bill_id)
        return bill is None or bill["status"] == "Paid"

    # The books themselves

    def line_of(self, phone_number: str) -> Entry:
        """The line of that number."""
        wanted = _digits(phone_number)
        return next(x for x in self.lines.values() if _digits(x["phone_number"]) == wanted)

    def _line(self, customer_id: str, line_id: str) -> Entry:
        if line_id not in self.customers[customer_id]["line_ids"]:
            raise LookupError(f"customer {customer_id} has no line {line_id}")
        return self.lines[line_id]


def _digits(number: str) -> str:
    return "".join(figure for figure in number if figure.isdigit())
