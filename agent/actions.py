"""What the dialogue can ask for. Orders, carried out by `pipelines/`; none is ever a suggestion."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from agent.commands import Command, Pace
from agent.languages.language_routing import Kind, Memory
from agent.numbers.digit_format import Check


@dataclass(frozen=True, slots=True)
class Expecting:
    """What the open question expects to be said; decides hints, keypad and endpointing.

    `intents` names sets of sample sentences in the language pack (an embedded recogniser listens
    for these and nothing else); `digits` is how many keys complete the answer (0: none wanted), and
    `fewest` how many may (0: no fewer); `check` is what is known of them, "" where their number is
    all (`agent/numbers/digit_format.py`); `pause` is how many seconds of silence end a turn,
    `quick` how many end it once what was said is already a complete answer, `unfinished` where it
    certainly is not (`agent/endpointing.py`), all `slowness` times as long, for callers who pause
    for longer than others. `options` are the answers offered one by one, in the order of their
    keys: value, and how it was said.
    """

    intents: tuple[str, ...] = ()
    digits: int = 0
    secret: bool = False
    pause: float = 0.8
    quick: float = 0.3
    options: tuple[tuple[str, str], ...] = ()
    fewest: int = 0
    check: Check = ""
    unfinished: float = 2.0
    slowness: float = 1.0


@dataclass(frozen=True, slots=True)
class Speak:
    """Say this: one sentence, one utterance.

    `act` names what it means, free of language. `fixed` wording holds nothing of this caller and
    may be kept as audio on disk; `secret` wording must not be written down (`agent/privacy.py`).
    `pace` is what the caller asked for; a log from before there was one has the normal one. The
    first `since` seconds of it were heard before, and are not said again.
    """

    utterance: int
    act: str
    text: str
    language: str
    interruptible: bool = True
    fixed: bool = False
    secret: bool = False
    pace: Pace = "normal"
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class Hush:
    """Stop speaking now and forget what was still to be said."""


@dataclass(frozen=True, slots=True)
class Listen:
    """A question is open: from the next turn on, listen in this language for this."""

    language: str
    question: str
    expecting: Expecting


@dataclass(frozen=True, slots=True)
class Explain:
    """How a turn was decided: for the log, the page and the metrics, never for the caller.

    `rung` is the step of the ladder that answered ("rule", "question", "classifier", "knowledge",
    "llm", "keypad", "none"); `commands` is what it made of the turn and all that it changes. The
    rung "gate" tells why a sentence of the language model was not said, "escalation" by which rule,
    and on what evidence (`why`), a person takes over.
    """

    rung: str
    intent: str
    confidence: float
    commands: tuple[Command, ...] = ()
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """Which language a turn was in and what follows from it; for the log, as `Explain` is.

    `kind` is "stay", "switch", "offer" or "unsupported"; see `agent/languages/language_routing.py`.
    """

    kind: Kind
    language: str
    reason: str
    memory: Memory


@dataclass(frozen=True, slots=True)
class Interpret:
    """Ask the language model what the caller meant; it may propose commands only."""

    request: int
    text: str
    language: str
    question: str  # the open question, "" if none
    flows: tuple[str, ...]  # the use cases it may start
    slots: dict[str, tuple[str, ...]] = field(default_factory=dict)  # it may fill, with what
    before: tuple[tuple[str, str], ...] = ()  # the last lines before it: who, and what they said


@dataclass(frozen=True, slots=True)
class Retrieve:
    """Ask the knowledge base, which needs no language model. Answered by `Retrieved`."""

    request: int
    question: str
    language: str


@dataclass(frozen=True, slots=True)
class Compose:
    """Ask the language model for an answer from the knowledge base, and from nothing else.

    Answered by `Retrieved` and then `Composed`, sentence by sentence, or by `Failed`. `page` is a
    section that is known to be about it, "" if none is.
    """

    request: int
    question: str
    language: str
    page: str = ""


@dataclass(frozen=True, slots=True)
class Fetch:
    """Ask the back office. Answered by `Fetched` or `Failed` with the same request number."""

    request: int
    name: str
    arguments: dict[str, str]


@dataclass(frozen=True, slots=True)
class Abandon:
    """The answer to this request is no longer wanted. `late` if it did not come in time."""

    request: int
    late: bool = False


@dataclass(frozen=True, slots=True)
class Transfer:
    """Hand the call to a person in `queue`, with everything already known.

    Without a `request` it is the call's end: the line goes on without us. With one, people are rung
    while we keep the caller company; answered by `PersonJoined` or `TransferFailed`. `whisper` is
    said to the person, in `language`, before they accept; `target` is who asked for this call.
    """

    queue: str
    reason: str
    packet: dict[str, Any] = field(default_factory=dict)
    request: int = 0
    whisper: tuple[str, ...] = ()
    language: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Stop ringing: the caller changed their mind, was served otherwise, or waited too long."""

    request: int


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""

    reason: str


Action: TypeAlias = (
    Speak
    | Hush
    | Listen
    | Explain
    | Route
    | Interpret
    | Retrieve
    | Compose
    | Fetch
    | Abandon
    | Transfer
    | Withdraw
    | HangUp
)
