"""What commands do to the conversation: the part of the fold that turns have."""

from collections.abc import Mapping
from typing import Any

from agent.actions import Explain
from agent.commands import (
    AskWhich,
    Cancel,
    ChangeLanguage,
    ChangePace,
    Command,
    DoNotKnow,
    FinishFlow,
    ForgetSlot,
    KeepDigits,
    NotUnderstood,
    SetSlot,
    Signal,
    StartFlow,
    WrongDigit,
)
from agent.languages.language_routing import stated as routed_by_caller
from agent.people.participants import not_wanted
from agent.privacy import SECRET_SLOTS, redact
from agent.question import INSTEAD
from agent.state import ALTERNATIVES, LASTING, Conversation, Filled, Pending, Wanted, replace


def decided(c: Conversation, explain: Explain) -> Conversation:
    """The conversation after a turn, or a step of a use case, was decided so."""
    if _settles(explain):
        c = replace(c, misunderstood=0)
    if c.transfer and not_wanted(explain.commands):  # nobody's reason any more
        c = replace(c, handoff=None)
    yes_to = c.question if explain.intent == "affirm" else ""
    offered = yes_to.startswith(("confirm:signal:", INSTEAD))
    c = replace(c, agreed=yes_to.rpartition(":")[2] if offered else "")
    c = replace(c, flows=_resumed(c, explain))
    for command in explain.commands:
        c = _obey(c, command)
        if isinstance(command, SetSlot) and explain.rung != "keypad":
            c = _unwritten(c, command)
    if len([command for command in explain.commands if isinstance(command, StartFlow)]) > 1:
        later = (replace(w, waits=w.waits or _said_in(explain, w.flow)) for w in c.flows[:-1])
        c = replace(c, flows=(*later, c.flows[-1]))
    return replace(c, keys="", unanswered="")


def _resumed(c: Conversation, explain: Explain) -> tuple[Wanted, ...]:
    """The use cases wanted, where the caller goes back to one of them by themselves.

    What was in hand since, and got no answer and told nothing, was no wish of theirs.
    """
    starts = [command.flow for command in explain.commands if isinstance(command, StartFlow)]
    back = next((n for n, w in enumerate(c.flows) if [w.flow] == starts), None)
    if back is None:
        return c.flows
    used = {filled.flow for filled in c.slots.values()} | {flow for flow, _ in c.told}
    return tuple(w for n, w in enumerate(c.flows) if n <= back or w.flow in used)


def _said_in(explain: Explain, flow: str) -> bool:
    return any(isinstance(c, StartFlow) and c.flow == flow for c in explain.commands)


def _in_hand(flows: tuple[Wanted, ...]) -> tuple[Wanted, ...]:
    """The innermost no longer waits."""
    return (*flows[:-1], replace(flows[-1], waits=False)) if flows else ()


def _unwritten(c: Conversation, command: SetSlot) -> Conversation:
    """A secret that was said aloud, in whatever words, is no line of the transcript."""
    last = c.transcript[-1:]
    if command.slot not in SECRET_SLOTS or not last or last[0].who != "caller":
        return c
    return replace(c, transcript=(*c.transcript[:-1], replace(last[0], text="••••")))


def _settles(explain: Explain) -> bool:
    """Whether a turn was understood for good: nothing in it waits for a yes."""
    unsettled = NotUnderstood | DoNotKnow | AskWhich | WrongDigit
    return not any(
        isinstance(command, unsettled) or not getattr(command, "confirmed", True)
        for command in explain.commands
    )


def _obey(c: Conversation, command: Command) -> Conversation:
    match command:
        case StartFlow(flow, confirmed):
            return _start(c, flow, confirmed)
        case SetSlot(slot, value, confirmed):
            flows = c.flows
            if confirmed and flows:  # a detail that is right makes the wish right it belongs to
                flows = (*flows[:-1], replace(flows[-1], confirmed=True))
            slots = {**c.slots, slot: Filled(value, confirmed, c.flow)}
            return replace(c, slots=slots, flows=flows)
        case KeepDigits(digits=digits):
            return replace(c, digits=digits)
        case ForgetSlot(slot):
            gone = LASTING if slot == "line" else {slot}  # a code belongs to its line
            old = c.slots.get(slot)
            rejected = c.rejected | ({old.value} if old else set())
            match c.question.split(":", 2):
                case ["confirm", "when", value] if slot == "when" and "moment" in c.slots:
                    gone = {slot, "moment"}  # it was the caller's own, or the nearest to it
                    rejected = rejected | {f"moment {value}"}
                case ["confirm", asked, value] if asked == slot or asked == "number":
                    rejected = rejected | {f"{asked} {value}"}  # proposed, and not what they want
            if slot == "line" and c.caller:
                rejected = rejected | {c.caller}
            slots = {k: v for k, v in c.slots.items() if k not in gone}
            return replace(c, slots=slots, rejected=rejected)
        case Cancel() if c.transfer:  # it is the person they do not want any more
            return replace(c, question="")
        case Cancel() if c.question.startswith("menu:"):  # which of them: none
            return replace(c, question="")
        case Cancel(flow) if flow and flow != c.flow:
            return replace(c, flows=tuple(w for w in c.flows if w.flow != flow))
        case Cancel():
            c = replace(c, handoff=None) if c.flow == ALTERNATIVES else c
            return replace(c, flows=_in_hand(c.flows[:-1]), question="")
        case FinishFlow(flow):
            others = _in_hand(tuple(w for w in c.flows if w.flow != flow))
            if flow == ALTERNATIVES:
                return replace(c, flows=others, handoff=None)
            return replace(c, flows=others, finished=flow, facts=_still_true(c, flow))
        case Signal(name, confirmed):
            if not c.agreed:  # a yes to "a colleague?" is no evidence itself
                c = replace(c, evidence=(*c.evidence, (name, last_words(c))))
            return replace(c, signals=(*c.signals, name)) if confirmed else c
        case ChangeLanguage(language, True, stated):
            routing = routed_by_caller(c.routing, language) if stated else c.routing
            return replace(c, language=language, routing=routing)
        case ChangePace(pace):
            return replace(c, pace=pace)
        case NotUnderstood() | DoNotKnow() | WrongDigit():
            return replace(c, misunderstood=c.misunderstood + 1)
    return c


def last_words(c: Conversation) -> str:
    """What the caller said in this turn, as far as it was heard."""
    if c.turn_open and c.hypothesis:
        return redact(c.hypothesis.text) if c.expecting.secret else c.hypothesis.text
    told = (line.text for line in reversed(c.transcript) if line.who == "caller")
    return next(told, "")


def _still_true(c: Conversation, flow: str) -> Mapping[str, Mapping[str, Any]]:
    """What the back office answered, less what an order of this use case may have changed."""
    number = next((w.number for w in c.flows if w.flow == flow), 0)
    if not any(f" order={c.call}-{number} " in f"{known} " for known in c.facts):
        return c.facts
    lasting = ("verify ", "check_code ")
    return {k: v for k, v in c.facts.items() if " order=" in k or k.startswith(lasting)}


def _start(c: Conversation, flow: str, confirmed: bool) -> Conversation:
    others = tuple(w for w in _meant(c) if w.flow != flow)
    known = next((w for w in c.flows if w.flow == flow), None)
    if known is None:  # asked for anew: what was told of it before may be told again
        slots = {k: v for k, v in c.slots.items() if v.flow != flow or k in LASTING}
        told = frozenset(t for t in c.told if t[0] != flow)
        c = replace(c, slots=slots, told=told, wishes=c.wishes + 1)
        known = Wanted(flow, confirmed, c.wishes)
    return replace(c, flows=(*others, replace(known, confirmed=confirmed or known.confirmed)))


def _meant(c: Conversation) -> tuple[Wanted, ...]:
    """The use cases wanted, less the one that we only thought was: another takes its place."""
    asked = c.question == f"confirm:flow:{c.flow}" and not c.flows[-1].confirmed
    return c.flows[:-1] if asked else c.flows


def not_booked(c: Conversation, asked: Pending, free: bool) -> Conversation:
    """Another way has to be found; a time that the back office did not want is not free."""
    slots = {k: v for k, v in c.slots.items() if k not in ("alternative", "when", "moment")}
    if free and "call_back" in slots:  # it was an offer of ours: no more of it
        slots["call_back"] = replace(slots["call_back"], value="no")
    taken = frozenset() if free else frozenset({f"when {asked.arguments['time']}"})
    return replace(c, slots=slots, rejected=c.rejected | taken)
