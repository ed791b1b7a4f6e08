"""What telephone keys mean: digits of a number, 1 and 2 for yes and no, a menu, 0 for a person."""

from agent.commands import (
    NOT_UNDERSTOOD,
    ChangeLanguage,
    Command,
    OfferChoices,
    OpenMenu,
    Repeat,
    SetSlot,
    Signal,
    StartFlow,
    Understanding,
    WrongDigit,
)
from agent.flow import Slot
from agent.languages.language import Language
from agent.menu import Menu
from agent.question import OpenQuestion, answer, taken
from agent.slots.values import digit_format
from agent.state import THOUGHTS, Conversation

_ENDED = frozenset({"amount", "spelled"})  # of no length that is known: # or a pause ends them


def on_key(
    c: Conversation, question: OpenQuestion, menu: Menu, language: Language
) -> Understanding | None:
    """What the keys typed so far mean; None while a number is not complete.

    In a number, * starts again and # ends it; one that no more keys can follow ends by itself.
    Elsewhere 0 is a person, * repeats, # lists the choices, and 1, 2, 3... are the choices in the
    order in which they are offered. While the back office is asked the question has its answer:
    what is typed then means the next one, which may be a secret, and is dropped.
    """
    slot = question.slot
    typed = slot is not None and slot.kind in (*_ENDED, "digits")
    if any(p.name not in THOUGHTS for p in c.pending) and (typed or c.keys[-1:] not in ("", "0")):
        return None
    if slot is not None and slot.kind in _ENDED:
        return on_pause(c, question, language) if c.keys.endswith("#") else None
    if slot is not None and slot.kind == "digits":
        if c.keys == "#" and slot.instead:
            return _typed(slot.instead, SetSlot(slot.instead, "yes"))
        return _digits(c.keys, slot, language)
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
    if question.is_yes_or_no:
        return NOT_UNDERSTOOD
    if slot is None and not question.options:
        if language_of_key := menu.language_keys(c.offered).get(number_of_key):
            return _typed("language", ChangeLanguage(language_of_key))
        command = menu.choose(number_of_key)
        return _typed(_named(command), command) if command else NOT_UNDERSTOOD
    choices = tuple(value for value, _ in question.options) or (slot.choices if slot else ())
    if not 1 <= number_of_key <= len(choices):
        return NOT_UNDERSTOOD
    name = choices[number_of_key - 1]
    return _typed(name, taken(question, name))


def on_pause(c: Conversation, question: OpenQuestion, language: Language) -> Understanding:
    """What the keys typed mean where no more came."""
    slot = question.slot
    if slot is not None and slot.kind == "amount":
        return _amount(c.keys, slot)
    if slot is not None and slot.kind == "digits":
        wanted = digit_format(slot, language)
        if wanted.is_wrong(c.keys):
            return _typed(slot.name, WrongDigit(slot.name))
        if taken := wanted.take(c.keys):
            return _typed(slot.name, SetSlot(slot.name, taken.value))
    if slot is not None and slot.kind == "spelled":
        return _figures(c.keys, slot)
    return NOT_UNDERSTOOD


def _digits(keys: str, slot: Slot, language: Language) -> Understanding | None:
    wanted = digit_format(slot, language)
    number, ended = keys.rstrip("#"), keys.endswith("#")
    if wanted.is_wrong(number) and (ended or not wanted.goes_on(number)):
        return _typed(slot.name, WrongDigit(slot.name))
    taken = wanted.take(number, ended)
    if taken and (taken.whole or ended):
        return _typed(slot.name, SetSlot(slot.name, taken.value))
    return NOT_UNDERSTOOD if ended or not wanted.goes_on(number) else None


def _amount(keys: str, slot: Slot) -> Understanding:
    """Whole units of money that were typed, with or without the # that ends them."""
    figures = keys.rstrip("#")
    if not (figures.isdigit() and 0 < int(figures) < 10**7):
        return NOT_UNDERSTOOD
    return _typed(slot.name, SetSlot(slot.name, f"{int(figures)}.00"))


def _figures(keys: str, slot: Slot) -> Understanding:
    """What is spelled, where it has no letters."""
    figures = keys.rstrip("#")
    if not (figures.isdigit() and len(figures) >= slot.least):
        return NOT_UNDERSTOOD
    return _typed(slot.name, SetSlot(slot.name, figures))


def _named(command: Command) -> str:
    match command:
        case StartFlow(flow):
            return flow
        case OpenMenu(topic):
            return f"menu:{topic}"
    return ""


def _typed(intent: str, command: Command) -> Understanding:
    return Understanding("keypad", intent, 1.0, (command,))
