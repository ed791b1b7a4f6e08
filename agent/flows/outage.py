"""Something does not work: what we know of it and until when, else what to try, else a technician.

What no advice mended is written down as a ticket. A line at home gets a technician, if the caller
wants one; everything else goes to the technicians' queue.
"""

from collections.abc import Mapping
from typing import Any

from agent.acts import Act, Ask, Handoff, LookUp
from agent.diagnosis import Advice, Check, Diagnosis, Outcome, Step, walk
from agent.flow import Flow, Known, Slot
from agent.flows.identity import IDENTITY, find_line, verify
from agent.flows.visit import VISIT, book, tell, visits

SERVICE = Slot(
    "service", "choice", choices=("internet", "mobile", "television"), second="other_service"
)
OTHER = Slot("other_service", "choice", choices=SERVICE.choices, reading=True)
SOLVED = Slot("solved", "yes_no")
WARNING_LIGHT = Slot("warning_light", "yes_no", reading=True)
BY_WIFI = Slot("by_wifi", "yes_no", reading=True)
DATA_ON = Slot("data_on", "yes_no", reading=True)
OTHER_PHONE = Slot("other_phone", "yes_no", reading=True)
TECHNICIAN = Slot("technician", "yes_no")


def _until_solved(*steps: Step) -> Diagnosis:
    return Diagnosis(SOLVED, ("yes",), steps, first=False)


# What to try for each service, the easiest first.
DIAGNOSES = {
    "internet": _until_solved(
        Step("", Advice("advice_internet")),
        Step("box_cables", Advice("box_cables"), (Check(WARNING_LIGHT, ("yes",)),)),
        Step("wifi", Advice("wifi"), (Check(BY_WIFI, ("yes",)),)),
    ),
    "mobile": _until_solved(
        Step("", Advice("advice_mobile")),
        Step("data", Advice("data"), (Check(DATA_ON, ("no",)),)),
        Step("network", Advice("network")),
        # who calls with the phone that it is about would be cut off
        Step("sim_card", Advice("sim_card"), (Check(OTHER_PHONE, ("yes",)),)),
    ),
    "television": _until_solved(
        Step("", Advice("advice_television")),
        Step("decoder_cables", Advice("decoder_cables")),
        Step("source", Advice("source")),
    ),
}
_AT_HOME = ("internet", "television")
_SLOTS = {slot.name: slot for diagnosis in DIAGNOSES.values() for slot in diagnosis.slots}


def next_act(known: Known) -> Act | None:
    """Which service, which line, known outage or what to try; then the ticket.

    Up to there nothing personal is told, so nobody is asked for a code.
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
        return _tell(known, line, service, outage) or _other(known, line)
    match walk(DIAGNOSES[service], known, line=line, service=service):
        case Outcome.STUCK:
            return _report(known, line, service)
        case Outcome():
            return known.tell("solved", line=line, service=service)
        case act:
            return act


def _tell(known: Known, line: str, service: str, outage: Mapping[str, Any]) -> Act | None:
    values = {"service": service, "until": str(outage["until"] or "")}
    topic = f"outage_{outage['kind']}" if outage["until"] else "outage_open"
    return known.tell(topic, values, line=line, service=service)


def _other(known: Known, line: str) -> Act | None:
    """What is known of the second service that does not work; no more than that."""
    service = known.slot("other_service")
    if service is None:
        return None
    outage = known.fact("outage", line=line, service=service)
    if outage is None:
        return LookUp("outage", {"line": line, "service": service})
    return _tell(known, line, service, outage) if outage.get("outage") else None


def _report(known: Known, line: str, service: str) -> Act | None:
    """Write the fault down, then the technician's visit, or a person."""
    asked = {"line": line, "service": service, "order": known.order}
    ticket = known.fact("report_fault", **asked)
    if ticket is None:
        return LookUp("report_fault", asked)
    if "not_found" in ticket:
        return Handoff("advice_did_not_help", "technical")
    reference = str(ticket["reference"])
    told = known.tell("fault_reported", {"reference": reference}, line=line, service=service)
    if told:
        return told
    wanted = known.slot("technician") if service in _AT_HOME else "no"
    if wanted is None:
        return Ask("technician")
    if wanted == "no":
        return Handoff("advice_did_not_help", "technical")
    if act := verify(known):
        return act
    found = visits(known, line)
    if isinstance(found, LookUp):
        return found
    if "not_found" in found:
        return Handoff("no_visit_suits", "technical")
    if found["booked"]:
        return tell(known, "visit", found["booked"], line)
    return book(known, line, found["free"])


FLOW = Flow(
    "outage",
    (SERVICE, OTHER, *IDENTITY, *_SLOTS.values(), TECHNICIAN, VISIT),
    next_act,
    topic="fault",
    key=1,
)
