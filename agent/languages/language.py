"""A language: how things are said in it, and how its speakers say what they want.

The values come from a folder under `prompts/`, read by `pipelines/packs/`; nothing here reads a
file. Gaps fall back to another language, and are listed by `waxtaan check`.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Literal

from agent.grounding.gate import PLAIN_RULES, GateRules
from agent.languages.classifier import Classifier
from agent.languages.turn_taking import TurnTakingWords
from agent.languages.yes_no import YesNoWords
from agent.numbers.digits import DigitWords
from agent.numbers.phone_numbers import REGION
from agent.slots.moment_words import MomentWords
from agent.slots.spelling import SpellingWords

# one apostrophe; and Turkish İ, whose dot `lower` makes a sign of its own
_ALIKE = str.maketrans({"’": "'", "ʼ": "'", "`": "'", "İ": "i"})
_NOT_A_WORD = re.compile(r"[^\w'•]+")


def words(text: str) -> str:
    """Text reduced to lower-case words with single spaces: what is compared with what was said."""
    text = unicodedata.normalize("NFC", text).translate(_ALIKE).lower()
    return " ".join(w.strip("'_") for w in _NOT_A_WORD.split(text) if w.strip("'_"))


@lru_cache(maxsize=1 << 16)
def reduced(phrase: str) -> str:
    """The words of a pack's phrase, kept: every turn is compared with all of them.

    Never of what a caller said, which is not to be kept.
    """
    return words(phrase)


@dataclass(frozen=True, slots=True)
class Intent:
    """Something a caller may want or answer, and sentences that say it.

    `kind` is "flow" (a use case of that name), "answer" (a choice's value, yes or no), "command"
    (about the conversation itself) or "signal" (an escalation rule watches for it). `words` are
    enough on their own wherever they stand. `must` are sentences it has to recognise without having
    been shown them; they test the pack and are never used to recognise. Beside a phrase of `unless`
    it is never meant ("emergency calls only").
    """

    name: str
    kind: Literal["flow", "answer", "command", "signal"]
    say: tuple[str, ...]
    words: tuple[str, ...] = ()
    must: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True)
class Language:
    """A language pack. `phrases` maps a wording's name to its sentences (templates)."""

    code: str
    name: str
    phrases: Mapping[str, tuple[str, ...]]
    intents: Mapping[str, Intent]
    digits: Mapping[str, str]  # spoken digit -> "0".."9"
    months: tuple[str, ...]  # standing alone
    months_in_dates: tuple[str, ...] = ()  # beside a day, where that is another form
    plural: Callable[[str], str] = field(default=lambda _: "other", compare=False, repr=False)
    decimal_point: str = "."
    fallback: "Language | None" = None
    gaps: tuple[str, ...] = field(default=())
    gate: GateRules = PLAIN_RULES  # what a language model's sentence in it must not hold
    yes_no_words: YesNoWords = field(default_factory=YesNoWords)  # how yes and no are said
    digit_words: DigitWords = field(default_factory=DigitWords)  # how a string of digits is said
    moments: MomentWords = field(default_factory=MomentWords)  # how a moment is said
    spelling: SpellingWords = field(default_factory=SpellingWords)  # how letters and signs are said
    turn_taking: TurnTakingWords = field(default_factory=TurnTakingWords)
    joins: tuple[
        str, ...
    ] = ()  # words between two parts of a turn, as `agent/languages/clauses.py` takes them
    both: tuple[str, ...] = ()  # "both of them", of two things that were named
    asks: tuple[str, ...] = ()  # with what a question begins: "how much", "do I have to"
    least: tuple[str, ...] = ()  # "cheapest", of what is offered
    most: tuple[str, ...] = ()  # "biggest"
    ordinals: Mapping[str, int] = field(default_factory=dict)  # "second" -> 2, "last" -> 0
    day_parts: Mapping[int, str] = field(default_factory=dict)  # from an hour on: "in the evening"
    languages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # how each is asked for
    served: tuple[str, ...] = ()  # codes of all languages that calls are answered in
    region: str = REGION  # the operator's country, where it is spoken: `Policy.region`
    # is told what is wrong with a wording, without anything of the caller's; decides nothing
    report: Callable[[str], None] = field(default=lambda _: None, compare=False, repr=False)

    def sentences(self, name: str) -> tuple[str, ...]:
        """The wording of that name, here or in the fallback; KeyError names what is missing."""
        if name in self.phrases:
            return self.phrases[name]
        if self.fallback is not None:
            return self.fallback.sentences(name)
        raise KeyError(f"no wording '{name}' in prompts/{self.code}/phrases.toml nor a fallback")

    def has(self, name: str) -> bool:
        """Whether that wording exists, here or in the fallback."""
        return name in self.phrases or (self.fallback is not None and self.fallback.has(name))

    @cached_property
    def exact(self) -> Mapping[str, tuple[str, ...]]:
        """Sample sentences as words -> the intents that have them."""
        found: dict[str, tuple[str, ...]] = {}
        for intent in self.intents.values():
            for sentence in intent.say:
                known = found.get(words(sentence), ())
                found[words(sentence)] = (*known, intent.name)
        return found

    @cached_property
    def signals(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """Each first word -> the phrases beginning with it that are enough for a signal: which."""
        found: dict[str, tuple[tuple[str, str], ...]] = {}
        for intent in self.intents.values():
            for phrase in map(reduced, intent.words if intent.kind == "signal" else ()):
                first = phrase.partition(" ")[0]
                found[first] = (*found.get(first, ()), (phrase, intent.name))
        return found

    @cached_property
    def asked_languages(self) -> Mapping[str, str]:
        """Phrases with which another language is asked for -> its code."""
        return {reduced(said): code for code, each in self.languages.items() for said in each}

    @cached_property
    def classifier(self) -> Classifier:
        """Sentences to wishes, commands and signals; nobody answers what was not asked."""
        wishes = [intent for intent in self.intents.values() if intent.kind != "answer"]
        return Classifier([(words(s), intent.name) for intent in wishes for s in intent.say])

    def of_kind(self, kind: str) -> tuple[str, ...]:
        """The names of the intents of a kind."""
        return tuple(i.name for i in self.intents.values() if i.kind == kind)
