"""A turn to be understood: its words, the question that it answers, and what it may mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from agent.languages.language import Language, words
from agent.question import OpenQuestion

Likely: TypeAlias = Sequence[tuple[str, float]]  # intents and their probabilities, highest first


@dataclass(frozen=True)
class Turn:
    """What was heard or typed, `confidence` how surely.

    `heard` are its words with the confidence of each, where it is told: a detail is no surer than
    the weakest word that says it, however well the rest of the sentence was heard. `likely` are the
    intents that it may have by its meaning, `clauses` those of its parts, and `reply` what it says
    to a question of yes or no; see `TurnEnded`, which brings all three.
    """

    text: str
    question: OpenQuestion
    language: Language
    confidence: float = 1.0
    heard: Sequence[tuple[str, float]] = ()
    likely: Likely = ()
    clauses: Sequence[Likely] = ()
    reply: Likely = ()

    @cached_property
    def plain(self) -> str:
        """`text` as words."""
        return words(self.text)
