"""`escalation.toml`: which rules hand over, the queues and their hours, the dialogue's numbers."""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from agent.hours import ALWAYS, DAYS, Hours, Span, spans
from agent.numbers.phone_numbers import REGION, regions
from agent.people.escalation import NAMES
from agent.policy import Policy, Queue, RuleSetting
from agent.state import REMEMBERED
from pipelines.errors import ConfigurationError
from pipelines.packs.toml_files import Strict, parse, validated

_Name = Annotated[str, StringConstraints(min_length=1)]


class _WeekEntry(Strict):
    """Opening hours by day of the week; a day that is not named is a day off."""

    mon: str = ""
    tue: str = ""
    wed: str = ""
    thu: str = ""
    fri: str = ""
    sat: str = ""
    sun: str = ""

    @field_validator("*")
    @classmethod
    def _readable(cls, text: str) -> str:
        spans(text)
        return text

    def week(self) -> tuple[tuple[Span, ...], ...]:
        return tuple(spans(getattr(self, day)) for day in DAYS)


class _RuleEntry(Strict):
    """What every rule's table may hold."""

    after: int = Field(ge=1)
    queue: _Name
    priority: int = Field(default=0, ge=1, le=999)
    hours: _WeekEntry | None = None

    def setting(self) -> RuleSetting:
        own = self.model_dump(exclude={"hours"})
        return RuleSetting(**own, hours=Hours(self.hours.week()) if self.hours else Hours())


class _HardToHear(_RuleEntry):
    below: float = Field(gt=0, lt=1)
    of_last: int = Field(default=0, ge=0, le=REMEMBERED)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        most = self.of_last or REMEMBERED
        if self.after > most:
            raise ValueError(f"after = {self.after} cannot be among the last {most} turns")
        return self


class _CallsAgain(_RuleEntry):
    after: int = Field(ge=2)  # this call is the first
    days: int = Field(ge=1, le=365)


class _ValuedCustomer(_RuleEntry):
    after: int = Field(default=1, ge=1, le=1)
    segments: frozenset[_Name] = Field(min_length=1)


class _AmountAboveLimit(_RuleEntry):
    after: int = Field(default=1, ge=1, le=1)
    over: dict[str, Any] = Field(min_length=1)

    @field_validator("over")
    @classmethod
    def _amounts(cls, over: dict[str, Any]) -> dict[str, Any]:
        for currency, limit in over.items():
            if not re.fullmatch("[A-Z]{3}", currency):
                raise ValueError(f"'{currency}' is no currency's code, such as EUR or XOF")
            if not isinstance(limit, str) or not re.fullmatch(r"\d{1,9}(\.\d{1,2})?", limit):
                raise ValueError(f'{currency} = {limit!r} is no amount in quotes, such as "300.00"')
        return over

    def setting(self) -> RuleSetting:
        limits = {currency: Decimal(limit) for currency, limit in self.over.items()}
        return replace(super().setting(), over=limits)


class _PolicySaysSo(_RuleEntry):
    after: int = Field(default=1, ge=1, le=1)
    flows: frozenset[_Name] = Field(min_length=1)


# Rules whose table holds more than that.
_OWN: Mapping[str, type[_RuleEntry]] = {
    "hard_to_hear": _HardToHear,
    "calls_again": _CallsAgain,
    "valued_customer": _ValuedCustomer,
    "amount_above_limit": _AmountAboveLimit,
    "policy_says_so": _PolicySaysSo,
}


class _QueueEntry(Strict):
    language: str = Field(default="en", pattern="^[a-z]{2,3}(-[a-z0-9]+)*$")
    ring: tuple[str, ...] = ()
    hours: _WeekEntry | None = None
    holidays: tuple[date, ...] = ()
    expected_wait: float = Field(default=0.0, ge=0)
    max_waiting: int = Field(default=0, ge=0)
    ring_seconds: float = Field(default=25.0, gt=0)

    def queue(self) -> Queue:
        week = self.hours.week() if self.hours else ALWAYS
        hours = Hours(week, frozenset(day.isoformat() for day in self.holidays))
        return Queue(
            self.language,
            self.ring,
            hours,
            self.expected_wait,
            self.max_waiting,
            self.ring_seconds,
        )


class _Dialogue(BaseModel):
    """The dialogue's numbers, and where the operator is."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, float | int]
    region: str = REGION

    @field_validator("region")
    @classmethod
    def _known(cls, region: str) -> str:
        if region not in regions():
            raise ValueError(f"'{region}' is no country's code in capitals, such as SN, FR or GB")
        return region


class _PolicyFile(Strict):
    rules: dict[str, dict[str, Any]]
    queues: dict[str, _QueueEntry] = Field(default_factory=dict)
    dialogue: _Dialogue


def load_policy(path: Path, flows: Collection[str] = ()) -> Policy:
    """The escalation policy; `flows` are the use cases that it may name."""
    raw = parse(_PolicyFile, path)
    rules = {name: _rule(name, table, path) for name, table in raw.rules.items()}
    _check_flows(rules, flows, path)
    try:
        return Policy(
            rules=rules,
            queues={name: q.queue() for name, q in raw.queues.items()},
            region=raw.dialogue.region,
            **raw.dialogue.__pydantic_extra__,  # type: ignore[arg-type]
        )
    except TypeError as error:
        raise ConfigurationError(f"{path}: [dialogue] {error}") from error


def _rule(name: str, table: dict[str, Any], path: Path) -> RuleSetting:
    if name not in NAMES:
        raise ConfigurationError(
            f"{path}: rules.{name}: there is no such rule; there are {', '.join(NAMES)}"
        )
    return validated(_OWN.get(name, _RuleEntry), table, path, f"rules.{name}").setting()


def _check_flows(rules: Mapping[str, RuleSetting], flows: Collection[str], path: Path) -> None:
    for name, rule in rules.items():
        if flows and (unknown := sorted(rule.flows - set(flows))):
            raise ConfigurationError(
                f"{path}: rules.{name}.flows: no use case is called '{unknown[0]}'; "
                f"there are {', '.join(sorted(flows))}"
            )
