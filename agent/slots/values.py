"""The things callers say in answer to a question: numbers, codes, choices."""

from agent.flow import Slot
from agent.languages.language import Language, words
from agent.numbers.digit_format import DigitFormat, Number, number
from agent.numbers.digits import all_digits, read
from agent.numbers.phone_numbers import plan
from agent.numbers.quantities import CURRENCIES, quantities

_MOST = 10_000_000  # an amount has no more than seven figures before the point


def spoken_digits(text: str, language: Language) -> str:
    """The digits in `text`, typed or said, in order; "" if there are none.

    A redacted digit ("•", see `agent/privacy.py`) counts as one, so that a log replays.
    """
    return all_digits(text, language.digit_words)


def digit_format(slot: Slot, language: Language) -> DigitFormat:
    """What the digits of a slot have to be like where the language is spoken."""
    if slot.check != "phone":
        return DigitFormat(slot.fewest or slot.digits, slot.digits, slot.check)
    known = plan(language.region)
    return DigitFormat(known.fewest, known.most, slot.check, language.region, slot.abroad)


def digits_of(text: str, wanted: DigitFormat, language: Language) -> Number | None:
    """The number in `text`, as heard; None if none fits."""
    return number(text, language.digit_words, wanted)


def beginning(text: str, language: Language) -> str:
    """The digits of a text that says nothing else; "" of any other, and of a corrected one.

    A "+" stands before those that begin with a country's code.
    """
    runs, others = read(text, language.digit_words)
    groups = [group for run in runs for group in run.groups]
    plain = len(runs) == 1 and not others
    plain = plain and not any(g.anew or (n and g.international) for n, g in enumerate(groups))
    if not plain:
        return ""
    return f"+{runs[0].digits}" if groups[0].international else runs[0].digits


def amount(text: str, language: Language) -> str | None:
    """The one sum of money in `text` as "12.50"; None if there is none, or several."""
    found = quantities(text, language.digit_words.numerals)
    sums = {q.value for q in found if q.unit in CURRENCIES} or {
        q.value for q in found if not q.unit and not q.joined
    }
    value = sums.pop() if len(sums) == 1 else None
    return f"{value:.2f}" if value is not None and 0 < value < _MOST else None


def choice(text: str, choices: tuple[str, ...], language: Language) -> str | None:
    """The choice that `text` (reduced to words) names; None if none or several.

    Words within a longer name are not counted: "e-mail address" names no address.
    """
    said = {
        name: [words(w) for w in (*intent.words, *intent.say) if contains(text, words(w))]
        for name in choices
        if (intent := language.intents.get(name))
    }
    every = [phrase for phrases in said.values() for phrase in phrases]
    named = [
        name
        for name, phrases in said.items()
        if any(all(p == other or not contains(other, p) for other in every) for p in phrases)
    ]
    return named[0] if len(named) == 1 else None


def contains(text: str, phrase: str) -> bool:
    """Whether the words of `phrase` stand together in `text`."""
    return f" {phrase} " in f" {text} "
