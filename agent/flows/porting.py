"""A number that comes from another operator, or goes to one: noted, and for a person to do."""

from agent.acts import Act, Ask, Handoff
from agent.flow import Flow, Known, Slot

DIRECTION = Slot("direction", "choice", choices=("bring_number", "take_number"))
NUMBER = Slot("ported", "digits", check="phone")


def next_act(known: Known) -> Act | None:
    """Which way; who goes is told what they need, who comes is put through with the number."""
    direction = known.slot("direction")
    if direction is None:
        return Ask("direction")
    if direction == "take_number":
        return known.tell("porting_out") or Handoff("threatens_to_leave", "retention")
    if known.slot("ported") is None:
        return Ask("ported")
    return known.tell("porting_in") or Handoff("porting", "sales")


FLOW = Flow("porting", (DIRECTION, NUMBER), next_act, topic="contract", key=5, yields=True)
