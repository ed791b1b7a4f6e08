"""How close each escalation rule is: asked of the rules themselves, with lower thresholds."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from agent.people.escalation import NAMES, Rule, in_order, why
from agent.policy import Policy
from agent.state import Conversation


@dataclass(frozen=True, slots=True)
class Closeness:
    """A rule that is on: `count` of the `after` occurrences with which it calls `queue`."""

    rule: str
    count: int
    after: int
    queue: str
    evidence: tuple[str, ...]


def closeness(c: Conversation, policy: Policy) -> Iterator[Closeness]:
    """Every rule that is on, in the order in which they are asked."""
    for name in in_order(policy):
        rule = NAMES[name]
        setting = policy.rules.get(name)
        if setting is None:
            continue
        count = _count(rule, name, c, policy)
        evidence = why(c, name, policy) if count else ()
        yield Closeness(name, count, setting.after, setting.queue, evidence)


def _count(rule: Rule, name: str, c: Conversation, policy: Policy) -> int:
    """The highest threshold, up to the operator's, that the conversation reaches."""
    setting = policy.rules[name]
    for after in range(setting.after, 0, -1):
        lower = replace(policy, rules={**policy.rules, name: replace(setting, after=after)})
        if rule(c, lower) is not None:
            return after
    return 0
