"""The keypad menu: topics, and the use cases of each. Every use case has its keys.

A key has nine places, and callers remember four or five: so a key chooses a topic, and a second one
the use case, unless the topic has but one. The languages of a line have the last keys, from 9 down,
the same ones in whichever language the call is held.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.commands import Command, OpenMenu, StartFlow
from agent.flow import Flow

# In the order of their keys. What a use case of an operator's own adds comes after them.
TOPICS = ("credit", "bill", "fault", "sim", "money", "contract")

_LAST_KEY = 9


@dataclass(frozen=True, slots=True)
class Menu:
    """Topic -> its use cases, both in the order of their keys."""

    topics: Mapping[str, tuple[str, ...]]

    def language_keys(self, languages: Sequence[str]) -> dict[int, str]:
        """The keys of languages, as far as the topics leave keys free."""
        free = range(_LAST_KEY, len(self.topics), -1)
        return dict(zip(free, languages, strict=False))

    def choose(self, key: int) -> Command | None:
        """What a key of the first level does; None where it has no meaning."""
        if not 1 <= key <= len(self.topics):
            return None
        topic = list(self.topics)[key - 1]
        flows = self.topics[topic]
        return StartFlow(flows[0]) if len(flows) == 1 else OpenMenu(topic)


def menu(flows: Mapping[str, Flow]) -> Menu:
    """The menu of these use cases."""
    offered = sorted((f for f in flows.values() if f.topic), key=lambda f: (f.key, f.name))
    named = [flow.topic for flow in offered]
    topics = [topic for topic in dict.fromkeys((*TOPICS, *named)) if topic in named]
    return Menu({t: tuple(flow.name for flow in offered if flow.topic == t) for t in topics})
