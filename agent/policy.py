"""The numbers the dialogue runs on; an operator sets them in `prompts/escalation.toml`."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """One escalation rule: after how many occurrences, and to whom."""

    after: int = 1
    queue: str = "general"


@dataclass(frozen=True, slots=True)
class QueueSetting:
    ring: tuple[str, ...] = ()
    ring_seconds: float = 25.0


@dataclass(frozen=True, slots=True)
class Policy:
    """All in seconds of call audio, counts, or confidences from 0 to 1."""

    rules: Mapping[str, RuleSetting] = field(default_factory=dict)
    queues: Mapping[str, QueueSetting] = field(default_factory=dict)
    confirm_below: float = 0.8
    believe_above: float = 0.38
    silence: float = 8.0
    silences: int = 3
    between_keys: float = 5.0
    patience: float = 1.5
    give_up: float = 8.0
    noise: float = 0.4  # a sound shorter than this, in which no words were heard, is no turn
    last_word: float = 20.0  # a closing sentence that never ends does not keep the line open
    think_above: float = 0.3  # what was heard with less confidence is not for the language model
    think_patience: float = 1.2  # of waiting for the language model before "one moment"
    think_give_up: float = 4.0  # then the ladder goes on without it
