"""When the dialogue wants to be woken, and what for. It never looks at a clock itself."""

from agent.policy import Policy
from agent.state import THOUGHTS, Conversation, Pending, PendingTransfer


def waiting(pending: Pending, policy: Policy) -> float:
    """How long to wait before "one moment", and after that before going on without an answer."""
    if pending.name in THOUGHTS:
        return policy.think_give_up if pending.noted else policy.think_patience
    return policy.give_up if pending.noted else policy.patience


def deadline(c: Conversation, policy: Policy) -> float | None:
    """The `at` by which a `Tick` is wanted; None while only an event can change anything."""
    if c.ended or not c.language or c.person is not None:
        return None
    if c.closing:  # a last word that never ends must not keep the line open
        return c.quiet_since + policy.last_word
    answers = [p.since + waiting(p, policy) for p in c.pending]
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
