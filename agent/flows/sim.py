"""A blocked SIM card: the PUK, read out once the caller can write it down."""

from agent.acts import Act, Ask, Handoff, LookUp
from agent.flow import Flow, Known, Slot
from agent.flows.identity import IDENTITY, verify

READY = Slot("ready", "yes_no", strict=True)


def next_act(known: Known) -> Act | None:
    """Verify, look up; a card without attempts left needs a person to send a new one."""
    act = verify(known)
    if act and known.slot("no_pin"):  # a text message does not reach a blocked card
        return Handoff("identity_not_verified", "general")
    if act:
        return act
    line = known.slot("line") or ""
    sim = known.fact("sim", line=line)
    if sim is None:
        return LookUp("sim", {"line": line})
    if "not_found" in sim:
        return known.tell("line_unknown", line=line) or Handoff("line_unknown", "general")
    if not sim["blocked"]:
        return known.tell("sim_not_blocked", line=line)
    if int(sim["attempts_left"]) <= 0:
        return known.tell("sim_dead", line=line) or Handoff("sim_replacement", "technical")
    if known.slot("ready") is None:
        return Ask("ready")
    if known.slot("ready") == "no":
        return known.tell("sim_later", line=line)
    values = {"puk": str(sim["puk"]), "attempts": str(sim["attempts_left"])}
    return known.tell("sim_puk", values, secret=True, line=line)


FLOW = Flow("sim", (*IDENTITY, READY), next_act, topic="sim", key=1)
