"""What a person taking over is given, so that the caller need not say anything twice."""

from collections.abc import Collection
from typing import Any

from agent.acts import Handoff
from agent.state import ALTERNATIVES, Conversation, Line

_TURNS = 12  # lines of transcript: what a person can read while the call is put through


def packet(c: Conversation, handoff: Handoff, secret_slots: Collection[str]) -> dict[str, Any]:
    """Plain data, ready for JSON: reason, queue, who is calling, what is known, the last turns."""
    known = {
        name: filled
        for name, filled in c.slots.items()
        if name not in secret_slots and filled.flow != ALTERNATIVES
    }
    about: dict[str, Any] = {
        "reason": handoff.reason,
        "queue": handoff.queue,
        "summary": _summary(c, handoff.reason),
        "language": c.language,
        "channel": c.channel,
        "caller": c.caller,
        "verified": c.verified is not None,
        "name": c.verified or "",
        "flow": c.flow,
        "slots": {name: filled.value for name, filled in known.items()},
        "seconds": round(c.at, 1),
        "transcript": [{"who": line.who, "text": line.text} for line in _lines(c)[-_TURNS:]],
    }
    if c.people:  # where people are rung; logs from before that hold a packet without these
        about["identity"] = identity(c)
        about["why"] = list(c.why)
        about["details"] = {
            name: {"value": filled.value, "confirmed": filled.confirmed}
            for name, filled in known.items()
        }
    return about


def _lines(c: Conversation) -> tuple[Line, ...]:
    """The transcript; with it the turn that is not over where it is what called for help."""
    alarm = c.hypothesis if c.turn_open and c.alarmed == c.turn else None
    return (*c.transcript, Line("caller", alarm.text)) if alarm else c.transcript


def identity(c: Conversation) -> str:
    """How well we know who is calling: a number, shown or said, is a claim and no more."""
    if c.verified is not None:
        return "verified"
    return "claimed" if c.caller or "line" in c.slots else "none"


def _summary(c: Conversation, reason: str) -> str:
    who = f"{c.verified} (verified)" if c.verified else "A caller who is not verified"
    wanted = [w.flow for w in c.flows]
    parts = [f"{who}, speaking '{c.language}', after {c.at:.0f} s."]
    parts.append(f"Open: {', '.join(wanted)}." if wanted else "No use case open.")
    if done := sorted({act.split()[1] for _, act in c.told if act.startswith("inform ")}):
        parts.append(f"Already told: {', '.join(done)}.")
    parts.append(f"Reason: {reason.replace('_', ' ')}.")
    return " ".join(parts)
