"""The things callers say in answer to a question: numbers, codes, choices."""

import re

from agent.flow import Slot
from agent.languages.language import Intent, Language, reduced
from agent.numbers.digit_format import DigitFormat, Number, number
from agent.numbers.digits import all_digits, read
from agent.numbers.phone_numbers import plan
from agent.numbers.quantities import CURRENCIES, FIVE, quantities

_POSSESSIVE = re.compile(r"(?<=\w)'s(?= |$)")  # "the internet's down"
_SENTENCES = re.compile(r"[.…:;?!]+")
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


def ending(text: str, language: Language) -> str:
    """The digits with which a text ends, in a sentence of their own; "" if it ends with others."""
    sentences = [part for part in _SENTENCES.split(text) if part.strip()]
    return beginning(sentences[-1], language) if sentences else ""


def amount(text: str, language: Language) -> str | None:
    """The one sum of money in `text` as "12.50"; None if there is none, or several."""
    found = quantities(text, language.digit_words.numerals)
    sums = {q.value for q in found if q.unit in CURRENCIES} or {
        q.value * (FIVE if q.in_fives else 1) for q in found if not q.unit and not q.joined
    }
    value = sums.pop() if len(sums) == 1 else None
    return f"{value:.2f}" if value is not None and 0 < value < _MOST else None


def choice(text: str, choices: tuple[str, ...], language: Language) -> str | None:
    """The choice that `text` (reduced to words) names; None if none or several."""
    named = choices_named(text, choices, language)
    return named[0] if len(named) == 1 else None


def choices_named(text: str, choices: tuple[str, ...], language: Language) -> list[str]:
    """The choices that `text` (reduced to words) names, in the order in which they stand in it.

    Words within a longer name are not counted: "e-mail address" names no address. "Internet's" is
    internet.
    """
    text = _POSSESSIVE.sub("", text)
    said = {
        name: [w for w in _phrases(intent) if contains(text, w)]
        for name in choices
        if (intent := language.intents.get(name))
    }
    every = [phrase for phrases in said.values() for phrase in phrases]
    at = {
        name: min(f" {text} ".index(f" {p} ") for p in own)
        for name, phrases in said.items()
        if (own := [p for p in phrases if all(p == o or not contains(o, p) for o in every)])
    }
    return sorted(at, key=lambda name: at[name])


def _phrases(intent: Intent) -> list[str]:
    return [_POSSESSIVE.sub("", reduced(phrase)) for phrase in (*intent.words, *intent.say)]


def contains(text: str, phrase: str) -> bool:
    """Whether the words of `phrase` stand together in `text`."""
    return f" {phrase} " in f" {text} "
