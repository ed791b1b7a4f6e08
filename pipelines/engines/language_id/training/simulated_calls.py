"""Calls on paper, to tune and to measure routing: turns of a few words, each with its language.

A steady call keeps its language; in a switching one the caller changes over halfway. Turns are 1 to
8 words of texts that the table was not trained on.
"""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from agent.languages.language_routing import (
    DEFAULTS,
    Decision,
    Evidence,
    Memory,
    Thresholds,
    route,
    telling,
)
from pipelines.engines.language_id.identify import Identifier
from pipelines.engines.language_id.training.corpora import Sentence, Text
from pipelines.engines.language_id.training.short_turns import cut

_LENGTHS = range(1, 9)  # words of a turn
_MOST_FOREIGN = 0.5  # a turn with more is not of its recording's language
TURNS = 10  # of a call


@dataclass(frozen=True, slots=True)
class Routed:
    """What routing made of calls."""

    turns: int
    wrong: int  # switches away from the language spoken
    unserved: int  # times that a served language was said not to be
    followed: tuple[int, ...]  # turns until each change was followed, TURNS where it never was


def turn(texts: Sequence[Text], chance: random.Random) -> str:
    """A turn of a language: a few words of one of its texts."""
    while True:
        whole: Sentence = chance.choice(chance.choice(texts).sentences)
        said = cut(whole, chance.choice(_LENGTHS), chance)
        if said.mixed <= _MOST_FOREIGN:
            return " ".join(said.words)


def steady(
    table: Identifier,
    texts: Mapping[str, Sequence[Text]],
    served: Collection[str],
    calls: int,
    thresholds: Thresholds = DEFAULTS,
) -> dict[str, Routed]:
    """For each served language, calls whose callers never leave it."""
    found = {}
    for language in sorted(served):
        chance = random.Random(11)
        wrong = unserved = 0
        for _ in range(calls):
            said = [turn(texts[language], chance) for _ in range(TURNS)]
            decisions = run(table, language, said, served, thresholds)
            wrong += sum(d.kind == "switch" and d.language != language for d in decisions)
            unserved += sum(d.kind == "unsupported" for d in decisions)
        found[language] = Routed(calls * TURNS, wrong, unserved, ())
    return found


def switching(
    table: Identifier,
    texts: Mapping[str, Sequence[Text]],
    pairs: Sequence[tuple[str, str]],
    served: Collection[str],
    calls: int,
    thresholds: Thresholds = DEFAULTS,
) -> dict[tuple[str, str], Routed]:
    """For each (before, after), calls that are held in one while the caller speaks the other."""
    found = {}
    for before, after in pairs:
        chance = random.Random(12)
        wrong = 0
        followed = []
        for _ in range(calls):
            said = [turn(texts[after], chance) for _ in range(TURNS)]
            decisions = run(table, before, said, served, thresholds)
            wrong += sum(d.kind == "switch" and d.language != after for d in decisions)
            kind = "switch" if after in served else "unsupported"
            at = [n for n, d in enumerate(decisions, 1) if (d.kind, d.language) == (kind, after)]
            followed.append(at[0] if at else TURNS)
        found[before, after] = Routed(calls * TURNS, wrong, 0, tuple(followed))
    return found


def run(
    table: Identifier,
    language: str,
    said: Sequence[str],
    served: Collection[str],
    thresholds: Thresholds = DEFAULTS,
) -> list[Decision]:
    """The decisions of one call held in `language`, by the text alone."""
    memory = Memory()
    decisions = []
    for text in said:
        evidence = Evidence(table.identify(text), telling(text))
        decision = route(language, evidence, memory, served, thresholds)
        memory = decision.memory
        if decision.kind == "switch":
            language = decision.language
        decisions.append(decision)
    return decisions
