"""A call as the desk sees it: a fold over what the page is told (`pipelines/call/messages.py`).

An entry is "talking" with the agent, "waiting" for a person from the handoff on, with a "person"
once one has joined, and "ended". Nothing here knows who watches, or the time: `at` is an argument.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, TypeAlias

from pipelines.call.messages import Message

LINES = 40  # of transcript that one who comes late is shown

State: TypeAlias = Literal["talking", "waiting", "person", "ended"]


@dataclass(frozen=True, slots=True)
class Line:
    """What one side said; a line with a known `key` replaces it, one without text removes it."""

    key: str
    who: str  # "caller", "agent", "person"
    text: str
    language: str
    final: bool
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class CallView:
    """One call. Times are Unix times, 0.0 for what has not happened."""

    id: str
    channel: str  # "web", "telephone"
    caller: str | None
    language: str
    since: float
    state: State = "talking"
    recording: str = ""  # its id, "" where nothing is recorded
    links: Mapping[str, str] = field(default_factory=dict)  # what -> where
    verified: bool = False
    flow: str = ""
    slots: Mapping[str, Any] = field(default_factory=dict)
    waiting_since: float = 0.0
    queue: str = ""
    reason: str = ""  # of the handoff
    person: str = ""
    ended_at: float = 0.0
    ended: str = ""  # why
    packet: Mapping[str, Any] | None = None
    transcript: tuple[Line, ...] = ()

    def brief(self) -> dict[str, Any]:
        """Plain data, without the transcript."""
        known = asdict(self)
        del known["transcript"]
        return known

    def whole(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def after(entry: CallView, message: Message, at: float) -> CallView:
    """The entry once the page was told `message`; the same where that changes nothing."""
    match message:
        case {"type": "call", "id": recording}:
            return replace(entry, recording=recording)
        case {"type": "said"}:
            said = line(entry, message)
            return replace(entry, transcript=_with(entry.transcript, said)) if said else entry
        case {"type": "state"}:
            return replace(
                entry,
                language=message["language"],
                verified=message["verified"],
                flow=message["flow"] or "",
                slots=message["slots"],
            )
        case {"type": "handoff", "queue": queue, "reason": reason, "packet": packet}:
            return replace(
                entry, state="waiting", waiting_since=at, queue=queue, reason=reason, packet=packet
            )
        case {"type": "person", "state": "joined", "person": person}:
            return replace(entry, state="person", person=person)
        case {"type": "person", "state": "gave back" | "hung up" | "not reached" | "withdrawn"}:
            if entry.state == "ended":
                return entry
            return replace(entry, state="talking", person="", waiting_since=0.0)
        case {"type": "ended", "reason": reason} if entry.state != "ended":
            return replace(entry, state="ended", ended=reason, ended_at=at)
    return entry


def line(entry: CallView, message: Message) -> Line | None:
    """The line of the transcript that a "said" begins or changes; None if it does neither."""
    who = message["who"]
    key = f"{who}-{message['utterance'] if who == 'agent' else message['turn']}"
    known = next((known for known in entry.transcript if known.key == key), None)
    if "text" not in message:  # how much of an agent's sentence was heard
        if known is None:
            return None
        if not message["interrupted"]:
            return replace(known, final=True)
        return replace(known, text=message["heard"], final=True, interrupted=True)
    if known and known.final and not message["final"]:  # a late partial of a turn that is over
        return None
    return Line(key, who, message["text"], message["language"], message["final"])


def _with(lines: tuple[Line, ...], new: Line) -> tuple[Line, ...]:
    if any(known.key == new.key for known in lines):
        lines = tuple(new if known.key == new.key else known for known in lines)
    else:
        lines = (*lines, new)
    return tuple(known for known in lines if known.text)[-LINES:]
