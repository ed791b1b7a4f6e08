"""When a person takes over: one function per rule, asked in this order, first answer wins.

A rule's name is the reason code in the log, the packet and the metrics. What it looks at is the
conversation and nothing else, so every handoff can be explained from the log alone. Thresholds,
queues, hours and another order are the operator's (`prompts/escalation.toml`); a rule without a
table there is off. What a rule counted is told in words by `agent/people/evidence.py`.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from agent.acts import Handoff
from agent.hours import is_open
from agent.people.evidence import amounts_over, said, segment, unsure
from agent.policy import Policy, RuleSetting
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


def policy_says_so(c: Conversation, policy: Policy) -> Handoff | None:
    """The caller wants what the operator has decided is for a person (`flows`)."""
    setting = policy.rules.get("policy_says_so")
    if setting is None or c.flow not in setting.flows or not _is_wanted(c):
        return None
    handoff = _after("policy_says_so", setting.after, c, policy)
    return handoff if handoff and (c.flow, handoff.key) not in c.told else None


def valued_customer(c: Conversation, policy: Policy) -> Handoff | None:
    """The back office says that the verified caller belongs to one of `segments`."""
    setting = policy.rules.get("valued_customer", RuleSetting())
    return _once("valued_customer", int(segment(c) in setting.segments), c, policy)


def amount_above_limit(c: Conversation, policy: Policy) -> Handoff | None:
    """A bill, a balance or an amount in hand is higher than `over` for its currency."""
    setting = policy.rules.get("amount_above_limit", RuleSetting())
    return _once("amount_above_limit", len(amounts_over(c, setting)), c, policy)


def calls_again(c: Conversation, policy: Policy) -> Handoff | None:
    """The number has rung often in the last `days`, this call included, and wants something."""
    return _once("calls_again", (c.calls_before + 1) * _is_wanted(c), c, policy)


def identity_not_verified(c: Conversation, policy: Policy) -> Handoff | None:
    """The secret code was wrong too often."""
    return _after("identity_not_verified", c.wrong_identity, c, policy)


def back_office_unavailable(c: Conversation, policy: Policy) -> Handoff | None:
    """What is needed cannot be looked up."""
    return _after("back_office_unavailable", c.failures, c, policy)


def language_model_failing(c: Conversation, policy: Policy) -> Handoff | None:
    """The language model was late or failed, in this call, for turns that needed it."""
    return _after("language_model_failing", c.model_failures, c, policy)


def language_not_spoken(c: Conversation, policy: Policy) -> Handoff | None:
    """The caller was told that we do not speak their language, and goes on in it."""
    return _after("language_not_spoken", len(c.unserved), c, policy)


def hard_to_hear(c: Conversation, policy: Policy) -> Handoff | None:
    """Turns in a row, or among the `of_last`, were heard with less confidence than `below`."""
    setting = policy.rules.get("hard_to_hear", RuleSetting())
    return _after("hard_to_hear", len(unsure(c, setting)), c, policy)


def misunderstood_repeatedly(c: Conversation, policy: Policy) -> Handoff | None:
    """Turns in a row of which nothing could be made."""
    return _after("misunderstood_repeatedly", c.misunderstood, c, policy)


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
    policy_says_so,
    valued_customer,
    amount_above_limit,
    calls_again,
    identity_not_verified,
    back_office_unavailable,
    language_model_failing,
    language_not_spoken,
    hard_to_hear,
    misunderstood_repeatedly,
)
NAMES: Mapping[str, Rule] = {rule.__name__: rule for rule in RULES}
_UNSET = RuleSetting()
_PLACES = {name: 10 * number for number, name in enumerate(NAMES, start=1)}


def priority(name: str, policy: Policy) -> int:
    """The rule's number in the order of asking: the operator's, or 10, 20, 30 ... as in `RULES`."""
    setting = policy.rules.get(name, _UNSET)
    return setting.priority or _PLACES[name]


def in_order(policy: Policy) -> list[str]:
    """The names of all rules in the order in which they are asked."""
    return sorted(NAMES, key=lambda name: priority(name, policy))


def escalate(c: Conversation, policy: Policy) -> Handoff | None:
    """The first rule that says so."""
    answers = (NAMES[name](c, policy) for name in in_order(policy) if name in policy.rules)
    return next((handoff for handoff in answers if handoff), None)


def why(c: Conversation, reason: str, policy: Policy) -> tuple[str, ...]:
    """The evidence on which the rule `reason` decided: what was said, or what was counted."""
    setting = policy.rules.get(reason, RuleSetting())
    if signal := WATCHES.get(reason):
        return said(c, signal)
    match reason:
        case "policy_says_so":
            return (f"wants '{c.flow}', which is for a person",)
        case "valued_customer":
            return (f"segment '{segment(c)}' in the back office",)
        case "amount_above_limit":
            return tuple(amounts_over(c, setting))
        case "calls_again":
            return (f"call {c.calls_before + 1} within {setting.days} days",)
        case "identity_not_verified":
            return (f"secret code wrong {c.wrong_identity} times",)
        case "back_office_unavailable":
            return (f"back office failed {c.failures} times in a row",)
        case "language_model_failing":
            return (f"language model late or failed {c.model_failures} times",)
        case "language_not_spoken":
            return (f"spoke '{c.unserved[-1]}' in {len(c.unserved)} turns",)
        case "hard_to_hear":
            heard = ", ".join(f"{sure:.2f}" for sure in unsure(c, setting))
            return (f"heard with confidence {heard}, below {setting.below:.2f}",)
        case "misunderstood_repeatedly":
            return (f"{c.misunderstood} turns in a row not understood",)
    return ()


def _signalled(rule: str, c: Conversation, policy: Policy) -> Handoff | None:
    """The signal came often enough, or the caller said yes to a person for it."""
    setting = policy.rules.get(rule, RuleSetting())
    agreed = setting.after if c.agreed == WATCHES[rule] else 0
    return _after(rule, max(agreed, c.signals.count(WATCHES[rule])), c, policy)


def _once(rule: str, count: int, c: Conversation, policy: Policy) -> Handoff | None:
    """What stays as it is for the whole call calls for a person once."""
    return None if rule in c.settled else _after(rule, count, c, policy)


def _after(rule: str, count: int, c: Conversation, policy: Policy) -> Handoff | None:
    setting = policy.rules.get(rule)
    if setting is None or count < setting.after:
        return None
    if c.local is not None and not is_open(setting.hours, c.local):
        return None
    return Handoff(rule, setting.queue)


def _is_wanted(c: Conversation) -> bool:
    """Whether it is certain what the caller wants, so that a person need not ask."""
    return bool(c.flows) and c.flows[-1].confirmed
