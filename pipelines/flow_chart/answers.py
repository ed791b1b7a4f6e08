"""What a caller may answer: for each kind of slot the answers that can make a difference."""

from collections.abc import Callable, Mapping

from agent.acts import Ask
from agent.flow import NONE, Slot
from pipelines.errors import ConfigurationError

Answers = Mapping[str, str]  # what it is called on an edge -> the slot's value

_NUMBER = "7700012345678901234"  # as many digits of it as are asked for
_PHONE = 9  # digits of it are a telephone number
_AMOUNTS = ("5.00", "500.00")


def _yes_no(slot: Slot, ask: Ask) -> Answers:
    return {"yes": "yes", "no": "no"}


def _choice(slot: Slot, ask: Ask) -> Answers:
    return {value: value for value in slot.choices}


def _digits(slot: Slot, ask: Ask) -> Answers:
    if slot.check == "phone":
        return {"a phone number": _NUMBER[:_PHONE]}
    few = f"{slot.fewest} to " if slot.fewest else ""
    return {f"{few}{slot.digits} digits": _NUMBER[: slot.digits]}


def _option(slot: Slot, ask: Ask) -> Answers:
    return {"one of them": ask.options[0].value, "none": NONE} if ask.options else {"none": NONE}


def _amount(slot: Slot, ask: Ask) -> Answers:
    return {f"{amount}": amount for amount in _AMOUNTS}


def _text(slot: Slot, ask: Ask) -> Answers:
    return {"in their words": "as it was said"}


def _moment(slot: Slot, ask: Ask) -> Answers:
    return {"a day and a time": "2026-12-03T09:00"}


def _email(slot: Slot, ask: Ask) -> Answers:
    return {"an address": "marie@example.org"}


def _spelled(slot: Slot, ask: Ask) -> Answers:
    return {"letters and digits": "F4821"}


BY_KIND: Mapping[str, Callable[[Slot, Ask], Answers]] = {
    "yes_no": _yes_no,
    "choice": _choice,
    "digits": _digits,
    "option": _option,
    "amount": _amount,
    "text": _text,
    "moment": _moment,
    "email": _email,
    "spelled": _spelled,
}


def answers(slot: Slot, ask: Ask) -> Answers:
    """The answers to try.

    Raises:
        ConfigurationError: nothing is known of this kind of slot.
    """
    tried = BY_KIND.get(slot.kind)
    if tried is None:
        raise ConfigurationError(
            f"slot '{slot.name}' is of kind '{slot.kind}': say in BY_KIND of "
            f"pipelines/flow_chart/answers.py what may be answered; known are {', '.join(BY_KIND)}"
        )
    return tried(slot, ask)
