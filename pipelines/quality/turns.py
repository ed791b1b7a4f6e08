"""A call's log as turns: what was said, what was made of it, and what came of it.

A turn begins where the caller begins to speak or to type, chooses a language, or stays silent until
they are spoken to, and where a person at the desk does something; all that the agent does until the
next one belongs to it. The first turn is the greeting.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from agent.actions import (
    Action,
    Compose,
    Explain,
    Fetch,
    HangUp,
    Interpret,
    Listen,
    Retrieve,
    Speak,
    Transfer,
)
from agent.commands import Command, NotUnderstood
from agent.events import (
    CallEnded,
    Composed,
    Event,
    Fetched,
    Hypothesis,
    Interpreted,
    KeyPressed,
    LanguageChosen,
    PersonJoined,
    PersonLeft,
    SpeechStarted,
    TakenOver,
    Tick,
    TransferFailed,
    TurnEnded,
    TurnStarted,
    Usage,
)
from agent.replay import exchanges
from pipelines.store.statistics import MODEL, RUNGS

By: TypeAlias = Literal["start", "words", "keys", "silence", "language", "person"]
_SILENCE = ("silence", "silent")  # acts that answer it
_SECOND = ("handoff", "ask", "inform")  # acts whose second word tells what it is about


@dataclass(slots=True)
class Turn:
    """One of them. Times are seconds of the call.

    `question` was open when it began and `asked` when it was answered; `said` are the words or the
    keys, `heard_as` the language they were heard in. `rung`, `intent`, `sure` and `commands` are
    the ladder's decision, `follows` what the dialogue itself concluded; `escalated` the rules by
    which a person takes over. `ended` is the last of the caller's words and their pause,
    `answered` the first sound of the agent's after it.
    """

    by: By
    at: float
    question: str = ""
    said: str = ""
    heard_as: str = ""
    heard_surely: float = 1.0
    rung: str = ""
    intent: str = ""
    sure: float = 0.0
    commands: tuple[Command, ...] = ()
    follows: tuple[Command, ...] = ()
    escalated: tuple[str, ...] = ()
    why: tuple[str, ...] = ()  # on what evidence
    requests: list[str] = field(default_factory=list)
    spoken: list[Speak] = field(default_factory=list)
    listening: Listen | None = None
    ended: float | None = None
    paused: float = 0.0
    answered: float | None = None
    model_tokens: int = 0
    joules: float | None = None
    packet: Mapping[str, Any] = field(default_factory=dict)  # what a person was given
    verified: bool | None = None  # what the back office said of the caller's code, if it was asked
    closing: str = ""

    @property
    def asked(self) -> str:
        """The question that is open after it."""
        return self.listening.question if self.listening else self.question

    @property
    def understood(self) -> bool:
        """Whether something was said, and something made of it."""
        return bool(self.rung) and not any(isinstance(c, NotUnderstood) for c in self.commands)

    @property
    def asked_model(self) -> bool:
        """Whether it needed the language model."""
        return self.rung == MODEL or any(r in ("Interpret", "Compose") for r in self.requests)

    @property
    def is_empty(self) -> bool:
        """Whether nothing came of it: a sound that was no word."""
        return not (self.said or self.rung or self.spoken or self.requests or self.closing)


def turns(entries: Iterable[Event | Action]) -> list[Turn]:
    """Of a log's entries, in order; those of which nothing came are left out."""
    found = [Turn("start", 0.0)]
    for event, actions in exchanges(entries):
        begun = _begun(event, actions, found[-1])
        if begun is not None:
            begun.question = found[-1].asked
            if found[-1].is_empty and len(found) > 1:
                found.pop()
            found.append(begun)
        _take(found[-1], event)
        for action in actions:
            _record(found[-1], action)
    if found[-1].is_empty and len(found) > 1:
        found.pop()
    return found


def act_name(act: str) -> str:
    """An act without what it is about in this call: "ask confirm:line:77..." is "ask confirm:line".

    The values of slots stand after the second word, and after a question's second colon.
    """
    words = act.split()
    if len(words) > 1 and words[0] in _SECOND:
        return f"{words[0]} {question_name(words[1])}"
    return words[0] if words else ""


def question_name(question: str) -> str:
    """The same of a question; "confirm:flow:bill" keeps its use case."""
    parts = question.split(":")
    whole = parts[:2] in (["confirm", "flow"], ["confirm", "signal"])
    return question if whole else ":".join(parts[:2])


def _begun(event: Event, actions: tuple[Action, ...], before: Turn) -> Turn | None:
    match event:
        case TurnStarted():
            return Turn("words", event.at)
        case KeyPressed() if before.by != "keys" or before.rung:
            return Turn("keys", event.at)
        case LanguageChosen():
            return Turn("language", event.at, said=event.language)
        case Tick() if any(isinstance(a, Speak) and a.act in _SILENCE for a in actions):
            return Turn("silence", event.at)
        case TakenOver() | PersonJoined() | PersonLeft() | TransferFailed():
            return Turn("person", event.at, said=type(event).__name__)
    return None


def _take(turn: Turn, event: Event) -> None:
    match event:
        case Hypothesis() if turn.by == "words":
            turn.said, turn.heard_as = event.text, event.language
            turn.heard_surely = event.confidence
        case TurnEnded() if turn.by == "words":
            turn.ended, turn.paused = event.at, event.paused
        case KeyPressed():
            turn.said += event.key
            turn.ended = event.at
        case SpeechStarted() if turn.answered is None and turn.ended is not None:
            turn.answered = event.at
        case Interpreted(usage=Usage() as usage) | Composed(usage=Usage() as usage):
            turn.model_tokens += usage.prompt_tokens + usage.answer_tokens
            if usage.joules is not None:
                turn.joules = (turn.joules or 0.0) + usage.joules
        case Fetched(name="verify" | "check_code", value=value):
            turn.verified = bool(value.get("verified"))
        case CallEnded():
            turn.closing = turn.closing or event.reason


def _record(turn: Turn, action: Action) -> None:
    match action:
        case Explain(rung) if rung in RUNGS or rung == "partial":
            turn.rung, turn.intent, turn.sure = rung, action.intent, action.confidence
            turn.commands = action.commands
        case Explain("flow"):
            turn.follows += action.commands
        case Explain("escalation", rule):
            turn.escalated += (rule,)
            turn.why += action.why
        case Speak():
            turn.spoken.append(action)
        case Listen():
            turn.listening = action
        case Fetch():
            told = " ".join(f"{k}={v}" for k, v in sorted(action.arguments.items()))
            turn.requests.append(f"{action.name} {told}".strip())
        case Interpret() | Compose() | Retrieve():
            turn.requests.append(type(action).__name__)
        case Transfer():
            turn.packet = action.packet
            turn.closing = f"transfer to {action.queue}"
        case HangUp():
            turn.closing = action.reason
