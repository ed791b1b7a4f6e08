"""The conversation as a fold over its events and the dialogue's actions.

`apply` takes in what happened, `record` what the dialogue asked for; neither decides anything. The
call log holds both in order, so any prefix of a log gives back the state the call was in.
"""

from collections.abc import Set
from dataclasses import replace

from agent.actions import (
    Abandon,
    Action,
    Compose,
    Explain,
    Fetch,
    HangUp,
    Hush,
    Interpret,
    Listen,
    Route,
    Speak,
    Transfer,
)
from agent.acts import key
from agent.commands import (
    Cancel,
    ChangeLanguage,
    Command,
    FinishFlow,
    ForgetSlot,
    NotUnderstood,
    SetSlot,
    Signal,
    StartFlow,
)
from agent.events import (
    CallEnded,
    CallStarted,
    Composed,
    Event,
    Failed,
    Fetched,
    Hypothesis,
    Interpreted,
    KeyPressed,
    Retrieved,
    SpeechEnded,
    SpeechStarted,
    TurnEnded,
    TurnStarted,
)
from agent.routing import stated as routed_by_caller
from agent.state import LASTING, THOUGHTS, Conversation, Filled, Line, Pending, Wanted


def apply(c: Conversation, event: Event) -> Conversation:
    """The conversation after an event."""
    c = replace(c, at=max(c.at, event.at), fresh=True)
    match event:
        case CallStarted():
            return replace(
                c,
                channel=event.channel,
                caller=event.caller,
                language=event.language,
                language_model=event.language_model,
                quiet_since=event.at,
            )
        case TurnStarted():
            return replace(c, turn=c.turn + 1, turn_open=True, turn_since=event.at, hypothesis=None)
        case Hypothesis():
            return replace(c, hypothesis=event)
        case TurnEnded():
            text = c.hypothesis.text if c.hypothesis else ""
            heard = (Line("caller", text),) if text else ()
            silences = 0 if text else c.silences
            return replace(
                c,
                turn_open=False,
                quiet_since=event.at,
                silences=silences,
                held=() if text else c.held,
                transcript=c.transcript + heard,
            )
        case KeyPressed():
            keys = "" if event.key == "*" else c.keys + event.key
            return replace(c, keys=keys, quiet_since=event.at, silences=0, cut=())
        case SpeechStarted():
            return replace(c, quiet_since=event.at)
        case SpeechEnded():
            return _speech_ended(c, event)
        case Fetched() | Failed() | Interpreted():
            return _answered(c, event)
        case Retrieved() if awaited(c, event.request):
            return replace(c, passages=event.passages)
        case Composed() if awaited(c, event.request):
            return _composed(c, event)
        case CallEnded():
            return replace(c, ended=True)
    return c


def _speech_ended(c: Conversation, event: SpeechEnded) -> Conversation:
    ended = next((s for s in c.saying if s.utterance == event.utterance), None)
    heard = (Line("agent", event.heard, event.utterance),) if event.heard else ()
    cut = (*c.cut, ended) if ended and event.interrupted else c.cut
    if event.interrupted and not event.heard:
        c = _untell(c, {s.act for s in c.cut[:1] if s.utterance == event.utterance})
    return replace(
        c,
        saying=tuple(s for s in c.saying if s is not ended),
        cut=cut,
        quiet_since=event.at,
        transcript=c.transcript + heard,
    )


def _untell(c: Conversation, acts: Set[str]) -> Conversation:
    """What the caller did not hear a word of was not told."""
    return replace(c, told=frozenset(t for t in c.told if t[1] not in acts))


def _answered(c: Conversation, event: Fetched | Failed | Interpreted) -> Conversation:
    asked = next((p for p in c.pending if p.request == event.request), None)
    if asked is None:  # superseded: in the log, and of no consequence
        return c
    c = replace(
        c,
        pending=tuple(p for p in c.pending if p.request != event.request),
        quiet_since=event.at,
    )
    if asked.name in THOUGHTS:
        return replace(c, unanswered="")
    if not isinstance(event, Fetched):
        return replace(c, failures=c.failures + 1)
    facts = {**c.facts, key(asked.name, asked.arguments): event.value}
    c = replace(c, facts=facts, failures=0)
    if asked.name != "verify":
        return c
    if event.value.get("verified"):
        return replace(c, wrong_identity=0)
    slots = {k: v for k, v in c.slots.items() if k != "pin"}
    facts.pop(key(asked.name, asked.arguments))  # so that the same code can be tried again
    return replace(c, slots=slots, facts=facts, wrong_identity=c.wrong_identity + 1)


def _composed(c: Conversation, event: Composed) -> Conversation:
    """The request lives as long as sentences come; those that come amid a turn are held."""
    if c.turn_open and event.text:
        c = replace(c, held=(*c.held, event.text))
    others = tuple(p for p in c.pending if p.request != event.request)
    if event.last:
        return replace(c, pending=others, quiet_since=event.at)
    going_on = (replace(p, since=event.at, noted=True) for p in c.pending if p not in others)
    return replace(c, pending=(*others, *going_on))


def awaited(c: Conversation, request: int) -> bool:
    """Whether an answer to this request is still wanted."""
    return any(p.request == request for p in c.pending)


def record(c: Conversation, action: Action) -> Conversation:
    """The conversation after the dialogue asked for something."""
    match action:
        case Speak():
            return _spoken(c, action)
        case Hush():
            begun = {speak.act for speak in c.saying[:1]}
            unsaid = {speak.act for speak in c.saying} - begun
            return replace(_untell(c, unsaid), cut=c.saying, saying=())
        case Listen():
            again = action.question == c.question
            return replace(
                c,
                question=action.question,
                expecting=action.expecting,
                asked=c.asked + 1 if again else 1,
                keys="",
            )
        case Explain():
            if _settles(action):
                c = replace(c, misunderstood=0)
            for command in action.commands:
                c = _obey(c, command)
            return replace(c, keys="", unanswered="")
        case Route():
            return replace(c, routing=action.memory)
        case Fetch(request, name, arguments):
            return _asked(c, Pending(request, name, arguments, c.at))
        case Interpret(request, text):
            return replace(_asked(c, Pending(request, "interpret", {}, c.at)), unanswered=text)
        case Compose(request):
            c = replace(c, passages=(), answered=0, held=())
            return _asked(c, Pending(request, "compose", {}, c.at))
        case Abandon(request, late):
            gone = next((p for p in c.pending if p.request == request), None)
            others = tuple(p for p in c.pending if p is not gone)
            failed = late and gone is not None and gone.name not in THOUGHTS
            return replace(c, pending=others, failures=c.failures + failed, quiet_since=c.at)
        case Transfer() | HangUp():
            return replace(c, ended=True)
    return c


def _asked(c: Conversation, pending: Pending) -> Conversation:
    return replace(c, pending=(*c.pending, pending), requests=pending.request)


def _spoken(c: Conversation, speak: Speak) -> Conversation:
    c = replace(
        c,
        saying=(*c.saying, speak),
        said=(speak,) if c.fresh else (*c.said, speak),
        fresh=False,
        cut=(),
        utterances=speak.utterance,
    )
    match speak.act.split():
        case ["inform", *_]:
            return replace(c, told=c.told | {(c.flow, speak.act)})
        case ["handoff", reason, queue]:
            return replace(c, handoff=(reason, queue), closing="transferred")
        case ["goodbye" | "silent" as closing]:
            return replace(c, closing=closing)
        case ["answer", *_]:
            return replace(c, answered=c.answered + 1)
        case ["silence"]:
            return replace(c, silences=c.silences + 1)
        case ["wait"]:
            return replace(c, pending=tuple(replace(p, noted=True) for p in c.pending))
    return c


def _settles(explain: Explain) -> bool:
    """Whether a turn was understood for good: nothing in it waits for a yes."""
    return not any(
        isinstance(command, NotUnderstood) or not getattr(command, "confirmed", True)
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
        case ForgetSlot(slot):
            gone = {slot, "pin"} if slot == "line" else {slot}  # a code belongs to its line
            old = c.slots.get(slot)
            rejected = c.rejected | ({old.value} if old else set())
            if slot == "line" and c.caller:
                rejected = rejected | {c.caller}
            slots = {k: v for k, v in c.slots.items() if k not in gone}
            return replace(c, slots=slots, rejected=rejected)
        case Cancel():
            return replace(c, flows=c.flows[:-1], question="")
        case FinishFlow(flow):
            others = tuple(w for w in c.flows if w.flow != flow)
            return replace(c, flows=others, finished=flow)
        case Signal(name, True):
            return replace(c, signals=(*c.signals, name))
        case ChangeLanguage(language, True, stated):
            routing = routed_by_caller(c.routing, language) if stated else c.routing
            return replace(c, language=language, routing=routing)
        case NotUnderstood():
            return replace(c, misunderstood=c.misunderstood + 1)
    return c


def _start(c: Conversation, flow: str, confirmed: bool) -> Conversation:
    others = tuple(w for w in c.flows if w.flow != flow)
    known = next((w for w in c.flows if w.flow == flow), None)
    if known is None:  # asked for anew: what was told of it before may be told again
        slots = {k: v for k, v in c.slots.items() if v.flow != flow or k in LASTING}
        c = replace(c, slots=slots, told=frozenset(t for t in c.told if t[0] != flow))
    return replace(c, flows=(*others, Wanted(flow, confirmed or bool(known and known.confirmed))))
