"""What the demonstration's back office does on order: it sells, books, blocks and writes down.

All of it lives as long as the process. An order that comes again gets the answer that it had.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from pipelines.backoffice.protocol import NotFound

CODE = "246810"  # of the text message that the demonstration does not send
_REFUSED = "0"  # a payment card or voucher whose last figure is this is refused
_VOUCHER = "10.00"  # what every other voucher is worth
_FIRST_REFERENCE = 400001

Customer: TypeAlias = dict[str, Any]
Answer: TypeAlias = Callable[[Customer, Mapping[str, str]], dict[str, Any]]


class DemoOrders:
    """Orders of the demonstration's customers.

    Args:
        tables: `bundles`, `plans`, `visits`, `shops`, `top_ups` of `demo.toml`.
        today: the day that dates count from.
    """

    def __init__(self, tables: Mapping[str, Any], today: Callable[[], date] = date.today) -> None:
        self._bundles: list[dict[str, Any]] = tables.get("bundles", [])
        self._plans: list[dict[str, Any]] = tables.get("plans", [])
        self._visits: list[dict[str, Any]] = tables.get("visits", [])
        self._shops: list[dict[str, Any]] = tables.get("shops", [])
        self._top_ups: dict[str, Any] = tables.get("top_ups", {})
        self._today = today
        self._done: dict[tuple[str, ...], dict[str, Any]] = {}
        self._references = _FIRST_REFERENCE
        self._answers: Mapping[str, Answer] = {
            "send_code": self._send_code,
            "check_code": self._check_code,
            "top_ups": self._list_top_ups,
            "top_up": self._top_up,
            "load_voucher": self._load_voucher,
            "pay_bill": self._pay_bill,
            "dispute": self._dispute,
            "complaint": self._complaint,
            "change_data": self._change_data,
            "report_fault": self._report_fault,
            "bundles": self._list_bundles,
            "buy_bundle": self._buy_bundle,
            "stop_bundle": self._stop_bundle,
            "visits": self._list_visits,
            "book_visit": self._book_visit,
            "cancel_visit": self._cancel_visit,
            "block_sim": self._block_sim,
            "order_sim": self._order_sim,
            "plans": self._list_plans,
            "change_plan": self._change_plan,
            "money_transfers": self._money_transfers,
            "hold_transfer": self._hold_transfer,
            "reset_money_pin": self._reset_money_pin,
            "roaming": self._roaming,
            "set_roaming": self._set_roaming,
            "orders": self._orders,
        }

    def __contains__(self, name: str) -> bool:
        return name in self._answers

    def fetch(self, name: str, customer: Customer, arguments: Mapping[str, str]) -> dict[str, Any]:
        """The answer; an order that was carried out is not carried out again."""
        answer = self._answers[name]
        if "order" not in arguments:
            return answer(customer, arguments)
        order = (name, *(value for _, value in sorted(arguments.items())))
        if order not in self._done:
            self._done[order] = answer(customer, arguments)
        return self._done[order]

    def shop(self, place: str) -> dict[str, Any]:
        """The shop of the area that is named in `place`.

        Raises:
            NotFound: none of the areas is.
        """
        wanted = place.casefold()
        for shop in self._shops:
            if any(area.casefold() in wanted for area in shop["areas"]):
                closed = self._today().isoweekday() == 7
                hours = {} if closed else {"opens": shop["opens"], "closes": shop["closes"]}
                return {"name": shop["name"], "street": shop["street"], **hours}
        raise NotFound("there is no shop in that place")

    # Questions, by their names. Each takes the customer and the arguments.

    def _send_code(self, customer: Customer, _: Mapping[str, str]) -> dict[str, Any]:
        return {"sent": True}

    def _check_code(self, customer: Customer, asked: Mapping[str, str]) -> dict[str, Any]:
        if asked["code"] != CODE:
            return {"verified": False}
        return {"verified": True, "name": customer["name"]}

    def _list_top_ups(self, customer: Customer, _: Mapping[str, str]) -> dict[str, Any]:
        return self._top_ups

    def _top_up(self, customer: Customer, asked: Mapping[str, str]) -> dict[str, Any]:
        if asked["card"].endswith(_REFUSED):
            return {"paid": False}
        return {"paid": True, "balance": self._credit(customer, Decimal(asked["amount"]))}

    def _load_voucher(self, customer: Customer, asked: Mapping[str, str]) -> dict[str, Any]:
        if asked["voucher"].endswith(_REFUSED):
            return {"loaded": False}
        self._credit(customer, Decimal(_VOUCHER))
        return {"loaded": True, "amount": _VOUCHER, "currency": customer["balance"]["currency"]}

    def _pay_bill(self, customer: Customer, asked: Mapping[str, str]) -> dict[str, Any]:
        return {"paid": "bill" in customer and not asked["card"].endswith(_REFUSED)}

    def _dispute(self, customer: Customer, _: Mapping[str, str]) -> dict[str, Any]:
        return self._ticket(15)

    def _complaint(self, customer: Customer, _: Mapping[str, str]) -> dict[str, Any]:
        return self._ticket(15)

    def _change_data(self, customer: Customer, _: Mapping[str, str]) -> dict[str, Any]:
        return self._ticket(3)

    def _report_fault(self, customer: Customer, _: Mapping[str, str]) -> dict[str, Any]:
        ticket = self._ticket(2)
        order = {"reference": ticket["reference"], "kind": "ticket", "status": "received"}
        customer.setdefault("orders", []).insert(0, {**order, "in_days": 2})
        return ticket

    def _list_bundles(self, customer: Customer, _: Mapping[str, str]) -> dict[str, Any]:
        active = [b for b in self._bundles if b["id"] in customer.setdefault("bundles", [])]
        return {"offers": self._bundles, "active": active}

    def _buy_bundle(self, customer: Customer, asked: Mapping[str, str]) -> dict[str, Any]:
        bundle = next((b for b in self._bundles if b["id"] == asked["bundle"]), None)
        if bundle is None:
            raise NotFound("there is no such bundle")
        if Decimal(customer["balance"]["amount"]) < Decimal(bundle["price"]):
            return {"bought": False, "why": "credit"}
        self._credit(customer, -Decimal(bundle["price"]))
        customer.setdefault("bundles", []).append(bundle["id"])
        return {"bought": True, "until": self._in(bundle["days"])}

    def _stop_bundle(self, customer: Customer, asked: Mapping[str, str]) -> dict[str, Any]:
        running = customer.setdefault("bundles", [])
        if asked["bundle"] not in running:
            return {"stopped": False}
        running.remove(asked["bundle"])
        return {"stopped": True, "until": self._in(7)}

    def _list_visits(self, customer: Customer, _: Mapping[str, str]) -> dict[str, Any]:
        free = [{**visit, "day": self._in(visit["day"])} for visit in self._visits]
        booked = customer.get("visit")
        return {
            "booked": next((v for v in free if v["id"] == booked), None),
            "free": [v for v in free if v["id"] != booked],
        }

    def _book_visit(self, customer: Customer, asked: Mapping[str, str]) -> dict[str, Any]:
        if all(visit["id"] != asked["visit"] for visit in self._visits):
            return {"booked": False}
        customer["visit"] = asked["visit"]
        return {"booked": True}

    def _cancel_visit(self, customer: Customer, asked: Mapping[str, str]) -> dict[str, Any]:
        cancelled = customer.get("visit") == asked["visit"]
        if cancelled:
            del customer["visit"]
        return {"cancelled": cancelled}

    def _block_sim(self, customer: Customer, _: Mapping[str, str]) -> dict[str, Any]:
        customer["lost"] = True
        return {"blocked": True}

    def _order_sim(self, customer: Customer, _: Mapping[str, str]) -> dict[str, Any]:
        return {"ordered": True, "price": "8.00", "currency": "EUR", "arrives": self._in(3)}

    def _list_plans(self, customer: Customer, _: Mapping[str, str]) -> dict[str, Any]:
        current = next((p for p in self._plans if p["id"] == customer.get("plan")), None)
        if current is None:
            raise NotFound("this line has no plan")
        return {"current": current, "offers": [p for p in self._plans if p is not current]}

    def _change_plan(self, customer: Customer, asked: Mapping[str, str]) -> dict[str, Any]:
        if all(plan["id"] != asked["plan"] for plan in self._plans):
            return {"changed": False}
        customer["plan"] = asked["plan"]
        first = (self._today().replace(day=1) + timedelta(days=32)).replace(day=1)
        return {"changed": True, "since": first.isoformat()}

    def _money_transfers(self, customer: Customer, _: Mapping[str, str]) -> dict[str, Any]:
        sent = customer.get("transfers", [])
        return {"transfers": [{**t, "day": self._in(-t["days_ago"])} for t in sent]}

    def _hold_transfer(self, customer: Customer, asked: Mapping[str, str]) -> dict[str, Any]:
        known = any(t["id"] == asked["transfer"] for t in customer.get("transfers", []))
        return {"held": True, "reference": self._reference()} if known else {"held": False}

    def _reset_money_pin(self, customer: Customer, _: Mapping[str, str]) -> dict[str, Any]:
        return {"sent": True}

    def _roaming(self, customer: Customer, _: Mapping[str, str]) -> dict[str, Any]:
        return {"active": bool(customer.get("roaming", False))}

    def _set_roaming(self, customer: Customer, asked: Mapping[str, str]) -> dict[str, Any]:
        customer["roaming"] = asked["active"] == "yes"
        return {"active": customer["roaming"]}

    def _orders(self, customer: Customer, _: Mapping[str, str]) -> dict[str, Any]:
        orders = customer.get("orders", [])
        return {"orders": [{**o, "day": self._in(o["in_days"])} for o in orders]}

    # What they have in common

    def _in(self, days: int) -> str:
        return (self._today() + timedelta(days=days)).isoformat()

    def _reference(self) -> str:
        self._references += 1
        return str(self._references - 1)

    def _ticket(self, days: int) -> dict[str, Any]:
        return {"reference": self._reference(), "answer_by": self._in(days)}

    @staticmethod
    def _credit(customer: Customer, amount: Decimal) -> str:
        balance = customer["balance"]
        balance["amount"] = f"{Decimal(balance['amount']) + amount:.2f}"
        return str(balance["amount"])
