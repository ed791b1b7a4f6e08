"""Data for some days: what can be had, bought out of the credit, or not renewed any more."""

from collections.abc import Mapping
from typing import Any

from agent.acts import Act, Ask, LookUp, Option
from agent.flow import NONE, Flow, Known, Slot
from agent.flows.identity import IDENTITY, verify

ACTION = Slot("bundle_action", "choice", choices=("buy", "stop_it"))
BUNDLE = Slot("bundle", "option")
AGREED = Slot("agreed", "yes_no", strict=True)


def next_act(known: Known) -> Act | None:
    """Verify; buy or stop, which, an unmistakable yes, and what came of it."""
    if act := verify(known):
        return act
    line = known.slot("line") or ""
    bundles = known.fact("bundles", line=line)
    if bundles is None:
        return LookUp("bundles", {"line": line})
    if "not_found" in bundles or not (bundles["offers"] or bundles["active"]):
        return known.tell("no_bundles", line=line)
    action = known.slot("bundle_action") or ("" if bundles["active"] else "buy")
    if not action:
        return Ask("bundle_action")
    if action == "stop_it" and not bundles["active"]:
        return known.tell("no_bundle_runs", line=line)
    found = bundles["offers" if action == "buy" else "active"]
    if not found:
        return known.tell("no_bundles", line=line)
    taken = known.slot("bundle")
    if taken is None:
        wording = "" if action == "buy" else "ask.bundle.stop"
        return Ask("bundle", wording, options=tuple(map(_option, found)))
    bundle = next((b for b in found if b["id"] == taken), None)
    if taken == NONE or bundle is None:
        return known.tell("nothing_done", line=line)
    return _settle(known, line, action, bundle)


def _settle(known: Known, line: str, action: str, bundle: Mapping[str, Any]) -> Act | None:
    values = dict(_option(bundle).values)
    if (agreed := known.slot("agreed")) is None:
        return Ask("agreed", "ask.buy" if action == "buy" else "ask.stop", values)
    if agreed == "no":
        return known.tell("nothing_done", line=line)
    question = "buy_bundle" if action == "buy" else "stop_bundle"
    asked = {"line": line, "bundle": str(bundle["id"]), "order": known.order}
    done = known.fact(question, **asked)
    if done is None:
        return LookUp(question, asked)
    if done.get("bought") or done.get("stopped"):
        topic = "bundle_bought" if action == "buy" else "bundle_stopped"
        return known.tell(topic, {"until": str(done["until"])}, line=line)
    topic = "bundle_credit" if done.get("why") == "credit" else "not_possible"
    return known.tell(topic, line=line)


def _option(bundle: Mapping[str, Any]) -> Option:
    values = {
        "data": str(bundle["gb"]),
        "days": str(bundle["days"]),
        "price": f"{bundle['price']} {bundle['currency']}",
    }
    return Option(str(bundle["id"]), "bundle", values)


FLOW = Flow("bundle", (*IDENTITY, ACTION, BUNDLE, AGREED), next_act, topic="credit", key=3)
