"""Something does not work: what we know of it and until when, else what to try, else a person."""

from agent.acts import Act, Ask, Handoff, LookUp
from agent.diagnosis import Advice, Check, Diagnosis, Outcome, Step, walk
from agent.flow import Flow, Known, Slot
from agent.flows.identity import LINE, find_line

SERVICE = Slot("service", "choice", choices=("internet", "mobile", "television"))
SOLVED = Slot("solved", "yes_no")
WARNING_LIGHT = Slot("warning_light", "yes_no", reading=True)
BY_WIFI = Slot("by_wifi", "yes_no", reading=True)
DATA_ON = Slot("data_on", "yes_no", reading=True)
OTHER_PHONE = Slot("other_phone", "yes_no", reading=True)


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
_SLOTS = {slot.name: slot for diagnosis in DIAGNOSES.values() for slot in diagnosis.slots}


def next_act(known: Known) -> Act | None:
    """Which service, which line, known outage or what to try; unsolved goes to the technicians.

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
    match walk(DIAGNOSES[service], known, line=line, service=service):
        case Outcome.STUCK:
            return Handoff("advice_did_not_help", "technical")
        case Outcome():
            return known.tell("solved", line=line, service=service)
        case act:
            return act


FLOW = Flow("outage", (SERVICE, LINE, *_SLOTS.values()), next_act, topic="fault", key=1)
