"""Dialogue acts: what we mean to say or need, without language (`agent/languages/wording.py`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers that a question offers: its value, and the wording that names it."""

    value: str
    wording: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask for a slot. `wording` where what may be answered depends on the situation.

    `options` are offered one by one, each with its key, for a slot of that kind.
    """

    slot: str
    wording: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Confirm:
    """Ask whether a slot's value is right; `wording` where the situation wants other words."""

    slot: str
    value: str
    wording: str = ""

    @property
    def values(self) -> Mapping[str, str]:
        """What the wording may say of it; a moment ("2026-11-24T19:30") has a day and a time."""
        return {"value": self.value, "day": self.value[:10], "at": self.value[11:16]}


@dataclass(frozen=True, slots=True)
class Inform:
    """Tell something once. `about` is what it depends on: other values make it new again."""

    topic: str
    values: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    secret: bool = False

    @property
    def key(self) -> str:
        """Names the telling, e.g. "inform balance line=770001234"."""
        return key("inform " + self.topic, self.about)


@dataclass(frozen=True, slots=True)
class LookUp:
    """Need a fact from the back office."""

    name: str
    arguments: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Handoff:
    """A person takes over. `reason` is a rule's or a flow's code, `queue` where the call goes."""

    reason: str
    queue: str

    @property
    def key(self) -> str:
        """Names the announcement, e.g. "handoff angry retention"."""
        return f"handoff {self.reason} {self.queue}"


Act: TypeAlias = Ask | Confirm | Inform | LookUp | Handoff


def key(name: str, arguments: Mapping[str, str]) -> str:
    """A name with its arguments, in a fixed order: facts and tellings are known by it."""
    return " ".join([name, *(f"{k}={v}" for k, v in sorted(arguments.items()))])
