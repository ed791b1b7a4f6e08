"""What can happen in a call.

Every event carries `at`: seconds of caller audio since the call began, counted in samples. It is
the only time the dialogue knows. Whatever could differ between two runs of the same call (what a
recogniser heard, what a back office answered, that time has passed) arrives as one of these.
"""

from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class CallStarted:
    """The line is open and the agent may speak."""

    at: float
    channel: str  # "web", "telephone", ...
    caller: str | None  # the caller's number where the channel knows it, E.164 or national
    language: str  # lower-case BCP 47
    language_model: bool = False  # whether the ladder has its last rung
    people: bool = False  # whether a person can be brought into this call
    now: str = ""  # local wall-clock time at `at` = 0, ISO "2026-11-24T19:05:00"; "" if unknown
    knowledge: bool = False  # whether questions are tried against a knowledge base
    patience: float = 0.0  # s a turn, for the language model; 0: `Policy.think_give_up`
    calls_before: int = 0  # from this number of late; 0 where nobody counts them
    call: str = ""  # names the call towards the back office
    # languages in which nobody knows how well callers are heard: each question says its keys
    unvalidated: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()  # languages with a key of their own, told in the greeting


@dataclass(frozen=True, slots=True)
class TurnStarted:
    """The caller began to speak, and had for `noticed` seconds before it was certain."""

    at: float
    noticed: float = 0.0


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What the recogniser believes was said in the turn so far; the newest replaces the older.

    `words` are (word, confidence); `languages` is all evidence of the language spoken, from sound
    and words, most probable first, empty where there is none. `rejected` says why something that
    was recognised is not believed: then `text` is "".
    """

    at: float
    text: str
    language: str
    language_confidence: float  # 0..1
    confidence: float  # 0..1, that the text is what was said
    final: bool
    words: tuple[tuple[str, float], ...] = ()
    languages: tuple[tuple[str, float], ...] = ()
    rejected: str = ""


NO_INTENT = "none"


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The caller has finished: the last hypothesis is the turn. They were silent for `paused` s.

    `intents` are what it may want, by its meaning: (intent's name, probability), the likeliest
    first, NO_INTENT among them for none that we know; empty where nothing judged it. `clauses` are
    the same for each of its parts (`agent/languages/clauses.py`), where it has several. `reply` is
    what it says to a question of yes or no, where one was asked: "yes", "no" and "open". `why` is
    for what reason it ended just then (`agent/endpointing.py`); `pauses` are those within it.
    """

    at: float
    paused: float = 0.0
    intents: tuple[tuple[str, float], ...] = ()
    clauses: tuple[tuple[tuple[str, float], ...], ...] = ()
    reply: tuple[tuple[str, float], ...] = ()
    why: str = ""
    pauses: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """A telephone key: 0-9, * or #."""

    at: float
    key: str


@dataclass(frozen=True, slots=True)
class LanguageChosen:
    """The caller asked for a language by other means than words (a button, a menu)."""

    at: float
    language: str


@dataclass(frozen=True, slots=True)
class Tick:
    """The dialogue's deadline has come."""

    at: float


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The first sound of an utterance of ours went out."""

    at: float
    utterance: int


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """An utterance of ours ended; `heard` is the part that was played, up to second `played`."""

    at: float
    utterance: int
    heard: str
    interrupted: bool
    played: float = 0.0  # of its sound, from its start; 0 where it was not interrupted


@dataclass(frozen=True, slots=True)
class Usage:
    """What a language model was asked for, and took. `joules` where its server tells."""

    model: str
    prompt_tokens: int
    answer_tokens: int
    milliseconds: int
    joules: float | None = None


NOT_KNOWN = "not in the knowledge base"  # the reason of a `Compose` that failed for nothing else


@dataclass(frozen=True, slots=True)
class Interpreted:
    """The language model's proposal for a turn: commands from the closed list, as plain data."""

    at: float
    request: int
    commands: tuple[dict[str, Any], ...]
    confidence: float
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of the knowledge base. `source` names it: "en/roaming.md#prices".

    `answer` are the sentences of it that answer the question as they stand, in their order; empty
    where that is not certain. `sentences` are all that may be quoted, each to be understood alone;
    empty where they are not known.
    """

    source: str
    text: str
    score: float
    language: str
    answer: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What the knowledge base has on a question, the best first; nothing where it has nothing.

    Answers `Retrieve`; and tells what the sentences that answer a `Compose` rest on.
    """

    at: float
    request: int
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Composed:
    """A sentence of the language model's answer; "" where only the end is left to tell.

    `language` is what the sentence was identified as, "" where it is too short to tell.
    """

    at: float
    request: int
    text: str
    last: bool = True
    language: str = ""
    usage: Usage | None = None  # with the last


@dataclass(frozen=True, slots=True)
class Fetched:
    """The back office answered."""

    at: float
    request: int
    name: str
    arguments: dict[str, str]
    value: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failed:
    """Something asked for (by its request number) could not be had."""

    at: float
    request: int
    reason: str


@dataclass(frozen=True, slots=True)
class PersonJoined:
    """A person took the call that was put through, and talks with the caller."""

    at: float
    request: int
    person: str


@dataclass(frozen=True, slots=True)
class TransferFailed:
    """Nobody took the call: "no_answer", "declined", "busy" or "unreachable"."""

    at: float
    request: int
    reason: str


@dataclass(frozen=True, slots=True)
class PersonLeft:
    """The person is gone; `back` if they gave the call back to us, otherwise they hung up."""

    at: float
    back: bool


@dataclass(frozen=True, slots=True)
class TakenOver:
    """Somebody at the service desk wants this call now."""

    at: float
    person: str


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The line is closed."""

    at: float
    reason: str


Event: TypeAlias = (
    CallStarted
    | TurnStarted
    | Hypothesis
    | TurnEnded
    | KeyPressed
    | LanguageChosen
    | Tick
    | SpeechStarted
    | SpeechEnded
    | Interpreted
    | Retrieved
    | Composed
    | Fetched
    | Failed
    | PersonJoined
    | TransferFailed
    | PersonLeft
    | TakenOver
    | CallEnded
)
