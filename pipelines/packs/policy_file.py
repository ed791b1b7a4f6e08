"""`escalation.toml`: which rules hand over, the queues and their hours, the dialogue's numbers."""

from datetime import date
from pathlib import Path

from pydantic import Field, field_validator

from agent.hours import ALWAYS, DAYS, Hours, Span, spans
from agent.policy import Policy, Queue, RuleSetting
from pipelines.errors import ConfigurationError
from pipelines.packs.toml_files import Strict, parse


class _RuleEntry(Strict):
    after: int = Field(ge=1)
    queue: str


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


class _PolicyFile(Strict):
    rules: dict[str, _RuleEntry]
    queues: dict[str, _QueueEntry] = Field(default_factory=dict)
    dialogue: dict[str, float | int]


def load_policy(path: Path) -> Policy:
    """The escalation policy."""
    raw = parse(_PolicyFile, path)
    try:
        return Policy(
            rules={name: RuleSetting(r.after, r.queue) for name, r in raw.rules.items()},
            queues={name: q.queue() for name, q in raw.queues.items()},
            **raw.dialogue,  # type: ignore[arg-type]
        )
    except TypeError as error:
        raise ConfigurationError(f"{path}: [dialogue] {error}") from error
