"""When a person takes over: one function per rule, asked in this order, first answer wins.

A rule's name is the reason code in the log, the packet and the metrics. What it looks at is the
conversation and nothing else, so every handoff can be explained from the log alone. Thresholds and
queues are the operator's (`prompts/escalation.toml`); a rule without a setting there is off.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from agent.acts import Handoff
from agent.policy import Policy
from agent.state import Conversation

Rule: TypeAlias = Callable[[Conversation, Policy], Handoff | None]

# The signals that rules count: rule -> intent in `prompts/<language>/intents.toml`.
WATCHES: Mapping[str, str] = {
    "emergency": "emergency",
    "in_distress": "distress",
    "fraud_suspected": "fraud",
    "bereaved": "bereavement",
    "threatens_legally": "legal",
    "goes_public": "press",
    "asked_for_person": "person",
    "threatens_to_leave": "leaving",
    "angry": "anger",
}


def emergency(c: Conversation, policy: Policy) -> Handoff | None:
    """Somebody may be in danger."""
    return _signalled("emergency", c, policy)


def in_distress(c: Conversation, policy: Policy) -> Handoff | None:
    """Somebody is desperate, threatened or helpless, or depends on the line."""
    return _signalled("in_distress", c, policy)


def fraud_suspected(c: Conversation, policy: Policy) -> Handoff | None:
    """Somebody else acts in the caller's name, or tried to."""
    return _signalled("fraud_suspected", c, policy)


def bereaved(c: Conversation, policy: Policy) -> Handoff | None:
    """The contract is that of somebody who died."""
    return _signalled("bereaved", c, policy)


def threatens_legally(c: Conversation, policy: Policy) -> Handoff | None:
    """The caller speaks of lawyers or courts."""
    return _signalled("threatens_legally", c, policy)


def goes_public(c: Conversation, policy: Policy) -> Handoff | None:
    """The caller turns to a regulator, an ombudsman or the press."""
    return _signalled("goes_public", c, policy)


def asked_for_person(c: Conversation, policy: Policy) -> Handoff | None:
    """The caller asked for one."""
    return _signalled("asked_for_person", c, policy)


def threatens_to_leave(c: Conversation, policy: Policy) -> Handoff | None:
    """The caller wants to end the contract."""
    return _signalled("threatens_to_leave", c, policy)


def angry(c: Conversation, policy: Policy) -> Handoff | None:
    """The caller is angry at us."""
    return _signalled("angry", c, policy)


def identity_not_verified(c: Conversation, policy: Policy) -> Handoff | None:
    """The secret code was wrong too often."""
    return _after("identity_not_verified", c.wrong_identity, policy)


def back_office_unavailable(c: Conversation, policy: Policy) -> Handoff | None:
    """What is needed cannot be looked up."""
    return _after("back_office_unavailable", c.failures, policy)


def misunderstood_repeatedly(c: Conversation, policy: Policy) -> Handoff | None:
    """Turns in a row of which nothing could be made."""
    return _after("misunderstood_repeatedly", c.misunderstood, policy)


RULES: tuple[Rule, ...] = (
    emergency,
    in_distress,
    fraud_suspected,
    bereaved,
    threatens_legally,
    goes_public,
    asked_for_person,
    threatens_to_leave,
    angry,
    identity_not_verified,
    back_office_unavailable,
    misunderstood_repeatedly,
)


def escalate(c: Conversation, policy: Policy) -> Handoff | None:
    """The first rule that says so."""
    return next((handoff for rule in RULES if (handoff := rule(c, policy))), None)


def why(c: Conversation, reason: str) -> tuple[str, ...]:
    """The evidence on which the rule `reason` decided: what was said, or what was counted."""
    if signal := WATCHES.get(reason):
        return tuple(f"said: {said}" for name, said in c.evidence if name == signal)
    match reason:
        case "identity_not_verified":
            return (f"secret code wrong {c.wrong_identity} times",)
        case "back_office_unavailable":
            return (f"back office failed {c.failures} times in a row",)
        case "misunderstood_repeatedly":
            return (f"{c.misunderstood} turns in a row not understood",)
    return ()


def _signalled(rule: str, c: Conversation, policy: Policy) -> Handoff | None:
    return _after(rule, c.signals.count(WATCHES[rule]), policy)


def _after(rule: str, count: int, policy: Policy) -> Handoff | None:
    setting = policy.rules.get(rule)
    if setting is None or count < setting.after:
        return None
    return Handoff(rule, setting.queue)
