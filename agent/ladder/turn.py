"""A turn to be understood: its words, the question that it answers, and what it may mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from agent.languages.language import Language
from agent.question import OpenQuestion

Likely: TypeAlias = Sequence[tuple[str, float]]  # intents and their probabilities, highest first


@dataclass(frozen=True, slots=True)
class Turn:
    """`plain` is `text` as words; `likely` are its intents, `clauses` those of its parts.

    `reply` is whether it says yes or no. See `TurnEnded`, which brings all three.
    """

    text: str
    plain: str
    question: OpenQuestion
    language: Language
    likely: Likely = ()
    clauses: Sequence[Likely] = ()
    reply: Likely = ()
