"""The conversation once something that was asked for arrives (`agent/fold.py`)."""

from agent.acts import key
from agent.effects import not_booked
from agent.events import NOT_KNOWN, Composed, Failed, Fetched, Interpreted, Retrieved
from agent.state import THOUGHTS, Conversation, Pending, replace


def answered(c: Conversation, event: Fetched | Failed | Interpreted) -> Conversation:
    """The back office answered, or failed, or the language model proposed."""
    asked = next((p for p in c.pending if p.request == event.request), None)
    if asked is None:  # superseded: in the log, and of no consequence
        return c
    if isinstance(event, Fetched) and event.name != asked.name:
        return c  # in a replay the number may be another request's now, which this does not answer
    c = replace(
        c,
        pending=tuple(p for p in c.pending if p.request != event.request),
        quiet_since=event.at,
    )
    if asked.name in THOUGHTS:
        broken = isinstance(event, Failed) and event.reason != NOT_KNOWN
        return replace(model_failed(c, asked) if broken else c, unanswered="")
    if asked.name == "callback" and not (isinstance(event, Fetched) and event.value.get("booked")):
        return not_booked(c, asked, free=not isinstance(event, Fetched))
    if not isinstance(event, Fetched):
        return replace(c, failures=c.failures + 1)
    facts = {**c.facts, key(asked.name, asked.arguments): event.value}
    c = replace(c, facts=facts, failures=0)
    if asked.name not in ("verify", "check_code"):
        return c
    if event.value.get("verified"):
        return replace(c, wrong_identity=0)
    slots = {k: v for k, v in c.slots.items() if k not in ("pin", "code")}
    facts.pop(key(asked.name, asked.arguments))  # so that the same code can be tried again
    return replace(c, slots=slots, facts=facts, wrong_identity=c.wrong_identity + 1)


def model_failed(c: Conversation, asked: Pending) -> Conversation:
    """A turn needed the language model, and has to do without; the knowledge base is none."""
    return replace(c, model_failures=c.model_failures + (asked.name in ("interpret", "compose")))


def retrieved(c: Conversation, event: Retrieved) -> Conversation:
    """What was found answers a `Retrieve`; of a `Compose` the sentences are still to come."""
    others = tuple(p for p in c.pending if (p.request, p.name) != (event.request, "retrieve"))
    unanswered = c.unanswered if others == c.pending else ""
    return replace(c, passages=event.passages, pending=others, unanswered=unanswered)


def composed(c: Conversation, event: Composed) -> Conversation:
    """The request lives as long as sentences come; those that come amid a turn are held."""
    if c.turn_open and event.text:
        c = replace(c, held=(*c.held, event.text))
    others = tuple(p for p in c.pending if p.request != event.request)
    if event.last:
        return replace(c, pending=others, quiet_since=event.at)
    going_on = (replace(p, since=event.at, noted=True) for p in c.pending if p not in others)
    return replace(c, pending=(*others, *going_on))
