"""What a turn may want, asked for as its words are heard and told with its end."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from agent.events import Event, Hypothesis, TurnEnded
from agent.languages.clauses import clauses
from agent.languages.language import Language
from agent.numbers.digits import all_digits
from agent.state import Conversation
from pipelines.intents.classifier import IntentClassifier


async def with_intents(
    event: Event,
    c: Conversation,
    intents: IntentClassifier | None,
    languages: Mapping[str, Language],
) -> Event:
    """A turn that has ended, with what it and its clauses may want; any other event as it is.

    Who may be saying a secret wants nothing, nor does who talks with a person.
    """
    if intents is None or c.person is not None:
        return event
    heard = event if isinstance(event, Hypothesis) else c.hypothesis
    if heard and c.expecting.secret and all_digits(heard.text, languages[c.language].digit_words):
        return event
    match event:
        case Hypothesis(text=text) if text:
            for part in (text, *clauses(text, languages[c.language].joins)):
                intents.prepare(part)
        case TurnEnded() if c.hypothesis is not None:
            text = c.hypothesis.text
            parts = (text, *clauses(text, languages[c.language].joins))
            # together, so that nobody waits for each part in turn
            found = await asyncio.gather(*(intents.likely(part, c.language) for part in parts))
            asked = "affirm" in c.expecting.intents
            reply = await intents.reply(text, c.question) if asked else ()
            clauses_found = tuple(filter(None, found[1:]))
            return replace(event, intents=found[0], clauses=clauses_found, reply=reply)
    return event
