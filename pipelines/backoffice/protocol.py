"""The contract of every back office: six questions, what each answers, and how it fails.

Amounts are decimal strings ("12.50") beside a currency, dates and months are ISO strings: nothing
is rounded between the operator's books and what the caller hears. `line` is a national telephone
number, nine digits. Every question but one only reads, so asking twice does no harm. `callback`
books: the same number at the same time is the same booking however often it is asked for, since an
answer that comes too late for the caller may be asked for again.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal, Protocol

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    TypeAdapter,
    ValidationError,
    model_serializer,
)


class BackOfficeError(RuntimeError):
    """The back office gave no answer; the message is the reason in plain words."""


class NotFound(BackOfficeError):  # noqa: N818 - the dialogue speaks of "not found"
    """It has answered: there is no such customer, or this customer has no such thing."""


class Unavailable(BackOfficeError):  # noqa: N818
    """It is down, slow, refuses us or answers nonsense."""


class BackOffice(Protocol):
    """The operator's books. One per process, shared by all calls."""

    async def fetch(self, name: str, arguments: Mapping[str, str]) -> dict[str, Any]:
        """The answer to one question of `QUESTIONS`, in the shape of its model below.

        Raises:
            NotFound: no such customer, or nothing of that kind for this customer.
            Unavailable: no usable answer now.
            ValueError: not one of `QUESTIONS`, or its arguments are not those listed there.
        """
        ...

    async def close(self) -> None:
        """Give connections back. Safe to call twice."""
        ...


def _iso_date(text: str) -> str:
    date.fromisoformat(text)
    return text


def _iso_month(text: str) -> str:
    date.fromisoformat(f"{text}-01")
    return text


Amount = Annotated[str, Field(pattern=r"^-?\d{1,7}\.\d{2}$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Date = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(_iso_date)]
Month = Annotated[str, Field(pattern=r"^\d{4}-\d{2}$"), AfterValidator(_iso_month)]


class _Answer(BaseModel):
    """What operators add for their own use is left out; a field of the wrong type is refused."""

    model_config = ConfigDict(strict=True, frozen=True)


class Verified(_Answer):
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


class NotVerified(_Answer):
    """Line or PIN is wrong: which of them is not said, and no name comes through."""

    verified: Literal[False]


class Balance(_Answer):
    """What is left of a prepaid line or an allowance."""

    amount: Amount
    currency: Currency
    data_left_gb: str = Field(pattern=r"^\d+(\.\d+)?$")
    valid_until: Date


class BillItem(_Answer):
    """One line of a bill beside the same line a month before; the name has a wording."""

    name: Literal["plan", "roaming", "calls", "data", "options", "device"]
    amount: Amount
    previous: Amount


class Bill(_Answer):
    """The newest bill."""

    total: Amount
    currency: Currency
    due: Date
    month: Month
    previous_total: Amount
    items: list[BillItem]


class Outage(_Answer):
    """Whether a service is known to be down where the line is; the rest matters only if it is."""

    outage: bool
    until: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | None = None
    area: str = ""
    kind: Literal["planned", "fault"] = "fault"


class Sim(_Answer):
    """The SIM card of a line; with no attempts left its PUK opens nothing any more."""

    blocked: bool
    puk: str = Field(pattern=r"^\d{8}$")
    attempts_left: int = Field(ge=0, le=10)


class Booked(_Answer):
    """Whether somebody will call back then; if not, another time or another way is found."""

    booked: bool


# Question: the arguments it takes, and the shape of its answer.
QUESTIONS: dict[str, tuple[frozenset[str], TypeAdapter[Any]]] = {
    "verify": (frozenset({"line", "pin"}), TypeAdapter(Verified | NotVerified)),
    "balance": (frozenset({"line"}), TypeAdapter(Balance)),
    "bill": (frozenset({"line"}), TypeAdapter(Bill)),
    "outage": (frozenset({"line", "service"}), TypeAdapter(Outage)),
    "sim": (frozenset({"line"}), TypeAdapter(Sim)),
    "callback": (frozenset({"number", "time", "queue", "reason"}), TypeAdapter(Booked)),
}
SERVICES = ("internet", "mobile", "television")


def check_question(name: str, arguments: Mapping[str, str]) -> None:
    """Raise ValueError where a question could never be answered, whatever the back office."""
    if name not in QUESTIONS:
        raise ValueError(f"no back-office question {name!r}; there are {', '.join(QUESTIONS)}")
    wanted = QUESTIONS[name][0]
    if set(arguments) != wanted:
        raise ValueError(
            f"back-office question {name!r} takes {sorted(wanted)}, got {sorted(arguments)}"
        )
    if "service" in wanted and arguments["service"] not in SERVICES:
        raise ValueError(f"back-office question {name!r}: service is one of {', '.join(SERVICES)}")
    if "time" in wanted:
        try:
            datetime.fromisoformat(arguments["time"])
        except ValueError:
            raise ValueError(
                f"back-office question {name!r}: time is local and ISO, such as 2026-11-24T10:35"
            ) from None


def checked(name: str, answer: object) -> dict[str, Any]:
    """`answer` in the shape of question `name`.

    Raises:
        Unavailable: it has another shape. The reason names the fields, never their values: those
            are the caller's.
    """
    adapter = QUESTIONS[name][1]
    try:
        fact: dict[str, Any] = adapter.dump_python(adapter.validate_python(answer))
    except ValidationError as error:
        fields = sorted({".".join(map(str, e["loc"])) or "answer" for e in error.errors()})
        raise Unavailable(
            f"the back office's answer to {name!r} has a wrong or missing {', '.join(fields)}"
        ) from None
    return fact
