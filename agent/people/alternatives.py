"""Nobody could be reached: wait, be called back, or go on with us. Never a dead end.

A use case like those in `agent/flows/`, but one that nobody asks for: it is not in the menu, and no
language model may start it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from agent.acts import Act, Ask, Confirm, Handoff, LookUp
from agent.flow import Flow, Known, Slot
from agent.hours import ALWAYS, Hours, is_open, next_opening
from agent.policy import Policy
from agent.state import ALTERNATIVES

ALTERNATIVE = Slot("alternative", "choice", choices=("wait", "callback", "go_on"))
NUMBER = Slot("number", "digits", check="phone", abroad=True)

_ROUND = timedelta(minutes=5)  # a time that is proposed is one that people say
_SHORTEST = 5  # digits of a number that can be called


def alternatives(policy: Policy) -> Flow:
    """The use case under this policy."""
    return Flow(ALTERNATIVES, (ALTERNATIVE, NUMBER), lambda known: _next_act(known, policy))


def _next_act(known: Known, policy: Policy) -> Act | None:
    handoff = known.handoff
    if handoff is None:
        return None
    hours = policy.queue(handoff.queue).hours
    soon = timedelta(seconds=policy.callback_after)
    time = None
    if known.local:
        time = propose(hours, known.local, soon, known.rejected("when"))
    match known.slot("alternative"):
        case None:
            there = known.local is None or is_open(hours, known.local)
            return _offer(there, time is not None, known.unreached)
        case "wait":
            return handoff
        case "callback":
            return _call_back(known, handoff, time)
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


def _call_back(known: Known, handoff: Handoff, time: str | None) -> Act | None:
    """The number, the time, the booking, and what was booked."""
    number, when = known.slot("number"), known.slot("when")
    if when is None and time is None:
        return known.tell("no_callback")
    if number is None:
        shown = known.number
        usable = shown and shown.lstrip("+").isdigit() and len(shown) >= _SHORTEST
        refused = shown in known.rejected("number")
        return Confirm("number", shown) if shown and usable and not refused else Ask("number")
    if when is None:
        return Confirm("when", time or "")
    booking = {
        "number": number,
        "time": when,
        "queue": handoff.queue,
        "reason": handoff.reason,
    }
    if known.fact("callback", **booking) is None:
        return LookUp("callback", booking)
    values: Mapping[str, str] = Confirm("when", when).values
    return known.tell("callback", {**values, "number": number}, number=number, time=when)


def propose(
    hours: Hours, local: datetime, soon: timedelta, rejected: tuple[str, ...]
) -> str | None:
    """When to call back, ISO to the minute; None if the desk never opens.

    Soon where somebody is there now and then; otherwise when the desk opens next. Whoever does not
    want that is offered the opening after it.
    """
    refused = max((datetime.fromisoformat(time) for time in rejected), default=local)
    if refused > local:
        time = _after(hours, refused, soon)
    else:
        early = _rounded(local + soon)
        fits = is_open(hours, local) and is_open(hours, early)
        time = early if fits else next_opening(hours, local)
    return time.isoformat(timespec="minutes") if time else None


def _after(hours: Hours, refused: datetime, soon: timedelta) -> datetime | None:
    later = _rounded(refused + soon)
    if hours.week == ALWAYS and is_open(hours, later):  # it has no next opening
        return later
    return next_opening(hours, refused)


def _rounded(time: datetime) -> datetime:
    """Up to the next time that people say."""
    midnight = time.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - (midnight - time) // _ROUND * _ROUND
