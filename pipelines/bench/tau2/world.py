"""Phone and back office of one task, kept in step, and all that was used of them."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.bench.tau2.back_office import BackOffice
from pipelines.bench.tau2.phone import PaymentRequest, Phone
from pipelines.bench.tau2.phone_setup import PhoneSetup
from pipelines.bench.tau2.tasks import Call, Criteria, Side

# What the agent may use; the functions that set a task up are not among them.
AGENT_TOOLS = frozenset(
    {
        *("get_customer_by_phone", "get_details_by_id", "get_bills_for_customer"),
        *("get_data_usage", "send_payment_request", "resume_line", "enable_roaming"),
        *("refuel_data", "transfer_to_human_agents"),
    }
)


@dataclass(frozen=True, slots=True)
class Use:
    """A tool that was used, and by whom."""

    side: Side
    name: str
    arguments: Mapping[str, Any]


class World:
    """A task's. `books` and `device` are the content of `db.toml` and `user_db.toml`."""

    def __init__(self, books: Mapping[str, Any], device: Mapping[str, Any]) -> None:
        self.back_office = BackOffice(books)
        self.phone = Phone.from_data(device["device"])
        self.uses: list[Use] = []

    def set_up(self, calls: tuple[Call, ...]) -> None:
        """What a task does before the call."""
        for call in calls:
            self._named(call)(**call.arguments)
            self._settle()

    def use_phone(self, name: str, **arguments: Any) -> None:
        """The owner uses one of its tools."""
        self.uses.append(Use("user", name, arguments))
        getattr(self.phone, name)(**arguments)
        self._settle()

    def use_back_office(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The agent uses a tool; what it answers, as it is now.

        What is not there is {"not_found": True}, what is refused {"refused": why}.

        Raises:
            KeyError: no such tool.
        """
        if name not in AGENT_TOOLS:
            raise KeyError(f"the agent has no tool '{name}'")
        self.uses.append(Use("assistant", name, arguments))
        if name == "transfer_to_human_agents":
            return {}
        try:
            answer = copy.deepcopy(getattr(self.back_office, name)(**arguments))
        except LookupError:
            return {"not_found": True}
        except ValueError as error:
            return {"refused": str(error)}
        finally:
            self._settle()
        return answer if isinstance(answer, dict) else {"answer": answer}

    def faults(self, criteria: Criteria) -> tuple[str, ...]:
        """What is not as a solved task has it; empty if it is solved."""
        found = []
        if "ENV_ASSERTION" in criteria.reward_basis:
            for each in criteria.env_assertions or ():
                if self._named(each)(**each.arguments) != each.assert_value:
                    found.append(f"not so: {each.func_name} {dict(each.arguments)}")
        if "ACTION" in criteria.reward_basis:
            found += self.missing(criteria)
        return tuple(found)

    def missing(self, criteria: Criteria) -> list[str]:
        """The expected actions that nobody took."""
        return [
            f"not done: {each.name} {dict(each.arguments)}"
            for each in criteria.actions or ()
            if not any(
                use.side == each.requestor and each.is_met(use.name, use.arguments)
                for use in self.uses
            )
        ]

    def _named(self, call: Call) -> Any:
        """The function of a task's; ValueError where it is none that is known here."""
        of = PhoneSetup(self.phone) if call.env_type == "user" else self.back_office
        found = None if call.func_name.startswith("_") else getattr(of, call.func_name, None)
        if found is None:
            raise ValueError(f"{call.env_type} function '{call.func_name}' is not known here")
        return found

    def _settle(self) -> None:
        """What the operator's books say holds for the phone; a payment holds for the books."""
        around, office = self.phone.around, self.back_office
        if not around.phone_number:
            return
        line = office.line_of(around.phone_number)
        plan = office.plans[line["plan_id"]]
        around.line_active = line["status"] == "Active"
        around.roaming_allowed = line["roaming_enabled"]
        most = plan["data_limit_gb"] + line["data_refueling_gb"]
        around.data_used_up = line["data_used_gb"] >= most
        if (asked := around.payment_request) and asked.paid:
            office.bills[asked.bill_id]["status"] = "Paid"
            around.payment_request = None
        customer = office.get_customer_by_phone(around.phone_number)
        waiting = [office.bills[each] for each in customer["bill_ids"]]
        for bill in [bill for bill in waiting if bill["status"] == "Awaiting Payment"][:1]:
            if around.payment_request is None:
                around.payment_request = PaymentRequest(bill["bill_id"], bill["total_due"])
