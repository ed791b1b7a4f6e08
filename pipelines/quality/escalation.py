"""Which rules call a person rightly, wrongly, or not at all, by what annotators say."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pipelines.quality.annotated import Judged
from pipelines.store.annotations import NONE

ANY = "any"  # in the place of a rule: whether a person was called, by whichever
How: TypeAlias = Literal["right", "wrong", "missed"]


@dataclass(frozen=True, slots=True)
class RuleJudged:
    """Of one rule, or of ANY: in how many calls it called rightly, wrongly, and not at all.

    `wrong` is by the rule that should have called in its place, `missed` by the one that did;
    NONE for no rule.
    """

    rule: str
    right: int
    wrong: Mapping[str, int]
    missed: Mapping[str, int]

    @property
    def called(self) -> int:
        """In how many calls it did."""
        return self.right + sum(self.wrong.values())

    @property
    def wanted(self) -> int:
        """In how many calls it should have."""
        return self.right + sum(self.missed.values())

    @property
    def precision(self) -> float | None:
        """The share of its calls that were right; None where it never called."""
        return self.right / self.called if self.called else None

    @property
    def recall(self) -> float | None:
        """The share that it called of those it should have; None where it never should."""
        return self.right / self.wanted if self.wanted else None


def how(call: Judged) -> dict[str, How]:
    """What each rule did in a call, ANY among them; without those that rightly did nothing."""
    found: dict[str, How] = {}
    if call.should == call.did:
        if call.did != NONE:
            found[call.did] = "right"
    else:
        if call.did != NONE:
            found[call.did] = "wrong"
        if call.should != NONE:
            found[call.should] = "missed"
    if found:
        both = NONE not in (call.should, call.did)
        found[ANY] = "right" if both else "wrong" if call.should == NONE else "missed"
    return found


def by_rule(calls: Iterable[Judged]) -> list[RuleJudged]:
    """Of every rule that called or should have; ANY first, then the most frequent."""
    right: Counter[str] = Counter()
    wrong: dict[str, Counter[str]] = {}
    missed: dict[str, Counter[str]] = {}
    for call in calls:
        for rule, did in how(call).items():
            match did:
                case "right":
                    right[rule] += 1
                case "wrong":
                    wrong.setdefault(rule, Counter())[call.should] += 1
                case "missed":
                    missed.setdefault(rule, Counter())[call.did] += 1
    rules = {*right, *wrong, *missed}
    found = [RuleJudged(r, right[r], wrong.get(r, {}), missed.get(r, {})) for r in rules]
    return sorted(found, key=lambda each: (each.rule != ANY, -each.called - each.wanted, each.rule))
