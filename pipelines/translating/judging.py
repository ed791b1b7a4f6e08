"""What of a model's answer is taken for a part, and why the rest is not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipelines.translating.checks import Target, cleaned, fault, mostly_unchanged, spoken
from pipelines.translating.items import Part


@dataclass(frozen=True, slots=True)
class Judged:
    """`taken` are the lines that stand; `faults` are why others do not, by line."""

    taken: tuple[str, ...]
    faults: Mapping[str, str] = field(default_factory=dict)

    @property
    def why(self) -> str:
        """The faults in a line."""
        return "; ".join(f"'{line}' {why}" if line else why for line, why in self.faults.items())


def judged(
    drafted: Sequence[str], part: Part, target: Target, before: Judged | None = None
) -> Judged:
    """`before` is what became of the model's first draft, where this is its second."""
    if part.how == "lines":
        return _lines([cleaned(line) for line in drafted], part, target, before)
    written = [cleaned(line) if part.pattern else spoken(line, target) for line in drafted]
    return _ways(list(dict.fromkeys(written)), part, target, before)


def enough(found: Judged, part: Part) -> bool:
    """Whether nothing need be asked again."""
    wanted = len(part.lines) if part.how == "lines" else part.fewest
    return len(found.taken) >= wanted


def _lines(drafted: Sequence[str], part: Part, target: Target, before: Judged | None) -> Judged:
    if len(drafted) != len(part.lines):
        return Judged((), {"": f"needs exactly {len(part.lines)} lines, has {len(drafted)}"})
    refused = before.faults if before else {}
    faults = {
        line: why
        for line, source in zip(drafted, part.lines, strict=True)
        if (why := fault(line, source, part, target, insists=line in refused))
    }
    return Judged((), faults) if faults else Judged(tuple(drafted))


def _ways(drafted: Sequence[str], part: Part, target: Target, before: Judged | None) -> Judged:
    faults = {line: why for line in drafted if (why := fault(line, "", part, target))}
    good = [line for line in drafted if line not in faults]
    if before is None and mostly_unchanged(drafted, part):
        faults |= {line: "is the source's, unchanged" for line in good if line in part.lines}
        good = [line for line in good if line not in faults]
    taken = tuple(dict.fromkeys((*(before.taken if before else ()), *good)))
    short = len(taken) < part.fewest
    if short and not faults:
        faults = {"": f"needs at least {part.fewest} different ones, has {len(taken)}"}
    return Judged(taken, faults if short else {})
