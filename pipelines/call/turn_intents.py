"""A turn that has ended, with what it may want; asked for ahead, as its words are heard."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from agent.clauses import clauses
from agent.events import Event, Hypothesis, TurnEnded
from agent.state import Conversation
from pipelines.intents.classifier import IntentClassifier
from pipelines.packs.pack import Pack


async def with_intents(
    event: Event, intents: IntentClassifier, c: Conversation, packs: Mapping[str, Pack]
) -> Event:
    """The event; a `TurnEnded` with the likely intents of what was heard last, and of its clauses.

    Who says a secret, or talks to a person, wants nothing.
    """
    if c.expecting.secret or c.person is not None:
        return event
    match event:
        case Hypothesis(text=text) if text:
            for part in _parts(text, c, packs):
                intents.prepare(part)
        case TurnEnded() if c.hypothesis is not None:
            parts = _parts(c.hypothesis.text, c, packs)
            # together, so that nobody waits for each part in turn
            found = await asyncio.gather(*(intents.likely(part, c.language) for part in parts))
            return replace(event, intents=found[0], clauses=tuple(filter(None, found[1:])))
    return event


def _parts(text: str, c: Conversation, packs: Mapping[str, Pack]) -> tuple[str, ...]:
    """The text and its clauses."""
    return text, *clauses(text, packs[c.language].language.joins)
