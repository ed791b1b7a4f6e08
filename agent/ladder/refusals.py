"""Words that are like a wish and are none: refused by the caller, or those of something else."""

from agent.commands import Understanding
from agent.languages.language import Intent, Language, words
from agent.languages.yes_no import refuses
from agent.slots.values import contains

PERSON = "person"  # the signal of who asks for one


def is_refused(plain: str, found: Understanding, language: Language) -> bool:
    """Whether the caller says that they do not want what their words are like.

    That is use cases and a person; who wants no contract any more, or not to live, says so with a
    no.
    """
    intent = language.intents.get(found.intent)
    if intent is None or not (intent.kind == "flow" or intent.name == PERSON):
        return False
    if plain in language.exact:
        return False
    nearest = language.classifier.guess(plain, (intent.name,)).sample
    return refuses(plain, nearest, language.yes_no_words)


def is_excepted(plain: str, intent: Intent) -> bool:
    """Whether it is said in words that only look like it."""
    return any(contains(plain, words(phrase)) for phrase in intent.unless)
