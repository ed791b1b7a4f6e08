"""When the dialogue wants to be woken, and what for. It never looks at a clock itself."""

from agent.policy import Policy
from agent.state import THOUGHTS, Conversation, Pending, PendingTransfer

_AT_ONCE = 0.1  # s: what is answered within this needs no sign of work before the answer


def due(c: Conversation, pending: Pending, policy: Policy) -> float:
    """When something has to be done about an unanswered request: ask to wait, or go on without it.

    Who thinks about a turn has one clock for all that it takes, from the caller's last words; once
    an answer has begun, from its last sentence.
    """
    if pending.name not in THOUGHTS:
        return pending.since + (policy.give_up if pending.noted else policy.patience)
    patience = c.patience or policy.think_give_up
    if pending.noted:
        return pending.since + patience
    if c.signed:
        return c.words_at + patience
    return max(c.words_at + policy.think_sign, pending.since + _AT_ONCE)


def is_late(c: Conversation, pending: Pending, policy: Policy) -> bool:
    """Whether the call has to go on without the answer to a request, where it is `due`."""
    waited = pending.noted or (c.signed and pending.name in THOUGHTS)
    return waited and c.at >= due(c, pending, policy)


def deadline(c: Conversation, policy: Policy) -> float | None:
    """The `at` by which a `Tick` is wanted; None while only an event can change anything."""
    if c.ended or not c.language or c.person is not None:
        return None
    if c.closing:  # a last word that never ends must not keep the line open
        return c.quiet_since + policy.last_word
    answers = [due(c, pending, policy) for pending in c.pending]
    if c.transfer:
        return min([*answers, reassurance_due(c, c.transfer, policy)])
    if answers:
        return min(answers)
    if c.saying or c.turn_open or not c.question:
        return None
    return c.quiet_since + (policy.between_keys if c.keys else policy.silence)


def transfer_deadline(c: Conversation, transfer: PendingTransfer, policy: Policy) -> float:
    """When nobody is waited for any more, or an announcement that never ends is taken as said."""
    if transfer.request:
        return transfer.since + policy.ring_give_up
    return c.quiet_since + policy.last_word


def reassurance_due(c: Conversation, transfer: PendingTransfer, policy: Policy) -> float:
    """When a caller who waits for people is due a word, or to be waited for no longer."""
    end = transfer_deadline(c, transfer, policy)
    if not transfer.request or c.saying or c.turn_open:
        return end
    return min(end, c.quiet_since + policy.reassure)
