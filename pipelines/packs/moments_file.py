"""`[moments]` of a language's `language.toml`: how a moment is said."""

from collections.abc import Mapping
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field

from agent.numbers.numerals import Numerals
from agent.slots.moment_words import MomentWords
from pipelines.packs.toml_files import Strict


def _is_time(text: str) -> str:
    hour, _, minute = text.partition(":")
    if not (hour.isdigit() and minute.isdigit() and int(hour) <= 24 and int(minute) < 60):
        raise ValueError(f"'{text}' is no time of day such as 09:00")
    return text


_Time: TypeAlias = Annotated[str, AfterValidator(_is_time)]
_Weekday: TypeAlias = Annotated[int, Field(ge=0, le=6)]
_Minutes: TypeAlias = Annotated[int, Field(ge=1, le=366 * 1440)]


class MomentsTable(Strict):
    """The table, validated; times of day as they are written."""

    days: dict[str, int] = Field(default_factory=dict)
    weekdays: dict[str, _Weekday] = Field(default_factory=dict)
    weeks: dict[str, int] = Field(default_factory=dict)
    further: dict[str, int] = Field(default_factory=dict)
    parts: dict[str, _Time] = Field(default_factory=dict)
    hours: dict[str, _Time] = Field(default_factory=dict)
    halves: dict[str, _Time] = Field(default_factory=dict)
    spans: dict[str, _Minutes] = Field(default_factory=dict)
    units: dict[str, _Minutes] = Field(default_factory=dict)
    past_hour: dict[str, int] = Field(default_factory=dict)
    hour_and: dict[str, int] = Field(default_factory=dict)
    turns: dict[str, int] = Field(default_factory=dict)
    ordinals: dict[str, int] = Field(default_factory=dict)
    soon: tuple[str, ...] = ()
    ahead: tuple[str, ...] = ()
    since: tuple[str, ...] = ()
    one: tuple[str, ...] = ()
    at: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    hour: tuple[str, ...] = ()
    minute: tuple[str, ...] = ()
    oh: tuple[str, ...] = ()
    less: tuple[str, ...] = ()
    nots: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    greetings: tuple[str, ...] = ()

    def words(self, numerals: Numerals, instead: tuple[str, ...]) -> MomentWords:
        """As the dialogue takes them, with how numbers are said and how one corrects oneself."""
        table = self.model_dump()
        times = {name: _minutes(table[name]) for name in ("parts", "hours", "halves")}
        return MomentWords(numerals, instead=instead, **(table | times))


def _minutes(times: Mapping[str, str]) -> dict[str, int]:
    return {phrase: int(time[:-3]) * 60 + int(time[-2:]) for phrase, time in times.items()}
