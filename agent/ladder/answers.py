"""The open question's own parser: a number, a choice, an offer, a sum, yes or no, free words."""

import re
from collections.abc import Sequence

from agent.commands import (
    Affirm,
    Cancel,
    ChangeLanguage,
    ChangePace,
    CheckPresence,
    Command,
    Deny,
    DoNotKnow,
    ForgetSlot,
    KeepDigits,
    OfferChoices,
    Repeat,
    SayGoodbye,
    SetSlot,
    Signal,
    StartFlow,
    Understanding,
)
from agent.flow import NONE, Slot
from agent.ladder.mentions import by_mention, mentioned
from agent.ladder.refusals import meant_parts
from agent.languages.language import Intent, Language, reduced, words
from agent.languages.yes_no import yes_or_no
from agent.numbers.digit_format import DigitFormat
from agent.question import OpenQuestion, answer, taken
from agent.slots.options import option
from agent.slots.values import (
    amount,
    beginning,
    choice,
    choices_named,
    contains,
    digit_format,
    digits_of,
    ending,
    spoken_digits,
)

# Intents about the conversation itself, the same in every language.
COMMANDS: dict[str, tuple[Command, ...]] = {
    "affirm": (Affirm(),),
    "deny": (Deny(),),
    "repeat": (Repeat(),),
    "slower": (ChangePace("slow"),),
    "faster": (ChangePace("normal"),),
    "presence": (CheckPresence(),),
    "unsure": (DoNotKnow(),),
    "help": (OfferChoices(),),
    "cancel": (Cancel(),),
    "goodbye": (SayGoodbye(),),
    "other_number": (ForgetSlot("line"),),
    "english": (ChangeLanguage("en"),),
    "french": (ChangeLanguage("fr"),),
}
ASKED_BACK = 0.7  # as sure as what is always asked back
# Words beside a yes or no that need mean nothing ("no not really"). At "anything else?" a no ends
# the call, so there hardly any.
_ASIDE = 5
_BESIDE = 3  # words beside a yes that lets a secret out
_FEWEST = 2  # words that a text keeps
_FEW = 6  # words that say nothing beside the detail that they name
_SIGN = re.compile(r"[,.;:!?]+")
WHICH = "menu:which"  # which of two use cases?
_ASIDE_AT_THE_END = 1


def commands_for(intent: Intent) -> tuple[Command, ...]:
    """What an intent asks for, apart from any question."""
    match intent.kind:
        case "flow":
            return (StartFlow(intent.name),)
        case "signal":
            return (Signal(intent.name),)
    return COMMANDS.get(intent.name, ())


def by_question(
    text: str, plain: str, question: OpenQuestion, language: Language
) -> Understanding | None:
    """The turn as an answer to the question; None if it is none. `plain` is `text` as words."""
    if found := by_mention(text, plain, question, language):
        return found
    if question.is_yes_or_no:
        return _yes_or_no(text, plain, question, language)
    if question.options and (value := _option(text, plain, question, language)):
        return Understanding("question", value, 1.0, (taken(question, value),))
    if question.name == WHICH and question.options:
        return _which(plain, question, language)
    if question.slot is not None and not question.slot.typed:
        return _detail(text, plain, question, question.slot, language)
    return None


def _which(plain: str, question: OpenQuestion, language: Language) -> Understanding | None:
    """Both of two use cases, the first named first, or neither."""
    if any(contains(plain, phrase) for phrase in language.both):
        both = tuple(StartFlow(value) for value, _ in reversed(question.options))
        return Understanding("question", question.options[0][0], 1.0, both)
    said = yes_or_no(plain, language.yes_no_words)
    if said.meaning is False and len(said.rest.split()) <= _ASIDE:
        return Understanding("question", "deny", 1.0, (Cancel(),))
    return None


def _number(text: str, slot: Slot, before: str, language: Language) -> Understanding | None:
    """The number, or a part of it; `before` is what was said of it before.

    What is in doubt, or may be a part, is read back; a secret never is, and is asked for again.
    """
    wanted = digit_format(slot, language)
    found = digits_of(text, wanted, language)
    part = beginning(text, language)
    if not part and wanted.check == "phone" and not (found and found.plainly):
        part = ending(text, language)
    if part.startswith("+"):
        part = part if wanted.check == "phone" else ""
    elif part:
        part = before + part
    again = found is not None and (found.whole or found.value.startswith(before))  # from its start
    rest = bool(before and part) and not again and wanted.take(part) is not None
    if found and not rest and (found.plainly or found.stands_out or not slot.secret):
        sure = 1.0 if found.plainly and (found.whole or slot.secret) else ASKED_BACK
        known = SetSlot(slot.name, found.value, confirmed=not slot.read_back)
        return Understanding("question", slot.name, sure, (known,))
    if part:
        return _part(slot, wanted, part)
    if slot.instead and says(words(text), slot.instead, language):
        return Understanding("question", slot.instead, 1.0, (SetSlot(slot.instead, "yes"),))
    return None


def _part(slot: Slot, wanted: DigitFormat, digits: str) -> Understanding | None:
    """Digits that were said in several turns: kept, or the number; None where they are too many."""
    if taken := wanted.take(digits):
        sure = 1.0 if slot.secret else ASKED_BACK  # read back, unless it is a secret
        return Understanding("question", slot.name, sure, (SetSlot(slot.name, taken.value),))
    kept = Understanding("question", slot.name, 1.0, (KeepDigits(slot.name, digits),))
    return kept if wanted.goes_on(digits) else None


def _detail(
    text: str, plain: str, question: OpenQuestion, slot: Slot, language: Language
) -> Understanding | None:
    value: str | None = None
    intent, sure = slot.name, 1.0
    match slot.kind:
        case "choice":
            named = chosen(text, slot.choices, language)
            if slot.second and len(named) > 1:
                both = SetSlot(slot.name, named[0]), SetSlot(slot.second, named[1])
                return Understanding("question", named[0], 1.0, both)
            value = named[0] if len(named) == 1 else None
            intent = value or ""
        case "digits":
            return _number(text, slot, question.digits, language)
        case "amount":
            value = amount(text, language)
        case "text" if turned_down(plain, language):
            return Understanding("question", "cancel", 1.0, (Cancel(),))
        case "text" if yes_or_no(plain, language.yes_no_words).is_yes:
            return None
        case "text" if len(plain.split()) >= slot.least:
            value = stated(text, language)
        case "moment" | "email" | "spelled":
            value = mentioned(text, slot, question.clock, language)
    if value is not None:
        known = SetSlot(slot.name, value, confirmed=not slot.read_back)
        return Understanding("question", intent, sure, (known,))
    if slot.instead and says(plain, slot.instead, language):
        return Understanding("question", slot.instead, 1.0, (SetSlot(slot.instead, "yes"),))
    return None


def chosen(text: str, choices: tuple[str, ...], language: Language) -> list[str]:
    """The choices that a turn names, less those that it says are not meant."""
    return choices_named(meant_parts(text, language), choices, language)


def turned_down(plain: str, language: Language) -> bool:
    """Whether nothing is said but that nothing is wanted: "no, that'll do, thank you"."""
    said = yes_or_no(plain, language.yes_no_words)
    return not said.rest and (said.meaning is False or said.open)


def corrected(
    text: str, plain: str, question: OpenQuestion, language: Language
) -> Understanding | None:
    """Another choice than the one made before, at a later question: "no, I have a voucher"."""
    said = yes_or_no(plain, language.yes_no_words)
    no = said.meaning is False
    beside = (
        plain if said.meaning is None and not said.open else said.rest
    )  # "fine" chooses nothing
    for slot, value in question.settled:
        named = chosen(text, slot.choices, language)
        named = [name for name in named if name in choices_named(beside, slot.choices, language)]
        if len(named) == 1 and named[0] != value:
            secret = question.slot is not None and question.slot.secret
            if no or (len(plain.split()) <= _FEW and not secret):
                return Understanding("question", named[0], 1.0, (SetSlot(slot.name, named[0]),))
    return None


def stated(text: str, language: Language) -> str:
    """A caller's own words, less what only begins them ("well, it's ...")."""
    said, before = text.split(), language.yes_no_words.asides
    while len(said) > _FEWEST and words(said[0]) in (*before, *language.digit_words.beside, ""):
        said = said[1:]
    return " ".join(said)


def says(plain: str, intent: str, language: Language) -> bool:
    """Whether a turn has words of this answer, or says one of its samples."""
    known = language.intents.get(intent)
    named = known is not None and any(contains(plain, reduced(phrase)) for phrase in known.words)
    return named or intent in language.exact.get(plain, ())


def _option(text: str, plain: str, question: OpenQuestion, language: Language) -> str | None:
    """What is taken of what was offered; yes takes a lone option, and no takes none."""
    said = yes_or_no(plain, language.yes_no_words)
    none = said.meaning is False and (not said.rest or begins_with(text, language) is False)
    if question.slot and none:
        return NONE
    if question.slot and said.meaning and len(question.options) == 1:
        return question.options[0][0]
    return option(text, question.options, language)


def _yes_or_no(
    text: str, plain: str, question: OpenQuestion, language: Language
) -> Understanding | None:
    said = yes_or_no(plain, language.yes_no_words)
    meaning, rest = said.meaning, said.rest
    if meaning is None:
        return None
    commands = answer(question, meaning)
    intent = "affirm" if meaning else "deny"
    if not rest:
        return Understanding("question", intent, 1.0, commands)
    guess = language.classifier.guess(rest)  # "no, my bill": the answer, and what comes with it
    more = language.intents.get(guess.intent)
    if more and more.kind in ("flow", "signal", "command") and guess.score >= 0.6:
        if question.name == "more" or (question.asks_wish and not meaning):
            commands = ()  # what was meant takes the place of what we thought
        return Understanding("question", more.name, 1.0, (*commands, *commands_for(more)))
    aside = _ASIDE_AT_THE_END if question.name == "more" else _ASIDE
    many = len(rest.split()) > aside
    if many or (meaning and question.is_strict and not _is_plain(plain, rest, language)):
        begins = question.name != "more" and not meaning and begins_with(text, language) is False
        return Understanding("question", intent, 1.0, commands) if begins else None
    return Understanding("question", intent, 1.0, commands)


def _is_plain(plain: str, rest: str, language: Language) -> bool:
    """Whether nothing beside a yes takes anything of it back: "go on, when does it start"."""
    says = language.yes_no_words
    turned = any(word in says.turns for word in rest.split())
    return len(rest.split()) <= _BESIDE and not (
        turned or any(contains(plain, doubt) for doubt in says.doubts)
    )


def begins_with(text: str, language: Language) -> bool | None:
    """The yes or no that stands before all else that is said: "no, no, well, it is my bill"."""
    lead = yes_or_no(words(_SIGN.split(text.strip(), maxsplit=1)[0]), language.yes_no_words)
    return None if lead.rest else lead.meaning


def weakest(
    found: Understanding,
    question: OpenQuestion,
    language: Language,
    heard: Sequence[tuple[str, float]],
) -> float:
    """The confidence of the worst heard word that says the detail; 1 where none is known."""
    slot = question.along if question.along else question.slot
    if slot is None or not any(isinstance(c, SetSlot) for c in found.commands):
        return 1.0
    saying = (
        sure
        for word, sure in heard
        if spoken_digits(words(word), language)
        or choice(words(word), slot.choices, language)
        or (slot.kind == "spelled" and len(words(word)) == 1)
    )
    return min(saying, default=1.0)
