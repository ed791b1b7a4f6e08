"""What telephone keys mean: digits of a number, 1 and 2 for yes and no, a menu, 0 for a person."""

from collections.abc import Sequence

from agent.commands import Command, OfferChoices, Repeat, SetSlot, Signal, StartFlow
from agent.question import OpenQuestion, answer
from agent.state import Conversation
from agent.understanding import NOT_UNDERSTOOD, Understanding


def on_key(c: Conversation, question: OpenQuestion, menu: Sequence[str]) -> Understanding | None:
    """What the keys typed so far mean; None while a number is not complete.

    In a number, * starts again and # ends it. Elsewhere 0 is a person, * repeats, # lists the
    choices, and 1, 2, 3... are the choices in the order in which they are offered.
    """
    slot = question.slot
    if slot is not None and slot.kind == "digits":
        number = c.keys.rstrip("#")
        if len(number) == slot.digits:
            return _typed(slot.name, SetSlot(slot.name, number))
        return NOT_UNDERSTOOD if c.keys.endswith("#") or len(number) > slot.digits else None
    key = c.keys[-1:] or "*"
    if key == "0":
        return _typed("person", Signal("person"))
    if key == "*":
        return _typed("repeat", Repeat())
    if key == "#":
        return _typed("help", OfferChoices())
    number_of_key = int(key) if key.isdigit() else 0
    if question.is_yes_or_no and number_of_key in (1, 2):
        yes = number_of_key == 1
        commands = answer(question, yes)
        return Understanding("keypad", "affirm" if yes else "deny", 1.0, commands)
    choices = slot.choices if slot else tuple(menu)
    if not 1 <= number_of_key <= len(choices) or question.is_yes_or_no:
        return NOT_UNDERSTOOD
    name = choices[number_of_key - 1]
    return _typed(name, SetSlot(slot.name, name) if slot else StartFlow(name))


def _typed(intent: str, command: Command) -> Understanding:
    return Understanding("keypad", intent, 1.0, (command,))
