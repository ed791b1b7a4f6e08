"""How far two annotators agree beyond chance: Cohen's kappa (Cohen, 1960)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import get_args

from pipelines.store.annotations import About, Annotation, pairs


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of two people on `n` things; `kappa` is None where they could not but agree."""

    about: About
    who: tuple[str, str]
    n: int
    same: int
    kappa: float | None


def agreements(calls: Iterable[Sequence[Annotation]]) -> list[Agreement]:
    """Of all pairs of people, on each kind of thing but comments and transcripts."""
    each = list(calls)
    found = []
    for about in get_args(About):
        if about in ("comment", "transcript"):
            continue
        for who, said in pairs(each, about).items():
            same = sum(one == other for one, other in said)
            found.append(Agreement(about, who, len(said), same, kappa(said)))
    return found


def kappa(said: Sequence[tuple[str, str]]) -> float | None:
    """From -1 to 1; None where both always say the same one thing, or nothing."""
    n = len(said)
    if not n:
        return None
    labels = {label for pair in said for label in pair}
    seen = sum(one == other for one, other in said) / n
    chance = sum(
        sum(one == label for one, _ in said) * sum(other == label for _, other in said)
        for label in labels
    ) / (n * n)
    return None if chance == 1 else (seen - chance) / (1 - chance)
