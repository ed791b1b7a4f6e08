"""The answers to what is ordered, and to what can be: payments, bundles, visits, plans, cards."""

from typing import Literal

from pydantic import Field

from pipelines.backoffice.shapes import (
    Amount,
    Answer,
    Currency,
    Date,
    Gigabytes,
    Identifier,
    Reference,
    Time,
)


class Sent(Answer):
    """Whether a code for this call went to the line, as a text message."""

    sent: bool


class TopUps(Answer):
    """With how much a prepaid line can be topped up."""

    amounts: list[Amount] = Field(min_length=1, max_length=9)
    currency: Currency


class Paid(Answer):
    """Whether the payment card was charged; `balance` is what is left on a prepaid line then."""

    paid: bool
    balance: Amount | None = None


class Loaded(Answer):
    """Whether a voucher's code was good, and what it was worth."""

    loaded: bool
    amount: Amount = "0.00"
    currency: Currency = "EUR"


class Ticket(Answer):
    """Something was written down for people to look into, until a day."""

    reference: Reference
    answer_by: Date


class Bundle(Answer):
    """An amount of data for some days."""

    id: Identifier
    gb: Gigabytes
    days: int = Field(ge=1, le=366)
    price: Amount
    currency: Currency


class Bundles(Answer):
    """What can be bought for a line, and what runs on it."""

    offers: list[Bundle] = Field(max_length=9)
    active: list[Bundle] = Field(max_length=9)


class Bought(Answer):
    """Whether a bundle was bought; "credit": there is too little of it."""

    bought: bool
    why: Literal["", "credit"] = ""
    until: Date | None = None


class Stopped(Answer):
    """Whether a bundle will not be renewed; it can be used until then."""

    stopped: bool
    until: Date | None = None


class Visit(Answer):
    """A technician's visit: a day, and between which hours."""

    id: Identifier
    day: Date
    start: Time
    end: Time


class Visits(Answer):
    """The visit that is booked, and those that could be."""

    booked: Visit | None
    free: list[Visit] = Field(max_length=9)


class VisitBooked(Answer):
    """Whether the technician comes then; another visit of the line is replaced."""

    booked: bool


class VisitCancelled(Answer):
    """Whether nobody comes."""

    cancelled: bool


class Blocked(Answer):
    """Whether a line's SIM card can no longer be used."""

    blocked: bool


class CardOrdered(Answer):
    """Whether a new SIM card is sent to the address in the books."""

    ordered: bool
    price: Amount = "0.00"
    currency: Currency = "EUR"
    arrives: Date | None = None


class Plan(Answer):
    """A plan by its name, which is said as it stands."""

    id: Identifier
    name: str = Field(min_length=1, max_length=60)
    gb: Gigabytes
    price: Amount
    currency: Currency


class Plans(Answer):
    """The line's plan, and those it can change to; a prepaid line has none."""

    current: Plan
    offers: list[Plan] = Field(max_length=9)


class PlanChanged(Answer):
    """Whether the plan changes, and from which day."""

    changed: bool
    since: Date | None = None


class MoneyTransfer(Answer):
    """Mobile money that was sent; `to` is a telephone number."""

    id: Identifier
    amount: Amount
    currency: Currency
    to: str = Field(pattern=r"^\+?\d{5,15}$")
    day: Date


class MoneyTransfers(Answer):
    """The last ones, the newest first."""

    transfers: list[MoneyTransfer] = Field(max_length=9)


class MoneyHeld(Answer):
    """Whether what was sent is kept from the receiver until somebody has looked into it."""

    held: bool
    reference: Reference | None = None


class MoneyPin(Answer):
    """Whether a code to set a new PIN with went to the line, as a text message."""

    sent: bool


class Roaming(Answer):
    """Whether a line works abroad."""

    active: bool


class Order(Answer):
    """Something that is on its way, or being looked into."""

    reference: Reference
    kind: Literal["sim", "device", "box", "ticket"]
    status: Literal["received", "in_progress", "on_its_way", "done"]
    day: Date | None = None


class Orders(Answer):
    """The newest first."""

    orders: list[Order] = Field(max_length=9)


class Shop(Answer):
    """The nearest shop. `opens` and `closes` are today's; None where it is closed today."""

    name: str = Field(min_length=1, max_length=60)
    street: str = Field(min_length=1, max_length=80)
    opens: Time | None = None
    closes: Time | None = None
