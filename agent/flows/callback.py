"""Being called back: on which number, when, booked, and told. Shared by use cases that offer it.

A caller may name a moment of their own instead of the one that is proposed; it is read back, and
where nobody is there then, the nearest is proposed.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from agent.acts import Act, Ask, Confirm, LookUp
from agent.flow import Flow, Known, Slot
from agent.hours import ALWAYS, Hours, is_open, nearest, next_opening, span_of
from agent.policy import Policy
from agent.slots.moment import Clock, rounded
from agent.state import ALTERNATIVES, Conversation

NUMBER = Slot("number", "digits", check="phone", abroad=True)
MOMENT = Slot("moment", "moment", instead_of="when")
CALL_BACK = (NUMBER, MOMENT)

_SHORTEST = 5  # digits of a number that can be called


def call_back(known: Known, queue: str, reason: str, *, ask: bool = False) -> Act | None:
    """The number, the time, the booking, and what was booked; `ask` for a time before proposing."""
    hours = known.policy.queue(queue).hours
    number, when = known.slot("number"), known.slot("when")
    proposal = _proposal(known, hours)
    if when is None and proposal is None:
        return known.tell("no_callback")
    if number is None:
        return _number(known)
    if when is None:
        return _when(known, hours, proposal or "", ask)
    booking = {"number": number, "time": when, "queue": queue, "reason": reason}
    if known.fact("callback", **booking) is None:
        return LookUp("callback", booking)
    values: Mapping[str, str] = Confirm("when", when).values
    return known.tell("callback", {**values, "number": number}, number=number, time=when)


def clock(c: Conversation, flows: Mapping[str, Flow], policy: Policy) -> Clock | None:
    """What a moment that the caller names depends on; None where the time is not known."""
    if c.local is None:
        return None
    handoff = c.handoff[1] if c.handoff else ""
    flow = flows.get(c.flow)
    queue = handoff if c.flow == ALTERNATIVES or flow is None else flow.queue
    near = None
    match c.question.split(":", 2):
        case ["confirm", "when", time]:
            near = datetime.fromisoformat(time)
    return Clock(c.local, policy.queue(queue).hours, near, c.question == MOMENT.name)


def _number(known: Known) -> Act:
    shown = known.number
    usable = shown and shown.lstrip("+").isdigit() and len(shown) >= _SHORTEST
    refused = shown in known.rejected("number")
    return Confirm("number", shown) if shown and usable and not refused else Ask("number")


def _when(known: Known, hours: Hours, proposal: str, ask: bool) -> Act:
    """The time that is proposed, or the question for one; what was refused is the caller's own."""
    wanted = known.slot("moment")
    if wanted is None and (ask or known.rejected("moment")):
        return Ask("moment")
    if wanted not in (None, proposal) and (
        span := span_of(hours, datetime.fromisoformat(proposal))
    ):
        opens, closes = (time.isoformat(timespec="minutes") for time in span)
        values = {"day": opens[:10], "opens": opens[11:], "closes": closes[11:]}
        if act := known.tell("closed_then", values, time=wanted or ""):
            return act
    refused = wanted is None and known.rejected("when")
    return Confirm("when", proposal, "confirm.when.other" if refused else "")


def _proposal(known: Known, hours: Hours) -> str | None:
    """ISO to the minute; None if people are never there, or the time is not known."""
    local = known.local
    if local is None:
        return None
    if wanted := known.slot("moment"):
        time = nearest(hours, datetime.fromisoformat(wanted), local)
        return time.isoformat(timespec="minutes") if time else None
    soon = timedelta(seconds=known.policy.callback_after)
    return propose(hours, local, soon, known.rejected("when"))


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
        early = rounded(local + soon)
        fits = is_open(hours, local) and is_open(hours, early)
        time = early if fits else next_opening(hours, local)
    return time.isoformat(timespec="minutes") if time else None


def _after(hours: Hours, refused: datetime, soon: timedelta) -> datetime | None:
    later = rounded(refused + soon)
    if hours.week == ALWAYS and is_open(hours, later):  # it has no next opening
        return later
    return next_opening(hours, refused)
