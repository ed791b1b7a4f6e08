"""Details that stand out in any turn: a moment, an address, a code that was spelled.

They may be said along with an answer ("yes, tomorrow at ten") or instead of what was proposed ("no,
rather monday morning").
"""

from datetime import datetime

from agent.commands import SetSlot, Understanding
from agent.flow import Slot
from agent.languages.language import Language, words
from agent.languages.yes_no import yes_or_no
from agent.question import OpenQuestion, answer, taken
from agent.slots.email import email
from agent.slots.moment import Clock, moment, names_time
from agent.slots.spelling import spelled
from agent.slots.values import choice

_LIKE_A_WISH = 0.6  # as much like a sample sentence


def mentioned(text: str, slot: Slot, clock: Clock | None, language: Language) -> str | None:
    """The value of such a detail that a text names, None if it names none."""
    match slot.kind:
        case "moment":
            wish = clock is None or _is_wish(text, language)
            return None if wish or clock is None else moment(text, language.moments, clock)
        case "email":
            return email(text, language.spelling)
        case "spelled":
            return spelled(text, language.spelling, slot.least)
    return None


def by_mention(
    text: str, plain: str, question: OpenQuestion, language: Language
) -> Understanding | None:
    """The turn as one that names a detail beside the answer, or for it; None if it names none."""
    slot = question.along
    value = mentioned(text, slot, question.clock, language) if slot else None
    if slot is None or value is None:
        return None
    yes = yes_or_no(plain, language.yes_no_words).meaning
    detail = SetSlot(slot.name, value, confirmed=not slot.read_back)
    if question.name.startswith("confirm:"):
        if _is_proposed(text, value, question, language, yes):
            return Understanding("question", "affirm", 1.0, answer(question, True))
        return Understanding("question", slot.name, 1.0, (detail,))
    if question.is_yes_or_no and yes:
        return Understanding("question", "affirm", 1.0, (*answer(question, True), detail))
    asked = question.slot
    chosen = choice(plain, asked.choices, language) if asked else None
    if chosen is not None:
        return Understanding("question", chosen, 1.0, (taken(question, chosen), detail))
    return Understanding("question", slot.name, 1.0, (detail,))


def _is_wish(text: str, language: Language) -> bool:
    """Whether a day is only the day of something else: "my internet is down today"."""
    guess = language.classifier.guess(words(text))
    intent = language.intents.get(guess.intent)
    wish = intent is not None and intent.kind in ("flow", "signal")
    return wish and guess.score >= _LIKE_A_WISH


def _is_proposed(
    text: str, value: str, question: OpenQuestion, language: Language, yes: bool | None
) -> bool:
    """Whether this is what was proposed: named again, or a yes that names the day alone."""
    proposed = question.name.split(":", 2)[2]
    if yes is not False and value == proposed:
        return True
    clock = question.clock
    if not (yes and clock and clock.near):
        return False
    same_day = datetime.fromisoformat(value).date() == clock.near.date()
    return same_day and not names_time(text, language.moments)
