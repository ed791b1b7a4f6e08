"""A use case is a pure function of what is known, asked again every turn for its next act.

It returns the first thing still missing (`Ask`, then `LookUp`, then `Inform`) and None once nothing
is. There is no program counter, so answers in any order, correction, digression and resumption need
no code. Facts and tellings are keyed by their arguments: a corrected slot makes them unknown again.
"""

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from typing import Any, Literal

from agent.acts import Act, Handoff, Inform, key
from agent.numbers.digit_format import Check
from agent.numbers.phone_numbers import REGION, shown
from agent.policy import Policy
from agent.state import LASTING, Conversation

NONE = "none"  # of what was offered
STANDING_OUT = frozenset({"moment", "email", "spelled"})  # kinds whose values stand out in any turn


@dataclass(frozen=True, slots=True)
class Slot:
    """A detail a use case needs.

    A choice is among a closed list that packs have words for, an option among what was just offered
    (`Ask.options`), one of which may be taken or NONE. An amount is a decimal string ("12.50"), a
    text what the caller said, a moment local and ISO to the minute ("2026-12-03T09:00"), an email
    an address ("marie@example.org"), what is spelled letters and digits in capitals ("F4821").
    """

    name: str
    kind: Literal[
        "digits", "yes_no", "choice", "option", "amount", "text", "moment", "email", "spelled"
    ]
    digits: int = 0  # how many complete it, for kind "digits": the most that it may have
    fewest: int = 0  # how many may be enough; 0: no fewer
    # What is known of its digits: a check digit, a month that they begin with, or that they are a
    # telephone number: how many digits that has is known of the operator's region. What is secret
    # and checked has to be typed: a log does not tell whether what was said was right.
    check: Check = ""
    abroad: bool = False  # a telephone number of another country is one, too
    choices: tuple[str, ...] = ()  # intents whose names are the values, for kind "choice"
    typed: bool = False  # by key only, never aloud: a payment card's number
    least: int = 2  # words of a text: a word alone mostly tells nothing; signs of what is spelled
    read_back: bool = False  # a text is read back before it is used
    instead: str = ""  # the answer that may be given instead, and is a slot then ("I forgot it")
    secret: bool = False  # must never be written down
    strict: bool = False  # a yes lets a secret out, or spends money: it must be unmistakable
    reading: bool = False  # what a device shows: only an answer to its own question tells it
    along: str = ""  # another slot, whose value may be said along with the answer, or for it
    second: str = ""  # the slot that takes another choice said along ("internet and television")
    instead_of: str = ""  # what is proposed, for which a value of this one may be said instead

    @property
    def corrected(self) -> bool:
        """Whether another of its choices, named at a later question, takes its place."""
        return self.kind == "choice" and not self.reading


_POLICY = Policy()


class Known:
    """What a flow may look at."""

    def __init__(
        self, conversation: Conversation, policy: Policy = _POLICY, region: str = REGION
    ) -> None:
        self._conversation = conversation
        self.policy = policy
        self._region = region

    @property
    def caller(self) -> str | None:
        """The line the call comes from, unless the caller said that it is not the one.

        None, too, where the call comes from another country: that is no line of ours.
        """
        number = self.number
        rejected = self._conversation.caller in self._conversation.rejected
        return None if number is None or rejected or number.startswith("+") else number

    @property
    def number(self) -> str | None:
        """The number the call comes from, whatever it is about, as `phone_numbers` keeps it."""
        caller = self._conversation.caller
        return shown(caller, self._region) if caller else None

    @property
    def local(self) -> datetime | None:
        """The wall clock; None if unknown."""
        return self._conversation.local

    @property
    def handoff(self) -> Handoff | None:
        """To whom the call was to be handed last."""
        return Handoff(*self._conversation.handoff) if self._conversation.handoff else None

    @property
    def unreached(self) -> int:
        """How often nobody took the call."""
        return self._conversation.unreached

    @property
    def order(self) -> str:
        """Names what this wish orders: wished for twice is two orders, asked for again is one."""
        wanted = self._conversation.flows
        return f"{self._conversation.call}-{wanted[-1].number if wanted else 0}"

    def once(self, what: str) -> str:
        """Names what is ordered once a call, whatever the wish."""
        return f"{self._conversation.call}-{what}"

    def rejected(self, name: str) -> tuple[str, ...]:
        """The values of a slot that were proposed and that the caller did not want."""
        mark = f"{name} "
        found = (v.removeprefix(mark) for v in self._conversation.rejected if v.startswith(mark))
        return tuple(sorted(found))

    def slot(self, name: str) -> str | None:
        """A slot's value, whether confirmed or not (the dialogue confirms before it goes on).

        What was said for another use case is none, such as its yes to an order.
        """
        filled = self._conversation.slots.get(name)
        own = filled is not None and (name in LASTING or filled.flow == self._conversation.flow)
        return filled.value if filled and own else None

    def fact(self, name: str, **arguments: str) -> Mapping[str, Any] | None:
        """What the back office answered for these arguments; None if it was not asked yet."""
        return self._conversation.facts.get(key(name, arguments))

    def tell(
        self,
        topic: str,
        values: Mapping[str, str] | None = None,
        *,
        secret: bool = False,
        **about: str,
    ) -> Inform | None:
        """The telling, or None if it was told already."""
        inform = Inform(topic, values or {}, about, secret)
        told = (self._conversation.flow, inform.key) in self._conversation.told
        return None if told else inform


@dataclass(frozen=True, slots=True)
class Flow:
    """A use case: its name is its intent's name in every language pack."""

    name: str
    slots: tuple[Slot, ...]
    next_act: Callable[[Known], Act | None]
    _: KW_ONLY
    # What it asks for, a page may tell: where one answers a turn surely, that goes before.
    yields: bool = False
    topic: str = ""  # under which the keypad menu has it (`agent/menu.py`)
    key: int = 9  # its place there; those of the same place come in the order of their names
    queue: str = "general"  # who calls back, where it offers that
    # how well we have to know who is calling before the back office is asked what only this use
    # case asks; all else is in `agent/flows/identity.py`
    levels: Mapping[str, Literal["none", "claimed", "verified"]] = field(default_factory=dict)

    def unconfirmed(self, conversation: Conversation) -> str:
        """The first of its slots that was heard and not confirmed; "" if none.

        A secret is never read back: the back office says whether it is right. What was said instead
        of a proposal is read back as the next one.
        """
        slots = conversation.slots
        along = {slot.second for slot in self.slots}  # as sure as what it was said along with
        names = (
            slot.name
            for slot in self.slots
            if not (slot.secret or slot.instead_of or slot.name in along)
        )
        return next((n for n in names if n in slots and not slots[n].confirmed), "")
