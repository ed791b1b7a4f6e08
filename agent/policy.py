"""The numbers the dialogue runs on; an operator sets them in `prompts/escalation.toml`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from agent.hours import Hours
from agent.numbers.phone_numbers import REGION


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """One escalation rule: after how many occurrences, and to whom.

    The fields from `below` on are each one rule's own; see the rule in `people/escalation.py`.
    """

    after: int = 1
    queue: str = "general"
    priority: int = 0  # rules with a lower number are asked first; 0: its place in `RULES`
    hours: Hours = field(default_factory=Hours)  # when it holds
    below: float = 0.0  # a turn heard with less confidence is hard to hear
    of_last: int = 0  # turns among which so many have to be; 0: in a row
    days: int = 0  # that calls are counted back
    segments: frozenset[str] = frozenset()  # as the back office names them
    over: Mapping[str, Decimal] = field(default_factory=dict)  # currency -> the highest amount
    flows: frozenset[str] = frozenset()  # use cases that are for a person at once


@dataclass(frozen=True, slots=True)
class Queue:
    """The people of a queue: what they speak, when they are there, how they are reached."""

    language: str = "en"
    ring: tuple[str, ...] = ()  # whom the telephone network rings, in turn; not read here
    hours: Hours = field(default_factory=Hours)
    expected_wait: float = 0.0  # seconds, told to the caller; 0: not told
    max_waiting: int = 0  # callers at once; 0: no limit. Not read here
    ring_seconds: float = 25.0  # each of `ring`; not read here


@dataclass(frozen=True, slots=True)
class Policy:
    """All in seconds of call audio, counts, or confidences from 0 to 1."""

    rules: Mapping[str, RuleSetting] = field(default_factory=dict)
    queues: Mapping[str, Queue] = field(default_factory=dict)
    region: str = REGION  # the operator's country (ISO 3166-1); packs are read for it
    confirm_below: float = 0.8
    answer_above: float = 0.3  # a yes or no heard with less confidence is asked for again
    release_above: float = 0.6  # the same, where a yes lets a secret out or spends money
    alarm_above: float = 0.7  # a partial result heard with that confidence alarms by itself
    believe_above: float = 0.38
    guess_above: float = 0.35  # a wish less probable than this by its meaning is none
    # Where the likeliest wish is not sure, the second is asked for along with it from the first
    # probability on, if both together are as probable as the other.
    which_above: float = 0.15
    either_above: float = 0.5
    # A wish for something else than what is being asked is at least so probable.
    digress_above: float = 0.9
    wish_above: float = 0.6  # a part of a turn that is at least so probably a wish is one
    slowness: float = 1.0  # all pauses that end a turn are so many times as long, for slow callers
    silence: float = 8.0
    silences: int = 3
    between_keys: float = 5.0
    patience: float = 1.5
    give_up: float = 8.0
    noise: float = 0.4  # a sound shorter than this, in which no words were heard, is no turn
    last_word: float = 20.0  # a closing sentence that never ends does not keep the line open
    think_above: float = 0.3  # what was heard with less confidence is not for the language model
    think_sign: float = 0.8  # after the caller's last words: a sign that their question is at work
    # After them, the call goes on without the language model's answer; once that has begun, after
    # its last sentence. The setting `llm_patience` is this, and goes before it.
    think_give_up: float = 6.0
    # Of a composed sentence's words, those that a page's sentence has in their order if that one is
    # said for it; 0: a page's is never said for the model's, which passes the gate or is not said.
    quote_above: float = 0.4
    reassure: float = 20.0  # between two words to a caller for whom people are being rung
    ring_give_up: float = 90.0  # after this nobody is coming
    callback_after: float = 1800.0  # from now, the first time proposed while the desk is open

    def queue(self, name: str) -> Queue:
        """The queue of that name; one without a table is always open."""
        return self.queues.get(name, Queue())
