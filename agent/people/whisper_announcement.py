"""What is said to a person before they take a call: why, who, about what, and how to accept.

In their language, which need not be the caller's. Secret details are never said.
"""

from collections.abc import Collection, Iterator, Mapping

from agent.languages.language import Language
from agent.languages.wording import word
from agent.people.handoff import identity
from agent.state import ALTERNATIVES, Conversation


def whisper_announcement(
    c: Conversation, reason: str, language: Language, secret_slots: Collection[str]
) -> tuple[str, ...]:
    """The sentences, in `language`, the reason first and the keys last."""
    return tuple(
        sentence.text
        for name, values in _about(c, reason, language, secret_slots)
        for sentence in word(language, name, values)
    )


def _about(
    c: Conversation, reason: str, language: Language, secret_slots: Collection[str]
) -> Iterator[tuple[str, Mapping[str, str]]]:
    known = f"reason.{reason}"
    yield (known if language.has(known) else "reason.other"), {}
    yield from _who(c, language)
    if language.code != c.language and language.has(f"language_name.{c.language}"):
        yield "whisper.language", {"value": c.language}
    if c.flow and c.flow != ALTERNATIVES:
        yield "whisper.open", {"value": c.flow}
    for name, filled in c.slots.items():
        wording = f"whisper.{name}" if filled.confirmed else f"whisper.{name}.unconfirmed"
        if name not in secret_slots and filled.flow != ALTERNATIVES and language.has(wording):
            yield wording, {"value": filled.value}
    yield "whisper.accept", {}


def _who(c: Conversation, language: Language) -> Iterator[tuple[str, Mapping[str, str]]]:
    match identity(c):
        case "verified":
            yield "whisper.verified", {"name": c.verified or ""}
        case "claimed":
            yield "whisper.claimed", {}
            if c.caller and "line" not in c.slots:
                yield "whisper.caller", {"value": c.caller}
        case _:
            yield "whisper.nobody", {}
