"""What the small Whisper is taught to hear: strings of digits, and what callers say."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

PROMPTS = Path(__file__).resolve().parents[3] / "prompts"
DIGITS = {
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    "fr": ("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"),
}
LANGUAGES = tuple(DIGITS)
MOST_DIGITS = 6
_OF_EACH_INTENT = {"en": 2, "fr": 1}  # sample sentences; English is what the model is for
# So small a model learns no more: the first use cases, and what is about the conversation itself.
_INTENTS = frozenset(
    [
        "balance",
        "bill",
        "outage",
        "sim",
        "affirm",
        "deny",
        "internet",
        "mobile",
        "television",
        "wait",
        "callback",
        "go_on",
        "repeat",
        "presence",
        "help",
        "cancel",
        "goodbye",
        "other_number",
        "person",
        "emergency",
        "distress",
        "fraud",
        "legal",
        "press",
        "bereavement",
        "anger",
        "leaving",
        "english",
        "french",
    ]
)
_ENGLISH = 0.75  # of all sentences
_DIGITS = 0.5  # of a language's sentences


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as Whisper should write it: lower case, words and spaces."""

    language: str  # "en" or "fr"
    text: str

    @property
    def is_digits(self) -> bool:
        """Whether it is a string of digits."""
        return all(word in DIGITS[self.language] for word in self.text.split())


@cache
def commands(language: str) -> tuple[str, ...]:
    """The first sample sentences of each intent of a language pack, each sentence once."""
    pack = tomllib.loads((PROMPTS / language / "intents.toml").read_text(encoding="utf-8"))
    count = _OF_EACH_INTENT[language]
    taught = [intent["say"][:count] for name, intent in pack.items() if name in _INTENTS]
    return tuple(dict.fromkeys(text for texts in taught for text in texts))


def draw(chance: np.random.Generator) -> Sentence:
    """Any sentence of the recipe."""
    language = "en" if chance.random() < _ENGLISH else "fr"
    if chance.random() < _DIGITS:
        return digits(chance, language)
    return Sentence(language, str(chance.choice(commands(language))))


def digits(chance: np.random.Generator, language: str) -> Sentence:
    """A string of one to `MOST_DIGITS` digits, as words."""
    count = int(chance.integers(1, MOST_DIGITS + 1))
    return Sentence(language, " ".join(chance.choice(DIGITS[language], count)))
