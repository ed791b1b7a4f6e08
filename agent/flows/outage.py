"""Something does not work: what we know of it and until when, else what to try, else a person."""

from agent.acts import Act, Ask, Handoff, LookUp
from agent.flow import Flow, Known, Slot
from agent.flows.identity import LINE, find_line

SERVICE = Slot("service", "choice", choices=("internet", "mobile", "television"))
SOLVED = Slot("solved", "yes_no")


def next_act(known: Known) -> Act | None:
    """Which service, which line, known outage or advice; unsolved goes to the technicians.

    Nothing personal is told, so nobody is asked for a code.
    """
    service = known.slot("service")
    if service is None:
        return Ask("service")
    if act := find_line(known):
        return act
    line = known.slot("line") or ""
    outage = known.fact("outage", line=line, service=service)
    if outage is None:
        return LookUp("outage", {"line": line, "service": service})
    if "not_found" in outage:
        return known.tell("line_unknown", line=line) or Handoff("line_unknown", "general")
    if outage["outage"]:
        values = {"service": service, "until": str(outage["until"] or "")}
        topic = f"outage_{outage['kind']}" if outage["until"] else "outage_open"
        return known.tell(topic, values, line=line, service=service)
    if act := known.tell(f"advice_{service}", line=line, service=service):
        return act
    if known.slot("solved") is None:
        return Ask("solved")
    if known.slot("solved") == "no":
        return Handoff("advice_did_not_help", "technical")
    return known.tell("solved", line=line, service=service)


FLOW = Flow("outage", (SERVICE, LINE, SOLVED), next_act, "fault", 1)
