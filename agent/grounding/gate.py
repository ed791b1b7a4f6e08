"""What a language model may say: every sentence passes here before a voice gets it.

It may say what the passages say, in its own words. It may not bring in a number, a price, a date or
an address that they do not have, promise anything, claim to have done something (it cannot act),
speak of its own workings or of the call, repeat itself, or put out what is no speech; and most of
what it says must be the passages' words, its numbers beside what they count there, its "not" where
theirs is (`contradiction.py`). The gate compares and counts; it does not understand: "calls
are free" passes where a passage says that some calls are free. Languages without number words of
their own (`GateRules.numerals`) are checked by their figures only.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Literal, TypeAlias

from agent.grounding.contradiction import Sense, contradiction
from agent.grounding.utterable import not_speech
from agent.numbers.numerals import Numerals, plain, without_accents
from agent.numbers.quantities import Quantity, is_ordinal, is_telephone, names, quantities, runs

Reason: TypeAlias = Literal[
    "", "empty", "length", "characters", "markup", "machinery", "language", "address", "promise",
    "deed", "claim", "number", "subject", "negation", "unfinished", "repeat",
    "ungrounded",
]  # fmt: skip

_MACHINERY = re.compile(
    r"^\s*(?:(?:system|assistant|user)\b|(?:human|agent|caller|tool|function|ai|système|utilisateur)\s*:)"
    r"|\b(?:inst|system prompt|language model|json|tool_?calls?|lorem ipsum|as an ai)\b"
)
_DOMAINS = (
    "com|net|org|info|io|app|eu|fr|sn|en|de|be|ch|uk|us|example|invalid|test|md|txt|json|toml"
)
_ADDRESS = re.compile(
    rf"\S+@\S*|@|\b(?:https?:|www\.)\S*|\b[\w-]+(?:\.[\w-]+)*\.(?:{_DOMAINS})\b(?:/\S*)?"
)
_CODE = re.compile(r"[*#][\d*#]*\d[\d*#]*|\d+[*#][\d*#]*")  # "*123#"
_MIXED = re.compile(r"\b(?=\w*\d)(?=\w*[^\W\d_])[\w]+\b")  # "5G", "tw3nty"
_ROMAN = re.compile(r"\b(?=[IVXLCDM]{2})M*(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})\b")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)  # as `GateRules.claims` names them
# Of a sentence's longer words that name something, compared by their beginnings (inflections
# differ), this share has to be the facts'. None of 144 faithful sentences is refused.
_GROUNDED = 0.5
_LONG, _BEGINNING = 4, 4  # letters
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, eq=False)
class GateRules:
    """What the gate knows of a language.

    A phrase of `promises`, `deeds` and `machinery` is words in a row; a word may be alternatives
    ("we|i will|ll refund") or the beginning of a word ("refund-"), and "*" stands for up to two
    words of any kind. `claims` are words that must be in the facts by the name they stand for
    ("free", "tomorrow", "half"). `fallback` reads facts that were found in another language.
    """

    numerals: Numerals = field(default_factory=Numerals)
    promises: tuple[str, ...] = ()
    deeds: tuple[str, ...] = ()
    machinery: tuple[str, ...] = ()
    claims: Mapping[str, str] = field(default_factory=dict)
    fillers: frozenset[str] = frozenset()  # words that name nothing
    denials: tuple[str, ...] = ()  # words that say "not"
    soft_denials: tuple[str, ...] = ()  # and those that do so in another word: "free", "closed"
    most_words: int = 40  # in a sentence
    most_sentences: int = 4  # in an answer
    fallback: "GateRules | None" = None

    @cached_property
    def sense(self) -> Sense:
        """What tells of a contradiction."""
        return Sense(self.numerals, self.fillers, self.denials, self.soft_denials)

    @property
    def reads_words(self) -> bool:
        """Whether numbers written in words are checked; figures always are."""
        return bool(self.numerals.numbers)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a sentence may be said; if not, why, in a word that tells nothing of it."""

    ok: bool
    reason: Reason = ""


PLAIN_RULES = GateRules()


def check(
    sentence: str,
    facts: Sequence[str],
    language: str,
    *,
    language_of: str | None = None,
    facts_language: str | None = None,
    said: int = 0,
    rules: GateRules = PLAIN_RULES,
) -> Verdict:
    """Whether a sentence of an answer may be said.

    Args:
        sentence: what the language model wants to say.
        facts: the passages it was shown, with their headings.
        language: what the caller is spoken to in.
        language_of: what the sentence was identified as; None where that is unknown.
        facts_language: what the facts are in; None where that is `language`.
        said: sentences of this answer that were let through before.
        rules: of `language`.
    """
    text = unicodedata.normalize("NFKC", sentence).strip()
    known = plain(" ".join(facts))
    reason = (
        not_speech(text, sentence, language, said, rules.most_words, rules.most_sentences)
        or _foreign(language, language_of)
        or _talk(text, rules)
        or _unknown(text, known, facts, rules)
        or ("" if facts_language not in (None, language) else _unlike(text, known, facts, rules))
    )
    return Verdict(not reason, reason)


def _foreign(language: str, language_of: str | None) -> Reason:
    if language_of is None or language_of.partition("-")[0] == language.partition("-")[0]:
        return ""
    return "language"


def _talk(text: str, rules: GateRules) -> Reason:
    """Whether it talks of itself, or of what it did or will do."""
    folded = _words(text)
    if _MACHINERY.search(plain(text)) or _says(rules.machinery, folded):
        return "machinery"
    if _says(rules.deeds, folded):
        return "deed"
    return "promise" if _says(rules.promises, folded) else ""


def _unknown(text: str, known: str, facts: Sequence[str], rules: GateRules) -> Reason:
    """Whether it holds something that the facts do not."""
    folded = plain(text)
    if "//" in folded:  # nobody says that
        return "address"
    for address in _ADDRESS.findall(folded):
        if address.rstrip(".,;:!?)") not in known:
            return "address"
    for code in _CODE.findall(folded):
        if code not in known:
            return "number"
    there = _facts(tuple(facts), rules)
    if names(text, rules.numerals, rules.claims) - there.claims:
        return "claim"
    for token in _MIXED.findall(folded):
        there_too = re.search(rf"\b{re.escape(token)}\b", known)
        if not (there_too or is_ordinal(token) or _has_unit(token, rules)):
            return "number"
    for roman in _ROMAN.findall(text):
        if roman and plain(roman) not in known.split():
            return "number"
    said = quantities(text, rules.numerals)
    return "" if all(there.have(run) for run in runs(said)) else "number"


def _unlike(text: str, known: str, facts: Sequence[str], rules: GateRules) -> Reason:
    """Whether it says something else of the facts' things, or speaks of other things."""
    return contradiction(text, facts, rules.sense) or _ungrounded(text, known, rules)


def _ungrounded(text: str, known: str, rules: GateRules) -> Reason:
    """Whether it speaks of something else than the facts. Short sentences have no say in it."""
    there = {word[:_BEGINNING] for word in _words(known).split()}
    numerals = rules.numerals
    long = [
        word
        for word in _words(text).split()
        if len(word) >= _LONG
        and not (word.isdigit() or word in numerals.numbers or word in numerals.scales)
        and word not in rules.fillers
    ]
    shared = sum(word[:_BEGINNING] in there for word in long)
    return "ungrounded" if len(long) > 1 and shared < _GROUNDED * len(long) else ""


def _has_unit(token: str, rules: GateRules) -> bool:
    """ "10gb", "8h": a number and its unit, where others are names ("5g") or tricks ("tw3nty")."""
    found = quantities(token, rules.numerals)
    return token[0].isdigit() and len(found) == 1 and bool(found[0].unit)


_LINE = re.compile(r"\n|(?<=[.!?])\s+(?=[^\W\d_a-zà-ÿ])")  # sentences and rows of a table


class _Facts:
    """The quantities that the facts hold, each with all that stands in the same sentence."""

    def __init__(self, facts: Sequence[str], rules: GateRules) -> None:
        self._found: list[tuple[Quantity, frozenset[str]]] = []
        self._digits: set[str] = set()
        self.claims: frozenset[str] = frozenset()
        for reader in (r for r in (rules, rules.fallback) if r is not None):
            for line in (line for fact in facts for line in _LINE.split(fact)):
                self._add(line, reader)

    def _add(self, line: str, reader: GateRules) -> None:
        found = quantities(line, reader.numerals)
        near = frozenset({q.unit for q in found} | {q.period for q in found})
        near |= names(line, reader.numerals, {**reader.numerals.units, **reader.numerals.periods})
        self.claims |= names(line, reader.numerals, reader.claims)
        self.claims |= {_MONTHS[int(q.unit[5:]) - 1] for q in found if q.unit.startswith("date-")}
        self._found += [(quantity, near) for quantity in found]
        for run in runs(found):
            self._digits.add("".join(q.digits for q in run))

    def have(self, run: tuple[Quantity, ...]) -> bool:
        """Whether the numbers of a run are there: as one string of digits, or each of them."""
        digits = "".join(q.digits for q in run)
        if is_telephone(run):
            ends = digits.lstrip("0")
            return any(d == digits or (len(ends) >= 7 and d.endswith(ends)) for d in self._digits)
        if len(run) > 1 and digits in self._digits and not run[-1].unit:
            return True
        return all(self._has(quantity) for quantity in run)

    def _has(self, q: Quantity) -> bool:
        return any(
            _equal(q, fact)
            and (not q.unit or _unit(fact.unit, q.unit) or (not fact.unit and q.unit in near))
            and (not q.period or q.period in near)
            for fact, near in self._found
        )


@lru_cache(maxsize=64)
def _facts(facts: tuple[str, ...], rules: GateRules) -> _Facts:
    return _Facts(facts, rules)


def _equal(q: Quantity, fact: Quantity) -> bool:
    if q.unit == "o'clock" and fact.unit == "hour":
        return q.value % 12 == fact.value % 12
    return q.value == fact.value


def _unit(fact: str, said: str) -> bool:
    return fact == said or {fact, said} <= {"hour", "o'clock"}


def _words(text: str) -> str:
    """Words without accents, between single spaces, one at either end."""
    return " " + " ".join(_WORD.findall(without_accents(plain(text)))) + " "


@lru_cache(maxsize=64)
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    def one(word: str) -> str:
        if word == "*":
            return r"(?:[^ ]+ ){0,2}"
        ways = (_words(way).strip() + "[^ ]*" * way.endswith("-") for way in word.split("|"))
        return f"(?:{'|'.join(ways)}) "

    return re.compile(
        "(?<= )(" + "|".join("".join(one(w) for w in phrase.split()) for phrase in phrases) + ")"
    )


def _says(phrases: tuple[str, ...], folded: str) -> bool:
    """Whether a text (reduced by `_words`) says one of these phrases."""
    return bool(phrases and _pattern(phrases).search(folded))
