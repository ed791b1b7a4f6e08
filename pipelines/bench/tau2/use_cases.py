"""tau2's technical support as use cases: its workflow's three paths, each a guided diagnosis."""

from collections.abc import Callable

from agent.acts import Act, Handoff
from agent.diagnosis import Advice, Check, Diagnosis, Outcome, Step, walk
from agent.flow import Flow, Known, Slot
from pipelines.bench.tau2 import remedies
from pipelines.bench.tau2.identification import LINE, identify

_ON_OFF = ("is_on", "is_off")
BAR = Slot("bar", "choice", choices=("signal", "no_signal"), reading=True)
SPEED = Slot("speed", "choice", choices=("no_connection", "slow", "excellent"), reading=True)
MMS = Slot("mms", "yes_no", reading=True)
AIRPLANE = Slot("airplane", "choice", choices=_ON_OFF, reading=True)
SIM = Slot("sim", "choice", choices=("sim_active", "sim_missing", "sim_locked"), reading=True)
ABROAD = Slot("abroad", "choice", choices=("travelling", "at_home"), reading=True)
ROAMING = Slot("roaming", "choice", choices=_ON_OFF, reading=True)
DATA = Slot("data", "choice", choices=_ON_OFF, reading=True)
SAVER = Slot("saver", "choice", choices=_ON_OFF, reading=True)
MODE = Slot("mode", "choice", choices=("only_2g", "only_3g", "from_4g"), reading=True)
NETWORK = Slot("network", "choice", choices=("only_2g", "only_3g", "from_4g"), reading=True)
VPN = Slot("vpn", "choice", choices=_ON_OFF, reading=True)
WIFI_CALLING = Slot("wifi_calling", "choice", choices=_ON_OFF, reading=True)
PERMISSIONS = Slot("permissions", "yes_no", reading=True)
MMSC = Slot("mmsc", "yes_no", reading=True)

# Path 1
SERVICE = Diagnosis(
    BAR,
    ("signal",),
    (
        Step("airplane", Advice("airplane_off"), (Check(AIRPLANE, ("is_on",)),)),
        Step("locked", Outcome.STUCK, (Check(SIM, ("sim_locked",)),)),
        Step("sim", Advice("reseat_sim"), (Check(SIM, ("sim_missing",)),)),
        Step("apn", Advice("reset_apn")),
        Step("line", remedies.lift_suspension),
    ),
)

# Path 2.1, from where there is service
_NOTHING_COMES = ("no_connection",)
_TRAVELS = Check(ABROAD, ("travelling",))
_CONNECT = (
    Step("roaming", Advice("roaming_on"), (_TRAVELS, Check(ROAMING, ("is_off",))), _NOTHING_COMES),
    Step("line_roaming", remedies.enable_roaming, (_TRAVELS,), _NOTHING_COMES),
    Step("data", Advice("data_on"), (Check(DATA, ("is_off",)),), _NOTHING_COMES),
    Step("usage", remedies.refuel, (), _NOTHING_COMES),
)
CONNECTION = Diagnosis(SPEED, ("slow", "excellent"), _CONNECT)

# Paths 2.1 and 2.2
MOBILE_DATA = Diagnosis(
    SPEED,
    ("excellent",),
    (
        Step("service", SERVICE, (), _NOTHING_COMES),
        *_CONNECT,
        Step("saver", Advice("saver_off"), (Check(SAVER, ("is_on",)),), ("slow",)),
        Step("mode", Advice("newer_mode"), (Check(MODE, ("only_2g", "only_3g")),), ("slow",)),
        Step("vpn", Advice("vpn_off"), (Check(VPN, ("is_on",)),), ("slow",)),
    ),
)

# Path 3
PICTURES = Diagnosis(
    MMS,
    ("yes",),
    (
        Step("service", SERVICE),
        Step("connection", CONNECTION),
        Step("network", Advice("newer_network"), (Check(NETWORK, ("only_2g",)),)),
        Step("wifi_calling", Advice("wifi_calling_off"), (Check(WIFI_CALLING, ("is_on",)),)),
        Step("permissions", Advice("grant_permissions"), (Check(PERMISSIONS, ("no",)),)),
        Step("mmsc", Advice("reset_mmsc"), (Check(MMSC, ("no",)),)),
    ),
)


def _next_act(diagnosis: Diagnosis) -> Callable[[Known], Act | None]:
    def next_act(known: Known) -> Act | None:
        if act := identify(known):
            return act
        match walk(diagnosis, known):
            case Outcome.STUCK:
                return Handoff("not_mended", "technical")
            case Outcome():
                return known.tell("works")
            case act:
                return act

    return next_act


def _flow(name: str, diagnosis: Diagnosis) -> Flow:
    slots = (LINE, *diagnosis.slots, *remedies.SLOTS)
    return Flow(name, slots, _next_act(diagnosis), levels=remedies.LEVELS)


FLOWS = {
    name: _flow(name, diagnosis)
    for name, diagnosis in (
        ("service_issue", SERVICE),
        ("mobile_data_issue", MOBILE_DATA),
        ("mms_issue", PICTURES),
    )
}
