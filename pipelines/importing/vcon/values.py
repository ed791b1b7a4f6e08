"""The values of a vCon's members, as strangers write them.

Every member may be missing or of a wrong type: then it is None, and `Reading` is told. So no model
made of these fields ever fails to be made.
"""

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, TypeGuard, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    StrictInt,
    StrictStr,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

_YEARS = range(1900, 2200)  # a date outside is a mistake, and its arithmetic might overflow
_LONGEST = 1e7  # s; the same for durations and times
_INDEX = 100_000

Model = TypeVar("Model", bound=BaseModel)


@dataclass
class Reading:
    """Where we are in the vCon, and what was found wrong so far."""

    where: str = "vCon"
    problems: list[str] = field(default_factory=list)

    def tell(self, what: str) -> None:
        """Something is wrong here."""
        self.problems.append(f"{self.where}: {what}")

    def at(self, where: str) -> "Reading":
        """The same, at another place."""
        return Reading(where, self.problems)


def read_object(kind: type[Model], raw: object, reading: Reading) -> Model:
    """One object; an empty one where it is none."""
    if not isinstance(raw, dict):
        reading.tell("is no object and counts as an empty one")
        raw = {}
    try:
        return kind.model_validate(raw, context=reading)
    except ValidationError:  # a member whose name is no Unicode
        reading.tell("some members have names that cannot be used and are left out")
        named = {name: value for name, value in raw.items() if _is_unicode(name)}
        return kind.model_validate(named, context=reading)


def _is_unicode(name: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def seconds(value: object) -> float | None:
    """Seconds from a number or its text ("12.5", "12.5s", "01:02:03.4"), None if it is none."""
    if isinstance(value, str):
        value = _clock(value.strip().removesuffix("s").replace(",", "."))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) and 0 <= number <= _LONGEST else None


def _clock(text: str) -> float | None:
    parts = text.split(":")
    if len(parts) > 3 or len(text) > 32:
        return None
    total = 0.0
    for part in parts:
        try:
            total = total * 60 + float(part)
        except ValueError:
            return None
    return total


def moment(value: object) -> datetime | None:
    """A date as RFC 3339 has it, or RFC 2822; without an offset it counts as UTC."""
    if not isinstance(value, str) or len(value) > 64:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        try:
            found = parsedate_to_datetime(value)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
    if found.year not in _YEARS:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _none_if_wrong(value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    if value is None:
        return None
    try:
        found = handler(value)
    except (ValidationError, RecursionError):
        found = None
    if found is None and isinstance(info.context, Reading):
        info.context.tell(f"'{info.field_name}' cannot be used as it stands and is left out")
    return found


@dataclass(frozen=True, slots=True)
class Heard:
    """`parties` of a dialog. `flat` if it is a list of indices, which are channels or a mix."""

    channels: tuple[tuple[int, ...], ...] = ()
    flat: bool = True

    @property
    def parties(self) -> tuple[int, ...]:
        """All of them, as they are listed."""
        return tuple(one for channel in self.channels for one in channel)


def _heard(value: object) -> Heard | None:
    """From an index, or a list of indices, of lists of them, of nothing."""
    listed = value if isinstance(value, list) else [value]
    found = []
    for each in listed[:_INDEX]:
        inner = each if isinstance(each, list) else [] if each is None else [each]
        if not all(_is_index(one) for one in inner):
            return None
        found.append(tuple(inner))
    return Heard(tuple(found), all(map(_is_index, listed)))


def _indices(value: object) -> tuple[int, ...] | None:
    listed: list[object] = value if isinstance(value, list) else [value]
    found = tuple(each for each in listed[:_INDEX] if _is_index(each))
    return found if len(found) == len(listed) else None


def _is_index(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _INDEX


def _texts(value: object) -> tuple[str, ...] | None:
    listed: list[object] = value if isinstance(value, list) else [value]
    found = tuple(each for each in listed if isinstance(each, str))
    return found if len(found) == len(listed) else None


_Lenient = WrapValidator(_none_if_wrong)
Text = Annotated[StrictStr | None, _Lenient]
Index = Annotated[Annotated[StrictInt, Field(ge=0, lt=_INDEX)] | None, _Lenient]
Seconds = Annotated[float | None, BeforeValidator(seconds), _Lenient]
Moment = Annotated[datetime | None, BeforeValidator(moment), _Lenient]
HeardParties = Annotated[Heard | None, BeforeValidator(_heard), _Lenient]
Indices = Annotated[tuple[int, ...] | None, BeforeValidator(_indices), _Lenient]
Texts = Annotated[tuple[str, ...] | None, BeforeValidator(_texts), _Lenient]
Objects = Annotated[list[object] | None, _Lenient]
Members = Annotated[dict[str, object] | None, _Lenient]
