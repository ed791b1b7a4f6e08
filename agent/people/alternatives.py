"""Nobody could be reached: wait, be called back, or go on with us. Never a dead end.

A use case like those in `agent/flows/`, but one that nobody asks for: it is not in the menu, and no
language model may start it.
"""

from agent.acts import Act, Ask
from agent.flow import Flow, Known, Slot
from agent.flows.callback import CALL_BACK, call_back
from agent.hours import is_open, next_opening
from agent.state import ALTERNATIVES

ALTERNATIVE = Slot("alternative", "choice", choices=("wait", "callback", "go_on"), along="moment")


def next_act(known: Known) -> Act | None:
    """Which way, and what it takes; a moment that was named is a callback's."""
    handoff = known.handoff
    if handoff is None:
        return None
    match known.slot("alternative") or ("callback" if known.slot("moment") else None):
        case None:
            hours, local = known.policy.queue(handoff.queue).hours, known.local
            there = local is None or is_open(hours, local)
            ever = local is not None and (there or next_opening(hours, local) is not None)
            return _offer(there, ever, known.unreached)
        case "wait":
            return handoff
        case "callback":
            return call_back(known, handoff.queue, handoff.reason)
    return None


def _offer(there: bool, callback: bool, unreached: int) -> Act | None:
    match there, callback:
        case True, True:  # who waited twice in vain hears of other ways first
            late = unreached > 1
            return Ask("alternative", "ask.alternative.late" if late else "ask.alternative")
        case False, True:
            return Ask("alternative", "ask.alternative.closed")
        case True, False:
            return Ask("alternative", "ask.alternative.waiting")
    return None


FLOW = Flow(ALTERNATIVES, (ALTERNATIVE, *CALL_BACK), next_act)
