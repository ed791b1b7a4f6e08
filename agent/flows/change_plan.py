"""Another plan: the one in hand, those that can be had, and from when."""

from collections.abc import Mapping
from typing import Any

from agent.acts import Act, Ask, LookUp, Option
from agent.flow import NONE, Flow, Known, Slot
from agent.flows.identity import IDENTITY, verify

PLAN = Slot("plan", "option")
AGREED = Slot("agreed", "yes_no", strict=True)


def next_act(known: Known) -> Act | None:
    """Verify, tell today's plan, offer the others, an unmistakable yes, and from when it is."""
    if act := verify(known):
        return act
    line = known.slot("line") or ""
    plans = known.fact("plans", line=line)
    if plans is None:
        return LookUp("plans", {"line": line})
    if "not_found" in plans:
        return known.tell("plan_none", line=line)
    if act := known.tell("plan", _values(plans["current"]), line=line):
        return act
    offers = plans["offers"]
    if not offers:
        return known.tell("no_other_plan", line=line)
    taken = known.slot("plan")
    if taken is None:
        return Ask("plan", options=tuple(Option(str(p["id"]), "plan", _values(p)) for p in offers))
    plan = next((p for p in offers if p["id"] == taken), None)
    if taken == NONE or plan is None:
        return known.tell("nothing_done", line=line)
    if (agreed := known.slot("agreed")) is None:
        return Ask("agreed", "ask.change_plan", _values(plan))
    if agreed == "no":
        return known.tell("nothing_done", line=line)
    asked = {"line": line, "plan": taken, "order": known.order}
    done = known.fact("change_plan", **asked)
    if done is None:
        return LookUp("change_plan", asked)
    if not done.get("changed"):
        return known.tell("not_possible", line=line)
    return known.tell("plan_changed", {**_values(plan), "day": str(done["since"])}, line=line)


def _values(plan: Mapping[str, Any]) -> dict[str, str]:
    price = f"{plan['price']} {plan['currency']}"
    return {"plan": str(plan["name"]), "data": str(plan["gb"]), "price": price}


FLOW = Flow("change_plan", (*IDENTITY, PLAN, AGREED), next_act, topic="contract", key=1)
