"""The conversation as a fold over its events and the dialogue's actions.

`apply` takes in what happened, `record` what the dialogue asked for; neither decides anything. The
call log holds both in order, so any prefix of a log gives back the state the call was in.
"""

from collections.abc import Set

from agent import arrivals, caller_pauses
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
    Retrieve,
    Route,
    Speak,
    Transfer,
    Withdraw,
)
from agent.acts import Handoff
from agent.effects import decided, not_booked
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
    PersonJoined,
    PersonLeft,
    Retrieved,
    SpeechEnded,
    SpeechStarted,
    TransferFailed,
    TurnEnded,
    TurnStarted,
)
from agent.people import participants
from agent.privacy import redact
from agent.state import REMEMBERED, THOUGHTS, Conversation, Line, Pending, replace


def apply(c: Conversation, event: Event) -> Conversation:
    """The conversation after an event."""
    c = replace(c, at=max(c.at, event.at), fresh=True)
    if c.person is not None and isinstance(event, participants.BETWEEN_OTHERS):
        return c
    match event:
        case CallStarted():
            return _call_started(c, event)
        case TurnStarted():
            return _turn_started(c, event)
        case Hypothesis():
            return replace(c, hypothesis=event)
        case TurnEnded():
            return _turn_ended(c, event)
        case KeyPressed():
            return _key_pressed(c, event)
        case SpeechStarted():
            return replace(c, quiet_since=event.at)
        case SpeechEnded():
            return _speech_ended(c, event)
        case Fetched() | Failed() | Interpreted():
            return arrivals.answered(c, event)
        case Retrieved() if awaited(c, event.request):
            return arrivals.retrieved(c, event)
        case Composed() if awaited(c, event.request):
            return arrivals.composed(c, event)
        case PersonJoined() | TransferFailed() | PersonLeft():
            return participants.apply(c, event)
        case CallEnded():
            return replace(c, ended=True)
    return c


def _call_started(c: Conversation, event: CallStarted) -> Conversation:
    return replace(
        c,
        call=event.call,
        channel=event.channel,
        caller=event.caller,
        language=event.language,
        language_model=event.language_model,
        knowledge=event.knowledge,
        patience=event.patience,
        people=event.people,
        calls_before=event.calls_before,
        now=event.now,
        unvalidated=event.unvalidated,
        offered=event.offered,
        quiet_since=event.at,
    )


def _turn_started(c: Conversation, event: TurnStarted) -> Conversation:
    return replace(
        c,
        slowness=caller_pauses.after_start(c, event),
        turn=c.turn + 1,
        turn_open=True,
        unanswered=c.hypothesis.text if c.deferred and c.hypothesis else c.unanswered,
        deferred=False,
        turn_since=event.at,
        typed_over=c.typed_at > event.at - event.noticed,
        hypothesis=None,
    )


def _turn_ended(c: Conversation, event: TurnEnded) -> Conversation:
    text = c.hypothesis.text if c.hypothesis and not c.typed_over else ""
    sure = (c.hypothesis.confidence,) if c.hypothesis and text else ()
    text = redact(text) if c.expecting.secret else text
    heard = (Line("caller", text),) if text else ()
    return replace(
        c,
        turn_open=False,
        turn_ended=event.at if text else -1.0,
        slowness=caller_pauses.after_end(c, event),
        words_at=event.at - event.paused,
        signed=False,
        intents=event.intents,
        clauses=event.clauses,
        reply=event.reply,
        deferred=bool(text) and c.cannot_stop and len(c.saying) > 1 and not c.transfer,
        quiet_since=event.at,
        silences=0 if text else c.silences,
        confidences=(*c.confidences, *sure)[-REMEMBERED:],
        held=() if text else c.held,
        transcript=c.transcript + heard,
    )


def _key_pressed(c: Conversation, event: KeyPressed) -> Conversation:
    return replace(
        c,
        keys="" if event.key == "*" else c.keys + event.key,
        typed_at=event.at,
        words_at=event.at,
        signed=False,
        typed_over=c.typed_over or c.turn_open,
        quiet_since=event.at,
        silences=0,
        cut=(),
    )


def _speech_ended(c: Conversation, event: SpeechEnded) -> Conversation:
    ended = next((s for s in c.saying if s.utterance == event.utterance), None)
    text = redact(event.heard) if ended and ended.secret else event.heard
    heard = (Line("agent", text, event.utterance),) if text else ()
    cut = (*c.cut, ended) if ended and event.interrupted else c.cut
    cut = tuple(
        replace(speak, since=event.played) if speak.utterance == event.utterance else speak
        for speak in cut
    )
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
            transfer = c.transfer if c.transfer and c.transfer.request else None
            c = replace(_untell(c, unsaid), cut=c.saying, saying=(), transfer=transfer)
            return replace(c, deferred=False, closing="" if c.is_taking_leave else c.closing)
        case Listen():
            again = action.question == c.question
            return replace(
                c,
                question=action.question,
                expecting=action.expecting,
                asked=c.asked + 1 if again else 1,
                keys="",
                digits=c.digits if again else "",
            )
        case Explain(rung="escalation"):
            return replace(c, why=action.why)
        case Explain(rung="partial"):
            return replace(decided(c, action), alarmed=c.turn)
        case Explain():
            return decided(c, action)
        case Route():
            return _routed(c, action)
        case Fetch(request, name, arguments):
            return _asked(c, Pending(request, name, arguments, c.at))
        case Retrieve(request, text):
            c = replace(c, passages=(), answered=0, held=(), unanswered=text)
            return _asked(c, Pending(request, "retrieve", {}, c.at))
        case Interpret(request, text):
            return replace(_asked(c, Pending(request, "interpret", {}, c.at)), unanswered=text)
        case Compose(request):
            c = replace(c, passages=(), answered=0, held=())
            return _asked(c, Pending(request, "compose", {}, c.at))
        case Abandon(request, late):
            gone = next((p for p in c.pending if p.request == request), None)
            others = tuple(p for p in c.pending if p is not gone)
            if late and gone and gone.name == "callback":
                return not_booked(replace(c, pending=others, quiet_since=c.at), gone, free=True)
            if late and gone is not None and gone.name in THOUGHTS:
                c = arrivals.model_failed(c, gone)
            failed = late and gone is not None and gone.name not in THOUGHTS
            return replace(c, pending=others, failures=c.failures + failed, quiet_since=c.at)
        case Transfer() if action.request:
            return participants.ringing(c, action)
        case Withdraw(request):
            return participants.withdrawn(c, request)
        case Transfer() | HangUp():
            return replace(c, ended=True)
    return c


def _routed(c: Conversation, route: Route) -> Conversation:
    """A turn's language was weighed: from when it is told that we do not speak it, turns count."""
    before, memory = c.routing, route.memory
    c = replace(c, routing=memory)
    if route.kind == "unsupported":
        return replace(c, unserved=(route.language,))
    if memory == before:  # it told nothing
        return c
    again = memory.rival and memory.rival in c.unserved
    return replace(c, unserved=(*c.unserved, memory.rival) if again else ())


def _asked(c: Conversation, pending: Pending) -> Conversation:
    return replace(c, pending=(*c.pending, pending), requests=pending.request)


def _spoken(c: Conversation, speak: Speak) -> Conversation:
    aside = speak.act == "pace"  # "of course": what is said slower is what was said before it
    said = (speak,) if c.fresh else (*c.said, speak)
    c = replace(
        c,
        saying=(*c.saying, speak),
        said=c.said if aside else said,
        fresh=c.fresh and aside,
        cut=(),
        utterances=speak.utterance,
    )
    match speak.act.split():
        case ["greet.disclosure"]:
            return replace(c, disclosed=c.disclosed | {speak.language})
        case ["inform", *_]:
            return replace(c, told=c.told | {(c.flow, speak.act)})
        case ["handoff", reason, queue] if c.people:
            return participants.announced(c, Handoff(reason, queue))
        case ["closed", reason, queue]:
            return participants.turned_to_people(c, Handoff(reason, queue))
        case ["taken_over", *_]:
            return participants.taken_over(c, speak.act.partition(" ")[2])
        case ["unreached"]:
            return replace(c, unreached=c.unreached + 1)
        case ["handoff", reason, queue]:
            return replace(c, handoff=(reason, queue), closing="transferred")
        case ["goodbye" | "silent" as closing]:
            return replace(c, closing=closing)
        case ["sorry.angry"]:
            return replace(c, consoled=True)
        case ["answer", *_]:
            return replace(c, answered=c.answered + 1)
        case ["silence"]:
            return replace(c, silences=c.silences + 1)
        case ["thinking"]:
            return replace(c, signed=True)
        case ["wait"]:
            return replace(c, pending=tuple(replace(p, noted=True) for p in c.pending))
    return c
