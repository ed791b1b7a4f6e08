"""What can be said of an answer in few words, so that edges can tell why they are taken."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import combinations
from typing import Any

from pipelines.flow_chart.shapes import AMOUNTS, DATES, EXAMPLES, NOT_FOUND, NOW

Features = dict[str, str]  # what -> which

FOUND = "found"
OF = "|"  # between a question and a feature of its answer, where several questions were asked
RELATION = " to "  # between the two amounts that a feature compares


def features(answer: Mapping[str, Any]) -> Features:
    """Of a back office's answer; what stands for free text tells nothing and is left out."""
    if answer == NOT_FOUND:
        return {FOUND: "no"}
    return {FOUND: "yes", **dict(_fields(answer, ""))}


def condition(feature: str, which: Sequence[str]) -> str:
    """In words: "kind: planned/fault", "total > previous total"."""
    feature = feature.rpartition(OF)[2]
    if feature == FOUND:
        return "/".join("found" if one == "yes" else "not found" for one in which)
    one, related, other = feature.partition(RELATION)
    told = f"{one} {'/'.join(which)} {other}" if related else f"{feature}: {'/'.join(which)}"
    return told.replace("_", " ")


def _fields(answer: Mapping[str, Any], before: str) -> Iterator[tuple[str, str]]:
    for name, value in answer.items():
        match value:
            case bool():
                yield before + name, "yes" if value else "no"
            case list():
                yield before + name, ("none", "one", "several")[min(len(value), 2)]
                if value and isinstance(value[0], Mapping):
                    yield from _fields(value[0], f"{before}{name}: ")
            case Mapping():
                yield from _fields(value, f"{before}{name}: ")
            case None:
                yield before + name, "unknown"
            case _ if (told := _scalar(value)) is not None:
                yield before + name, told
    amounts = {n: Decimal(v) for n, v in answer.items() if v in AMOUNTS and isinstance(v, str)}
    for one, other in combinations(amounts, 2):
        a, b = amounts[one], amounts[other]
        sign = ">" if a > b else "<" if a < b else "="
        yield f"{before}{one}{RELATION}{other}", sign


def _scalar(value: Any) -> str | None:
    if isinstance(value, int):
        return str(value)
    if value in AMOUNTS:
        return "0" if not Decimal(value) else "more"
    if str(value)[:10] in DATES:
        return "gone by" if str(value) < NOW else "to come"
    return "known" if value in EXAMPLES else str(value) or "nothing"
