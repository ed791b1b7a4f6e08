"""Whether a sentence says of a thing what the facts say of that thing, and not of another.

"The Senior plan costs 10 euros" holds nothing that the pages do not: they know a Senior plan, and
10 euros, which is what the Small plan costs. So a number counts only with its subject: sentences
are cut into clauses, and a clause with a number may name nothing that the facts name beside another
number of the same kind. And what the facts say without a "not" may not be said with one, nor the
other way round. Both compare words by their beginnings, as inflections differ; neither understands.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from agent.numbers.numerals import Numerals, plain
from agent.numbers.quantities import Quantity, quantities

Contradiction: TypeAlias = Literal["", "subject", "negation", "ungrounded"]

_WORD = re.compile(r"[^\W_]+")
_SENTENCE = re.compile(r"\n|(?<=[.!?])\s+(?=[^\W\d_a-zà-ÿ])")
_BEGINNING = 4  # letters
_SHORT = 3  # letters of the shortest word that names something ("SIM")
_NEW = 0.4  # of the things that a sentence names may be new; one always
_ALIKE = 0.6  # of a clause's words, from which it says the same as a fact's clause
_RELATED = 0.5  # from which a "not" may be a fact's
_ENOUGH = 2  # words that two clauses share at least, if they say the same


@dataclass(frozen=True, eq=False)
class Sense:
    """What of a language is needed: its numbers, words that name nothing, words that deny.

    `soft_denials` deny in another word ("free", "closed"): beside them a "not" tells nothing.
    """

    numerals: Numerals
    fillers: frozenset[str] = frozenset()
    denials: tuple[str, ...] = ()
    soft_denials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Clause:
    """A part of a sentence: what it names, what it counts, whether it denies."""

    words: frozenset[str]
    aside: frozenset[str]  # of the sentence's parts without a number
    above: frozenset[str]  # of the headings
    topic: frozenset[str]  # of the heading that it stands under
    numbers: tuple[Quantity, ...]
    denies: bool | None  # None: in a word that is hard to weigh


def contradiction(text: str, facts: Sequence[str], sense: Sense) -> Contradiction:
    """How a sentence contradicts the facts, "" if it does not as far as can be seen."""
    known = _known(tuple(facts), sense)
    named = _content(text, sense)
    if _made_up(named, known):
        return "ungrounded"
    counted = quantities(text, sense.numerals)
    if not named and counted and not any(q.unit for q in counted):
        return "subject"  # a number of nothing
    for clause in _clauses(text, sense, frozenset(), frozenset()):
        if any(not _has_subject(clause, q, known) for q in clause.numbers):
            return "subject"
        if sense.denials and _denied(clause, known):
            return "negation"
    return ""


def _made_up(said: frozenset[str], known: Sequence[_Clause]) -> bool:
    """Whether several of the things that a sentence names are none of the facts'."""
    there = frozenset[str]().union(*(fact.words | fact.above for fact in known))
    new = len(said - there)
    return new > 1 and new > _NEW * len(said)


@lru_cache(maxsize=64)
def _known(facts: tuple[str, ...], sense: Sense) -> tuple[_Clause, ...]:
    found: list[_Clause] = []
    for fact in facts:
        headings, newline, body = fact.partition("\n")
        if not newline:
            headings, body = "", fact
        above = _content(headings, sense)
        topic = _content(headings.rpartition(">")[2], sense)
        found += _clauses(body, sense, above, topic)
    return tuple(found)


def _clauses(
    text: str, sense: Sense, above: frozenset[str], topic: frozenset[str]
) -> Iterator[_Clause]:
    joins = "|".join(re.escape(word) for word in sorted(sense.numerals.joins))
    cut = re.compile(rf"[,;:]\s+|\s+(?:{joins})\s+" if joins else r"[,;:]\s+")
    for sentence in _SENTENCE.split(text):
        parts = [part for part in cut.split(sentence) if part.strip()]
        counted = [quantities(part, sense.numerals) for part in parts]
        bare = (p for p, numbers in zip(parts, counted, strict=True) if not numbers)
        aside = frozenset[str]().union(*(_content(part, sense) for part in bare))
        for part, numbers in zip(parts, counted, strict=True):
            words = _content(part, sense)
            yield _Clause(words, aside, above, topic, numbers, _denies(part, sense))


def _content(text: str, sense: Sense) -> frozenset[str]:
    """The words that name something, by their beginnings."""
    numerals = sense.numerals
    counting = {*numerals.numbers, *numerals.scales, *numerals.units, *numerals.months}
    words = _WORD.findall(plain(text))
    return frozenset(
        word[:_BEGINNING]
        for word in words
        if len(word) >= _SHORT
        and not word.isdigit()
        and word not in counting
        and word not in sense.fillers
    )


def _has_subject(clause: _Clause, number: Quantity, known: Sequence[_Clause]) -> bool:
    """Whether the facts have this number beside nothing else than what the clause names."""
    beside = [fact for fact in known if any(_same(number, q) for q in fact.numbers)]
    if not beside:
        return True  # whether it is there at all is told elsewhere
    others = [
        fact
        for fact in known
        if fact not in beside and any(q.unit == number.unit for q in fact.numbers)
    ]
    named = clause.words | clause.aside
    topics = frozenset[str]().union(*(fact.topic for fact in known))
    return any(
        not named & ((topics | _beside(others)) - (fact.words | fact.aside | fact.above))
        for fact in beside
    )


def _beside(facts: Sequence[_Clause]) -> frozenset[str]:
    return frozenset[str]().union(*(fact.words | fact.aside for fact in facts))


def _same(one: Quantity, other: Quantity) -> bool:
    return one.value == other.value and (one.unit == other.unit or not (one.unit and other.unit))


def _denied(clause: _Clause, known: Sequence[_Clause]) -> bool:
    """Whether it denies what no fact does, or says without a "not" what the facts say with one."""
    if not clause.words:
        return False
    common = {fact: len(clause.words & (fact.words | fact.aside)) for fact in known}
    if clause.denies:
        near = _RELATED * len(clause.words)
        return not any(n >= near and fact.denies is not False for fact, n in common.items())
    most = max(common.values(), default=0)
    alike = most >= _ENOUGH and most >= _ALIKE * len(clause.words)
    alike = alike or any(clause.words == fact.words for fact in known)
    twins = [fact.denies for fact, n in common.items() if n == most]
    return alike and clause.denies is False and all(twins)


def _denies(text: str, sense: Sense) -> bool | None:
    said = f" {' '.join(_WORD.findall(plain(text)))} "
    if any(f" {phrase} " in said for phrase in sense.soft_denials):
        return None
    return any(f" {phrase} " in said for phrase in sense.denials)
