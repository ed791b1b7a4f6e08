"""What the demo page, and any client that asks, is told about a call: plain data for JSON.

Sent as RTVI server messages; `type` says which. Secrets are redacted before they get here.
"""

from collections.abc import Mapping
from typing import Any

from agent.actions import Action, Explain, Route, Speak, Transfer, Withdraw
from agent.events import (
    Event,
    Hypothesis,
    PersonJoined,
    PersonLeft,
    Retrieved,
    SpeechEnded,
    SpeechStarted,
    TakenOver,
    TransferFailed,
)
from agent.state import Conversation

Message = dict[str, Any]


def about(entry: Event | Action, c: Conversation) -> Message | None:
    """What an event or action means to somebody who watches the call; None if nothing."""
    match entry:
        case Hypothesis() | Speak() | SpeechEnded():
            return _said(entry, c.turn)
        case SpeechStarted():
            return {"type": "speaking", "utterance": entry.utterance}
        case Explain():
            return _decided(entry, c.turn)
        case Retrieved():
            return {"type": "sources", "sources": [p.source for p in entry.passages]}
        case Route():
            return {"type": "routed", "kind": entry.kind, "reason": entry.reason}
        case Transfer(queue, reason, packet):
            return {"type": "handoff", "queue": queue, "reason": reason, "packet": packet}
        case PersonJoined() | PersonLeft() | TransferFailed() | TakenOver() | Withdraw():
            return {"type": "person", **_person(entry)}
    return None


def _said(entry: Hypothesis | Speak | SpeechEnded, turn: int) -> Message:
    match entry:
        case Hypothesis():
            return {
                "type": "said",
                "who": "caller",
                "turn": turn,
                "text": entry.text,
                "language": entry.language,
                "final": entry.final,
                "confidence": round(entry.confidence, 2),
            }
        case Speak():
            return {
                "type": "said",
                "who": "agent",
                "turn": turn,
                "utterance": entry.utterance,
                "text": entry.text,
                "language": entry.language,
                "final": False,
                "heard": None,
            }
    return {
        "type": "said",
        "who": "agent",
        "utterance": entry.utterance,
        "final": True,
        "heard": entry.heard,
        "interrupted": entry.interrupted,
    }


def _decided(entry: Explain, turn: int) -> Message:
    return {
        "type": "decided",
        "turn": turn,
        "rung": entry.rung,
        "intent": entry.intent,
        "confidence": entry.confidence,
        "commands": [command_text(command) for command in entry.commands],
        "why": list(entry.why),
    }


def _person(entry: PersonJoined | PersonLeft | TransferFailed | TakenOver | Withdraw) -> Message:
    match entry:
        case PersonJoined():
            return {"state": "joined", "person": entry.person}
        case PersonLeft():
            return {"state": "gave back" if entry.back else "hung up"}
        case TransferFailed():
            return {"state": "not reached", "reason": entry.reason}
        case TakenOver():
            return {"state": "takes over", "person": entry.person}
    return {"state": "withdrawn"}


def welcome(about: Message, call_id: str, language: str) -> Message:
    """The first message: who answers, with what."""
    return {"type": "call", "id": call_id, "language": language, **about}


def downloads(call_id: str) -> dict[str, str]:
    """Where a recorded call's files are."""
    files = {"caller": "caller.wav", "agent": "agent.wav", "log": "log.jsonl"}
    return {name: f"/calls/{call_id}/{file}" for name, file in files.items()}


def ended(reason: str, call_id: str, files: Mapping[str, str]) -> Message:
    """The last message."""
    return {"type": "ended", "reason": reason, "id": call_id, "downloads": dict(files)}


def state(c: Conversation, secret_slots: frozenset[str]) -> Message:
    """The dialogue's state, for the page's panel."""
    return {
        "type": "state",
        "flow": c.flow,
        "question": c.question,
        "slots": {k: v.value for k, v in c.slots.items() if k not in secret_slots},
        "verified": c.verified is not None,
        "misunderstood": c.misunderstood,
        "language": c.language,
        "listening": not (c.saying or c.pending or c.turn_open or c.ended),
        "keys": len(c.keys),
        "expecting": {
            "digits": c.expecting.digits,
            "fewest": c.expecting.fewest or c.expecting.digits,
            "secret": c.expecting.secret,
            "intents": list(c.expecting.intents),
        },
    }


def command_text(command: object) -> str:
    """A command as it is shown, e.g. "StartFlow(balance, True)"."""
    fields = [str(getattr(command, name)) for name in getattr(command, "__slots__", ())]
    return f"{type(command).__name__}({', '.join(fields)})"
