"""What is known of a call: everything the dialogue may decide on, and nothing else."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from agent.actions import Expecting, Speak
from agent.acts import key
from agent.commands import Pace
from agent.events import Hypothesis, Passage
from agent.languages.language_routing import Memory

# Who is calling stays known for the whole call; other details belong to the use case that asked.
LASTING = frozenset({"line", "pin", "no_pin", "code"})

ALTERNATIVES = "alternatives"  # the use case of ours that follows where nobody could be reached

REMEMBERED = 10  # turns of which it is known how surely they were heard

if TYPE_CHECKING:
    from dataclasses import replace as replace
else:

    def replace(value, /, **changes):
        """As `dataclasses.replace`, which sets every field anew and takes ten times as long."""
        if not isinstance(value, Conversation):
            return dataclasses.replace(value, **changes)
        fields = value.__dict__ | changes
        if len(fields) > len(value.__dict__):
            raise TypeError(
                f"no field of a conversation: {sorted(changes.keys() - value.__dict__.keys())}"
            )
        new = object.__new__(Conversation)
        new.__dict__.update(fields)
        return new


# requests whose answer tells what a turn meant, or answers it; by name
THOUGHTS = frozenset({"retrieve", "interpret", "compose"})


@dataclass(frozen=True, slots=True)
class Filled:
    """A slot's value, whether the caller confirmed it, and the use case it was given for."""

    value: str
    confirmed: bool
    flow: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A use case the caller asked for; `number` counts such wishes of the call.

    It `waits` while it was said along with another that comes first.
    """

    flow: str
    confirmed: bool
    number: int = 0
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Pending:
    """An unanswered request and when it was made.

    `noted` once the caller was asked to wait for the back office, or an answer that comes in
    sentences has begun: then `since` is when the last one came.
    """

    request: int
    name: str
    arguments: Mapping[str, str]
    since: float
    noted: bool = False


@dataclass(frozen=True, slots=True)
class PendingTransfer:
    """People who are brought into the call: announced to the caller, then rung by a request."""

    reason: str
    queue: str
    target: str = ""  # who asked for this call
    request: int = 0  # 0 while it is only announced
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the transcript."""

    who: str  # "caller" or "agent"
    text: str
    utterance: int = 0


@dataclass(frozen=True)
class Conversation:
    """Everything the dialogue may decide on."""

    # the call
    at: float = 0.0
    call: str = ""  # names it for the back office: an order of it is done once
    channel: str = ""
    caller: str | None = None
    language: str = ""
    pace: Pace = "normal"  # at which the caller wants to be spoken to
    language_model: bool = False
    knowledge: bool = False
    patience: float = 0.0  # for the language model, s a turn; 0: the policy's
    people: bool = False
    calls_before: int = 0  # from this number, in the days that the rule `calls_again` looks back
    now: str = ""  # by the wall clock when `at` was 0
    routing: Memory = field(default_factory=Memory)
    unvalidated: tuple[str, ...] = ()  # languages in which each question says its keys
    disclosed: frozenset[str] = frozenset()  # languages in which we said that we are a machine
    offered: tuple[str, ...] = ()  # languages with a key (`Menu.language_keys`)
    ended: bool = False
    # what is known
    slots: Mapping[str, Filled] = field(default_factory=dict)
    rejected: frozenset[str] = frozenset()  # values the caller took back
    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    told: frozenset[tuple[str, str]] = frozenset()  # (flow, telling)
    flows: tuple[Wanted, ...] = ()  # the innermost last
    finished: str = ""  # the use case that was finished last
    wishes: int = 0  # how many use cases were asked for
    # the floor
    question: str = ""
    expecting: Expecting = field(default_factory=Expecting)
    asked: int = 0  # how often in a row this question was put
    keys: str = ""
    digits: str = ""  # the beginning of the number asked for, as it was said
    turn: int = 0
    turn_open: bool = False
    turn_since: float = 0.0
    turn_ended: float = -1.0  # the last one with words; -1.0 none
    slowness: float = 1.0  # this caller's pauses are so many times as long as others'
    typed_at: float = -1.0  # the last key
    words_at: float = 0.0  # the end of the caller's last words or keys: a turn's clock starts there
    deferred: bool = False  # the turn is taken up once what cannot be interrupted is said
    signed: bool = False  # whether they were given a sign that their turn is at work
    typed_over: bool = False  # keys were typed during the turn, which then is theirs
    hypothesis: Hypothesis | None = None
    intents: tuple[tuple[str, float], ...] = ()  # what the last turn may want, by its meaning
    clauses: tuple[tuple[tuple[str, float], ...], ...] = ()  # the same of each part of it
    reply: tuple[tuple[str, float], ...] = ()  # what it says to a question of yes or no
    saying: tuple[Speak, ...] = ()  # asked for and not ended
    said: tuple[Speak, ...] = ()  # the last thing we said, sentence by sentence
    fresh: bool = True  # the next sentence begins a new thing said
    cut: tuple[Speak, ...] = ()  # what a barge-in kept from being heard
    quiet_since: float = 0.0
    utterances: int = 0
    # requests
    requests: int = 0
    pending: tuple[Pending, ...] = ()
    failures: int = 0  # of the back office, in a row
    model_failures: int = 0  # of the language model: late or failed where a turn needed it
    unanswered: str = ""  # what the knowledge base or the language model was asked, without answer
    passages: tuple[Passage, ...] = ()  # what the answer in hand may rest on
    answered: int = 0  # sentences of it that were asked to be said
    held: tuple[str, ...] = ()  # sentences that came while the caller spoke
    # trouble
    misunderstood: int = 0  # turns in a row
    confidences: tuple[float, ...] = ()  # of the last turns that had words, the newest last
    unserved: tuple[str, ...] = ()  # a language not spoken here, for each turn since it was told
    silences: int = 0  # prompts in a row without an answer
    wrong_identity: int = 0
    signals: tuple[str, ...] = ()  # words that escalation rules watch for, each time they came
    evidence: tuple[tuple[str, str], ...] = ()  # each of them, and the turn that it came in
    agreed: str = ""  # the signal for which a person was offered, and the caller said yes
    consoled: bool = False  # who was angry was offered a person
    alarmed: int = 0  # the turn whose emergency was taken before it had ended
    settled: frozenset[str] = frozenset()  # reasons for which people were called
    why: tuple[str, ...] = ()  # on what evidence a person takes over
    barred: bool = False  # the secret code was wrong so often that it is not asked for again
    # people
    handoff: tuple[str, str] | None = None  # (reason, queue) once decided
    transfer: PendingTransfer | None = None
    unreached: int = 0  # times nobody took it
    person: str | None = None  # who talks with the caller now
    # the end
    closing: str = ""  # why the call ends as soon as the last word is spoken
    transcript: tuple[Line, ...] = ()

    @property
    def local(self) -> datetime | None:
        """The wall clock where the call is answered; None if unknown."""
        if not self.now:
            return None
        return datetime.fromisoformat(self.now).replace(tzinfo=None) + timedelta(seconds=self.at)

    @property
    def flow(self) -> str:
        """The use case in hand, "" if none."""
        return self.flows[-1].flow if self.flows else ""

    @property
    def cannot_stop(self) -> bool:
        """Whether what is being said must be heard to its end."""
        return bool(self.saying) and not self.saying[0].interruptible

    @property
    def is_taking_leave(self) -> bool:
        """Whether the call is about to end because nothing more is wanted."""
        return self.closing in ("goodbye", "silent")

    @property
    def verified(self) -> str | None:
        """The verified caller's name; None while nobody is verified for the line in hand."""
        if (line := self.slots.get("line")) is None:
            return None
        for question, secret in (("verify", "pin"), ("check_code", "code")):
            if given := self.slots.get(secret):
                named = key(question, {"line": line.value, secret: given.value})
                fact = self.facts.get(named, {})
                if fact.get("verified"):
                    return str(fact.get("name", ""))
        return None
