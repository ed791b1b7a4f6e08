"""Paying by card: figures that are typed and never said, and a yes that cannot be mistaken."""

from agent.acts import Act, Ask
from agent.flow import Known, Slot

CARD = Slot("card", "digits", digits=19, fewest=13, check="luhn", secret=True, typed=True)
EXPIRY = Slot("expiry", "digits", digits=4, check="month", secret=True, typed=True)
SECURITY_CODE = Slot("security_code", "digits", digits=4, fewest=3, secret=True, typed=True)
CHARGE = Slot("charge", "yes_no", strict=True)
PAYMENT = (CARD, EXPIRY, SECURITY_CODE, CHARGE)


def pay(known: Known, amount: str) -> Act | None:
    """What is missing to charge `amount` ("12.50 EUR"); None once it may be, or must not be."""
    for slot in (CARD, EXPIRY, SECURITY_CODE):
        if known.slot(slot.name) is None:
            return Ask(slot.name)
    if known.slot("charge") is None:
        return Ask("charge", values={"amount": amount})
    return None


def card(known: Known) -> dict[str, str]:
    """The arguments of a payment that say with which card."""
    return {slot.name: known.slot(slot.name) or "" for slot in (CARD, EXPIRY, SECURITY_CODE)}
