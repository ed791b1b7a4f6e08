"""A call with what people say of it, as far as they agree."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.quality.turns import Turn
from pipelines.store.annotations import NONE, About, Annotation

MODEL = "model:"  # begins the name of an annotator who is none: no person's word


@dataclass(frozen=True, slots=True)
class Annotated:
    """A call with its annotations; `caller` is its channel, None where there is none."""

    id: str
    turns: Sequence[Turn]
    annotations: Sequence[Annotation]
    caller: Path | None = None

    def agreed(self, about: About) -> dict[int, Annotation]:
        """Turn -> what all people who annotated it say; the whole call is turn -1."""
        found: dict[int, list[Annotation]] = {}
        for each in self.annotations:
            if each.about == about and each.value and not each.who.startswith(MODEL):
                found.setdefault(-1 if each.turn is None else each.turn, []).append(each)
        same = {turn: said for turn, said in found.items() if len({a.value for a in said}) == 1}
        return {turn: said[-1] for turn, said in same.items()}

    def agreed_slots(self) -> dict[tuple[int, str], str]:
        """(turn, slot) -> the value that all people who annotated that slot there say it has."""
        found: dict[tuple[int, str], set[str]] = {}
        for each in self.annotations:
            slot, _, value = each.value.partition("=")
            if each.about == "slot" and value and each.turn is not None and not _is_model(each):
                found.setdefault((each.turn, slot.strip()), set()).add(value.strip())
        return {place: said.pop() for place, said in found.items() if len(said) == 1}

    def undecided(self, about: About) -> int:
        """Turns of which annotators say differently."""
        people = (a for a in self.annotations if not a.who.startswith(MODEL))
        turns = {a.turn for a in people if a.about == about and a.value}
        return len(turns) - len(self.agreed(about))


def _is_model(annotation: Annotation) -> bool:
    return annotation.who.startswith(MODEL)


@dataclass(frozen=True, slots=True)
class Judged:
    """In a call, the rule that should have called a person, and the one that did; NONE for none."""

    id: str
    should: str
    did: str


def judged(calls: Iterable[Annotated]) -> Iterator[Judged]:
    """Calls for which annotators say what should have been: of the whole call, or at a turn."""
    for call in calls:
        told = call.agreed("escalation")
        if not told:
            continue
        rules = [a.value for _, a in sorted(told.items()) if a.value != NONE]
        did = next((rule for turn in call.turns for rule in turn.escalated), NONE)
        yield Judged(call.id, rules[0] if rules else NONE, did)


def confusion(calls: Iterable[Annotated]) -> Mapping[tuple[str, str], int]:
    """(rule that should have called, rule that did) -> in how many calls; NONE for no rule."""
    return Counter((each.should, each.did) for each in judged(calls))
