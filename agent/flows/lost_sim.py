"""A telephone or SIM card that is lost or stolen: blocked first, questions later."""

from agent.acts import Act, Ask, Handoff, LookUp
from agent.flow import Flow, Known, Slot
from agent.flows.identity import IDENTITY, find_line, verify

BLOCK = Slot("block", "yes_no", strict=True)
NEW_SIM = Slot("new_sim", "yes_no")


def next_act(known: Known) -> Act | None:
    """Block the card of a line that is only claimed, as that can be undone; then a new one.

    A code by text message would go to the telephone that is gone.
    """
    if act := find_line(known):
        return act
    line = known.slot("line") or ""
    if (block := known.slot("block")) is None:
        return Ask("block")
    if block == "no":
        return known.tell("nothing_done", line=line)
    asked = {"line": line, "order": known.once("block_sim")}
    blocked = known.fact("block_sim", **asked)
    if blocked is None:
        return LookUp("block_sim", asked)
    if "not_found" in blocked:
        return known.tell("line_unknown", line=line) or Handoff("line_unknown", "general")
    if not blocked.get("blocked"):
        return Handoff("sim_not_blocked", "fraud")
    return known.tell("sim_is_blocked", line=line) or _replace(known, line)


def _replace(known: Known, line: str) -> Act | None:
    if (wanted := known.slot("new_sim")) is None:
        return Ask("new_sim")
    if wanted == "no":
        return known.tell("sim_blocked_for_now", line=line)
    if known.slot("no_pin"):
        return Handoff("identity_not_verified", "general")
    if act := verify(known):
        return act
    asked = {"line": line, "order": known.once("order_sim")}
    card = known.fact("order_sim", **asked)
    if card is None:
        return LookUp("order_sim", asked)
    if not card.get("ordered"):
        return Handoff("sim_replacement", "technical")
    values = {"price": f"{card['price']} {card['currency']}", "day": str(card["arrives"])}
    return known.tell("sim_ordered", values, line=line)


FLOW = Flow("lost_sim", (*IDENTITY, BLOCK, NEW_SIM), next_act, topic="sim", key=2)
