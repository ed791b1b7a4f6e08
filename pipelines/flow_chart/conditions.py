"""Why one edge is taken and not another: a small decision tree over what was different.

The tree is ID3's (Quinlan, Induction of Decision Trees, 1986): the feature that tells most first.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence, Set
from math import log2

Observation = tuple[
    frozenset[tuple[str, str]], str
]  # the features that were known, and where it led
_Known = tuple[dict[str, str], str]
Condition = tuple[tuple[str, tuple[str, ...]], ...]  # all of these: what is one of which


def conditions(seen: Iterable[Observation], own: Set[str]) -> dict[str, list[Condition]]:
    """Target -> under which conditions it was reached, any of them; () where nothing tells.

    `own` are the features of the answer itself; others tell only what these leave open.
    """
    found: dict[str, list[Condition]] = defaultdict(list)
    known = [(dict(features), target) for features, target in sorted(seen, key=_order)]
    for condition, target in _split(known, own):
        found[target].append(condition)
    return dict(found)


def _order(one: Observation) -> tuple[list[tuple[str, str]], str]:
    return sorted(one[0]), one[1]


def _split(seen: Sequence[_Known], own: Set[str]) -> Iterable[tuple[Condition, str]]:
    targets = dict.fromkeys(target for _, target in seen)
    best = _best(seen, own) if len(targets) > 1 else None
    if best is None:
        yield from (((), target) for target in targets)
        return
    parts: dict[str, list[_Known]] = defaultdict(list)
    for known, target in seen:
        parts[known[best]].append((known, target))
    same: dict[tuple[tuple[Condition, str], ...], list[str]] = defaultdict(list)
    for which, part in parts.items():
        same[tuple(_split(part, own))].append(which)
    for inner, which_ones in same.items():
        for condition, target in inner:
            yield ((best, tuple(which_ones)), *condition), target


def _best(seen: Sequence[_Known], own: Set[str]) -> str | None:
    """The feature that tells most of where it leads, known in all of them; an own one first."""
    common = set.intersection(*(set(known) for known, _ in seen))
    whole = _entropy(target for _, target in seen)
    ranked = []
    for feature in sorted(common):
        parts: dict[str, list[str]] = defaultdict(list)
        for known, target in seen:
            parts[known[feature]].append(target)
        left = sum(len(part) / len(seen) * _entropy(part) for part in parts.values())
        if (gain := round(whole - left, 9)) > 0:
            ranked.append((feature in own, gain, -len(parts), feature))
    return max(ranked)[3] if ranked else None


def _entropy(targets: Iterable[str]) -> float:
    counts = Counter(targets)
    whole = counts.total()
    return -sum(n / whole * log2(n / whole) for n in counts.values())
