"""The things callers say in answer to a question: numbers, codes, choices, yes and no."""

from agent.digits import all_digits, number
from agent.language import Language, words


def spoken_digits(text: str, language: Language) -> str:
    """The digits in `text`, typed or said, in order; "" if there are none.

    A redacted digit ("•", see `agent/privacy.py`) counts as one, so that a log replays.
    """
    return all_digits(text, language.digit_words)


def digits_of(text: str, length: int, language: Language) -> tuple[str, bool]:
    """The number of `length` digits in `text`, "" if none, and whether it is beyond doubt."""
    return number(text, language.digit_words, length)


def yes_or_no(text: str, language: Language) -> tuple[bool | None, str]:
    """Whether `text` (reduced to words) begins with a yes or a no, and what else was said.

    The longest matching sample counts, so "no problem" can be a yes in a pack that says so.
    """
    found: bool | None = None
    length = 0
    for name, meaning in (("affirm", True), ("deny", False)):
        intent = language.intents.get(name)
        for sample in (words(s) for s in (intent.say if intent else ())):
            if (text == sample or text.startswith(sample + " ")) and len(sample) > length:
                found, length = meaning, len(sample)
    return found, text[length:].strip()


def choice(text: str, choices: tuple[str, ...], language: Language) -> str | None:
    """The choice that `text` (reduced to words) names; None if none or several."""
    named = [
        name
        for name in choices
        if (intent := language.intents.get(name))
        and any(contains(text, words(w)) for w in (*intent.words, *intent.say))
    ]
    return named[0] if len(named) == 1 else None


def contains(text: str, phrase: str) -> bool:
    """Whether the words of `phrase` stand together in `text`."""
    return f" {phrase} " in f" {text} "
