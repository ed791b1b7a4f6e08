"""The line abroad: whether it works there, and switching that on or off."""

from agent.acts import Act, Ask, LookUp
from agent.flow import Flow, Known, Slot
from agent.flows.identity import IDENTITY, verify

SWITCH = Slot("switch", "yes_no", strict=True)


def next_act(known: Known) -> Act | None:
    """Verify, tell how it is, and change it after an unmistakable yes."""
    if act := verify(known):
        return act
    line = known.slot("line") or ""
    roaming = known.fact("roaming", line=line)
    if roaming is None:
        return LookUp("roaming", {"line": line})
    if "not_found" in roaming:
        return known.tell("line_unknown", line=line)
    on = bool(roaming["active"])
    if act := known.tell("roaming_on" if on else "roaming_off", line=line):
        return act
    if (switch := known.slot("switch")) is None:
        return Ask("switch", "ask.switch_off" if on else "ask.switch_on")
    if switch == "no":
        return known.tell("nothing_done", line=line)
    asked = {"line": line, "active": "no" if on else "yes", "order": known.order}
    done = known.fact("set_roaming", **asked)
    if done is None:
        return LookUp("set_roaming", asked)
    if done.get("active") is not (not on):
        return known.tell("not_possible", line=line)
    return known.tell("roaming_switched_off" if on else "roaming_switched_on", line=line)


FLOW = Flow("roaming", (*IDENTITY, SWITCH), next_act, topic="sim", key=3)
