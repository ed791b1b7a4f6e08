"""What a person taking over is given, so that the caller need not say anything twice."""

from collections.abc import Collection
from typing import Any

from agent.state import Conversation

_TURNS = 12  # lines of transcript: what a person can read while the call is put through


def packet(c: Conversation, secret_slots: Collection[str]) -> dict[str, Any]:
    """Plain data, ready for JSON: reason, queue, who is calling, what is known, the last turns."""
    reason, queue = c.handoff or ("", "")
    slots = {name: filled.value for name, filled in c.slots.items() if name not in secret_slots}
    return {
        "reason": reason,
        "queue": queue,
        "summary": _summary(c, reason),
        "language": c.language,
        "channel": c.channel,
        "caller": c.caller,
        "verified": c.verified is not None,
        "name": c.verified or "",
        "flow": c.flow,
        "slots": slots,
        "seconds": round(c.at, 1),
        "transcript": [{"who": line.who, "text": line.text} for line in c.transcript[-_TURNS:]],
    }


def _summary(c: Conversation, reason: str) -> str:
    who = f"{c.verified} (verified)" if c.verified else "A caller who is not verified"
    wanted = [w.flow for w in c.flows]
    parts = [f"{who}, speaking '{c.language}', after {c.at:.0f} s."]
    parts.append(f"Open: {', '.join(wanted)}." if wanted else "No use case open.")
    if done := sorted({act.split()[1] for _, act in c.told}):
        parts.append(f"Already told: {', '.join(done)}.")
    parts.append(f"Reason: {reason.replace('_', ' ')}.")
    return " ".join(parts)
