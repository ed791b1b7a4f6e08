"""Who is in the call besides us, as a fold: people announced, rung, with the caller, gone again.

Decides nothing, like all of `agent/fold.py`. Whenever people come into it, what led to them is
settled: the counters that escalation rules look at begin anew, so that the same rule does not
answer at once when the call comes back to us.
"""

from collections.abc import Sequence

from agent.actions import Transfer
from agent.acts import Handoff
from agent.commands import (
    AskKnowledge,
    Cancel,
    Command,
    Deny,
    ForgetSlot,
    OfferChoices,
    SayGoodbye,
    SetSlot,
    Signal,
    StartFlow,
)
from agent.events import (
    Hypothesis,
    KeyPressed,
    PersonJoined,
    PersonLeft,
    TransferFailed,
    TurnEnded,
    TurnStarted,
)
from agent.state import ALTERNATIVES, Conversation, PendingTransfer, Wanted, replace

BETWEEN_OTHERS = (TurnStarted, Hypothesis, TurnEnded, KeyPressed)  # not for us while a person talks
_OTHER_WISHES = (
    AskKnowledge,
    Cancel,
    Deny,
    ForgetSlot,
    OfferChoices,
    SayGoodbye,
    SetSlot,
    StartFlow,
)


def not_wanted(commands: Sequence[Command]) -> bool:
    """Whether a caller for whom people are called wants something else than a person now."""
    wants_person = any(isinstance(command, Signal) for command in commands)
    return not wants_person and any(isinstance(command, _OTHER_WISHES) for command in commands)


def reset_escalation(c: Conversation) -> Conversation:
    """What called for a person is dealt with."""
    return replace(
        c,
        signals=(),
        agreed="",
        misunderstood=0,
        confidences=(),
        unserved=(),
        silences=0,
        failures=0,
        model_failures=0,
        wrong_identity=0,
        keys="",
    )


def announced(c: Conversation, handoff: Handoff) -> Conversation:
    """The caller is told that people are called."""
    c = turned_to_people(c, handoff)
    return replace(c, transfer=PendingTransfer(handoff.reason, handoff.queue))


def turned_to_people(c: Conversation, handoff: Handoff) -> Conversation:
    """A person is wanted, whether there is one at this hour or not."""
    return replace(
        reset_escalation(c),
        told=c.told | {(c.flow, handoff.key)},
        flows=_without_alternatives(c.flows),
        handoff=(handoff.reason, handoff.queue),
        settled=c.settled | {handoff.reason},
        barred=c.barred or handoff.reason == "identity_not_verified",
        held=(),
        unanswered="",
    )


def taken_over(c: Conversation, person: str) -> Conversation:
    """The caller is told that somebody at the desk takes the call; what they wanted stays."""
    transfer = PendingTransfer("taken_over", "", person)
    return replace(reset_escalation(c), transfer=transfer, closing="", held=(), unanswered="")


def ringing(c: Conversation, transfer: Transfer) -> Conversation:
    """People are rung."""
    target = PendingTransfer(
        transfer.reason, transfer.queue, transfer.target, transfer.request, since=c.at
    )
    return replace(c, transfer=target, requests=transfer.request)


def withdrawn(c: Conversation, request: int) -> Conversation:
    """They are not rung any more."""
    if c.transfer is None or not request or c.transfer.request != request:
        return c
    return replace(reset_escalation(c), transfer=None, quiet_since=c.at)


def apply(c: Conversation, event: PersonJoined | TransferFailed | PersonLeft) -> Conversation:
    """What became of it."""
    match event:
        case PersonJoined() if c.people and not c.ended:  # who has hung up is with nobody
            return replace(
                _quiet(c),
                person=event.person,
                transfer=None,
                handoff=None,
                unreached=0,
                closing="",
                flows=_without_alternatives(c.flows),
            )
        case TransferFailed():
            return withdrawn(c, event.request)
        case PersonLeft() if c.person is not None:
            return replace(_quiet(c), person=None)
    return c


def _quiet(c: Conversation) -> Conversation:
    """Nobody's turn, no question: what was in the air belongs to another talk."""
    return replace(
        reset_escalation(c),
        question="",
        asked=0,
        turn_open=False,
        turn_since=c.at,
        hypothesis=None,
        quiet_since=c.at,
        cut=(),
        held=(),
        unanswered="",
    )


def _without_alternatives(flows: tuple[Wanted, ...]) -> tuple[Wanted, ...]:
    return tuple(w for w in flows if w.flow != ALTERNATIVES)
