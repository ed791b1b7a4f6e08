"""Goodbye is said, and the caller goes on: a farewell misheard, or one thing more.

The line stays open as long as the caller speaks. Who only takes leave, too, hears the goodbye to
its end; who says anything else is answered like before it.
"""

from collections.abc import Callable

from agent.actions import Hush
from agent.commands import NOT_UNDERSTOOD, Affirm, Deny, SayGoodbye, SmallTalk, Understanding
from agent.events import Event, Hypothesis, KeyPressed, LanguageChosen, TurnEnded
from agent.floor import Floor
from agent.ladder.answers import ASKED_BACK
from agent.languages.language import words
from agent.slots.values import contains
from agent.state import Conversation

_COURTESIES = (SayGoodbye, Affirm, Deny, SmallTalk)
_FEW = 3  # words that say no more than "you too" where they are not surely understood


def is_over(c: Conversation) -> bool:
    """Whether the last word is spoken, by both."""
    return bool(c.closing) and not c.saying and not (c.is_taking_leave and c.turn_open)


def stay(
    floor: Floor, event: Event, understand: Callable[[str, Hypothesis], Understanding]
) -> None:
    """Do not end the call of who wants something still: goodbye is not said to its end."""
    c = floor.conversation
    if not c.is_taking_leave:
        return
    match event:
        case KeyPressed() | LanguageChosen():
            floor.do(Hush())
        case Hypothesis() | TurnEnded() if c.hypothesis and not c.typed_over:
            if _is_more(floor, c.hypothesis, understand(c.hypothesis.text, c.hypothesis)):
                floor.do(Hush())


def _is_more(floor: Floor, heard: Hypothesis, found: Understanding) -> bool:
    """Whether a turn, or what was heard of it, is more than a farewell.

    Who was thought to have gone is there with any word but a farewell.
    """
    plain = words(heard.text)
    few = len(plain.split()) <= _FEW
    if not plain:
        return False
    says = floor.language.turn_taking
    if any(contains(plain, phrase) for phrase in says.hold):
        return True
    if plain in says.farewells or plain in says.thanks:
        return False
    if few and not heard.final:
        return False
    if floor.conversation.closing == "silent":
        return not any(isinstance(command, SayGoodbye) for command in found.commands)
    if found is NOT_UNDERSTOOD or found.confidence <= ASKED_BACK:
        return not few
    return not all(isinstance(command, _COURTESIES) for command in found.commands)
