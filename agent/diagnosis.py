"""Guided diagnosis: try one thing after another until a test shows that it works.

A `Diagnosis` is data, and `walk` reads off it what comes next, given what is known: as a flow, it
keeps no place of its own. Each reading of the test has a slot of its own, named by the step before
it ("speed", "speed_roaming"), so a test may be repeated as often as there are steps, and what was
tried, and what it led to, is in the packet that a person gets.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeAlias

from agent.acts import Act, Ask
from agent.flow import Known, Slot


class Outcome(Enum):
    """What became of a step, or of a whole diagnosis."""

    PASSED_OVER = "nothing was wrong here, and nothing was changed"
    TRIED = "something was changed"
    STUCK = "only a person can go on"


@dataclass(frozen=True, slots=True)
class Check:
    """A question about the caller's device; a step is for those who answer one of `answers`."""

    slot: Slot
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """What the caller is asked to do: the telling `inform <topic>`."""

    topic: str


# What the back office does about it: acts until it is done, then what became of it.
Service: TypeAlias = Callable[[Known], Act | Outcome]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to try, if all `checks` hold and the test last read one of `at` (empty: any).

    `name` names the reading after it: the slot "<test>_<name>", or the test's own where it is "".
    """

    name: str
    remedy: "Advice | Diagnosis | Service | Outcome"
    checks: tuple[Check, ...] = ()
    at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Steps until `test` reads one of `good`. It is read before the first, if `first`."""

    test: Slot
    good: tuple[str, ...]
    steps: tuple[Step, ...]
    first: bool = True

    @property
    def slots(self) -> tuple[Slot, ...]:
        """All that it may ask for, each once."""
        return tuple({slot.name: slot for slot in self._slots()}.values())

    def reading(self, step: Step) -> Slot:
        """The slot of the test after a step."""
        return replace(self.test, name=f"{self.test.name}_{step.name}") if step.name else self.test

    def _slots(self) -> Iterator[Slot]:
        if self.first:
            yield self.test
        for step in self.steps:
            yield from (check.slot for check in step.checks)
            if isinstance(step.remedy, Diagnosis):
                yield from step.remedy.slots
            if not isinstance(step.remedy, Outcome):
                yield self.reading(step)


def walk(diagnosis: Diagnosis, known: Known, **about: str) -> Act | Outcome:
    """The next act; once there is none, what became of it.

    PASSED_OVER if the first reading was good, TRIED if a later one is, else STUCK. `about` is what
    the tellings depend on: other values make them new again.
    """
    last = ""
    if diagnosis.first:
        read = known.slot(diagnosis.test.name)
        if read is None:
            return Ask(diagnosis.test.name)
        if read in diagnosis.good:
            return Outcome.PASSED_OVER
        last = read
    for step in diagnosis.steps:
        if step.at and last not in step.at:
            continue
        match _try(step, known, about):
            case Outcome.PASSED_OVER:
                continue
            case Outcome.TRIED:
                slot = diagnosis.reading(step).name
                read = known.slot(slot)
                if read is None:
                    return Ask(slot)
                if read in diagnosis.good:
                    return Outcome.TRIED
                last = read
            case act_or_stuck:
                return act_or_stuck
    return Outcome.STUCK


def _try(step: Step, known: Known, about: dict[str, str]) -> Act | Outcome:
    for check in step.checks:
        found = known.slot(check.slot.name)
        if found is None:
            return Ask(check.slot.name)
        if found not in check.answers:
            return Outcome.PASSED_OVER
    match step.remedy:
        case Advice(topic):
            return known.tell(topic, None, secret=False, **about) or Outcome.TRIED
        case Diagnosis():
            return walk(step.remedy, known, **about)
        case Outcome():
            return step.remedy
        case service:
            return service(known)
