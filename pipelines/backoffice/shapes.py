"""Shapes that answers are made of, and what is only read: who calls, credit, bill, faults."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
)


def _iso_date(text: str) -> str:
    date.fromisoformat(text)
    return text


def _iso_month(text: str) -> str:
    date.fromisoformat(f"{text}-01")
    return text


Amount = Annotated[str, Field(pattern=r"^-?\d{1,7}\.\d{2}$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Date = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(_iso_date)]
Time = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,40}$")]
Reference = Annotated[str, Field(pattern=r"^[A-Z]{0,3}\d{4,10}$")]  # said sign by sign
Gigabytes = Annotated[str, Field(pattern=r"^\d+(\.\d+)?$")]
Month = Annotated[str, Field(pattern=r"^\d{4}-\d{2}$"), AfterValidator(_iso_month)]


class Answer(BaseModel):
    """What operators add for their own use is left out; a field of the wrong type is refused."""

    model_config = ConfigDict(strict=True, frozen=True)


class Verified(Answer):
    """Line and PIN belong together.

    `segment` is what the operator calls customers of this kind ("gold"), for the escalation rule
    `valued_customer`; it may be left out, and then stands in no log.
    """

    verified: Literal[True]
    name: str = Field(min_length=1)
    segment: str = Field(default="", max_length=40)

    @model_serializer(mode="wrap")
    def _without_no_segment(self, fields: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in fields(self).items() if value != ""}


class NotVerified(Answer):
    """Line or PIN is wrong: which of them is not said, and no name comes through."""

    verified: Literal[False]


class Balance(Answer):
    """What is left of a prepaid line or an allowance."""

    amount: Amount
    currency: Currency
    data_left_gb: Gigabytes
    valid_until: Date


class BillItem(Answer):
    """One line of a bill beside the same line a month before; the name has a wording."""

    name: Literal["plan", "roaming", "calls", "data", "options", "device"]
    amount: Amount
    previous: Amount


class Bill(Answer):
    """The newest bill."""

    total: Amount
    currency: Currency
    due: Date
    month: Month
    previous_total: Amount
    items: list[BillItem]


class Outage(Answer):
    """Whether a service is known to be down where the line is; the rest matters only if it is."""

    outage: bool
    until: Time | None = None
    area: str = ""
    kind: Literal["planned", "fault"] = "fault"


class Sim(Answer):
    """The SIM card of a line; with no attempts left its PUK opens nothing any more."""

    blocked: bool
    puk: str = Field(pattern=r"^\d{8}$")
    attempts_left: int = Field(ge=0, le=10)


class Booked(Answer):
    """Whether somebody will call back then; if not, another time or another way is found."""

    booked: bool
