"""What escalation rules go by besides counters, and how it is told to people and auditors."""

import re
from decimal import Decimal

from agent.policy import RuleSetting
from agent.state import Conversation

_AMOUNT = re.compile(r"-?\d+(\.\d+)?")
_MONEY = ("amount", "balance", "total")  # what the back office calls an amount of today


def said(c: Conversation, signal: str) -> tuple[str, ...]:
    """The turns that a signal came in."""
    return tuple(f"said: {told}" for name, told in c.evidence if name == signal)


def segment(c: Conversation) -> str:
    """What the back office says of the verified caller; "" where it says nothing."""
    verified = (fact for fact in c.facts.values() if fact.get("verified"))
    return next((str(fact["segment"]) for fact in verified if fact.get("segment")), "")


def unsure(c: Conversation, setting: RuleSetting) -> tuple[float, ...]:
    """Confidences below the threshold: in a row up to now, or among the last so many turns."""
    if setting.of_last:
        return tuple(sure for sure in c.confidences[-setting.of_last :] if sure < setting.below)
    in_a_row: list[float] = []
    for sure in reversed(c.confidences):
        if sure >= setting.below:
            break
        in_a_row.insert(0, sure)
    return tuple(in_a_row)


def amounts_over(c: Conversation, setting: RuleSetting) -> list[str]:
    """Amounts of today above the limit of their currency, in words; what is owed or left alike."""
    found = []
    for name, amount, currency in _amounts(c):
        limit = setting.over.get(currency)
        if limit is not None and abs(amount) > limit:
            found.append(f"{name} {amount} {currency}, above {limit} {currency}")
    return found


def _amounts(c: Conversation) -> list[tuple[str, Decimal, str]]:
    """(name, amount, currency) of all that the back office told and the caller named."""
    told = [
        (f"{key.split()[0]} {field}", Decimal(str(value)), str(fact["currency"]))
        for key, fact in c.facts.items()
        if "currency" in fact
        for field, value in fact.items()
        if field in _MONEY and _AMOUNT.fullmatch(str(value))
    ]
    currencies = {currency for _, _, currency in told}
    named = c.slots.get("amount")  # decimal, in the currency of what it is about
    if named is None or not named.confirmed or not _AMOUNT.fullmatch(named.value):
        return told
    return told + [("amount named", Decimal(named.value), each) for each in sorted(currencies)]
