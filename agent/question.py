"""Open questions: what yes or no does to them, and what is asked back before it has any effect."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from agent.commands import (
    Affirm,
    Cancel,
    ChangeLanguage,
    Command,
    Deny,
    ForgetSlot,
    NotUnderstood,
    SayGoodbye,
    SetSlot,
    Signal,
    StartFlow,
)
from agent.flow import Slot
from agent.slots.moment import Clock

_WISH = "confirm:flow:"
_SIGNAL = "confirm:signal:"
INSTEAD = "confirm:instead:"
_WISHES = frozenset({"", "open", "more", "ringing"})  # what there is to do, or whether to go on


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """The question a turn answers: its name or its slot.

    Names are "", "open", "more", "ringing" (shall we go on?), "menu:<topic>" and "confirm:...".
    `options` are the answers offered one by one: value, and how it was said.
    """

    name: str
    slot: Slot | None = None
    options: tuple[tuple[str, str], ...] = ()
    digits: str = ""  # the beginning of the number asked for, said before
    along: Slot | None = None  # what may be said along with the answer, or instead of a proposal
    clock: Clock | None = None  # what a moment depends on; None where nobody knows the time
    flow: str = ""  # the use case in hand
    wanted: tuple[str, ...] = ()  # all use cases that were asked for and are not done
    proposed: Slot | None = None  # whose value it asks about: is that right?
    settled: tuple[
        tuple[Slot, str], ...
    ] = ()  # what was chosen for it before, and may be corrected

    @property
    def is_yes_or_no(self) -> bool:
        """Whether yes and no answer it."""
        return (
            self.name in ("more", "ringing")
            or self.name.startswith("confirm:")
            or (self.slot is not None and self.slot.kind == "yes_no")
        )

    @property
    def asks_wish(self) -> str:
        """The use case of which it asks whether it was meant; "" if it asks something else."""
        return self.name.removeprefix(_WISH) if self.name.startswith(_WISH) else ""

    @property
    def asks_detail(self) -> bool:
        """Whether it is about a detail of a use case, and not about what is wanted."""
        wish = self.name in _WISHES or self.name.startswith(("menu:", _WISH, _SIGNAL, INSTEAD))
        return not wish

    @property
    def is_strict(self) -> bool:
        """Whether a yes lets something out that cannot be taken back."""
        return self.slot is not None and self.slot.strict


def answer(question: OpenQuestion, yes: bool) -> tuple[Command, ...]:
    """What yes or no does to the question at hand."""
    if question.slot is not None and question.slot.kind == "yes_no":
        return (SetSlot(question.slot.name, "yes" if yes else "no"),)
    match question.name.split(":", 2):
        case ["more"]:
            return (Affirm(),) if yes else (SayGoodbye(),)
        case ["ringing"]:  # shall we go on trying to reach somebody?
            return (Affirm(),) if yes else (Cancel(),)
        case ["confirm", "flow", flow]:  # a no means that we had misunderstood
            return (StartFlow(flow),) if yes else (NotUnderstood(), Cancel())
        case ["confirm", "signal", name]:
            return (Signal(name),) if yes else (Deny(),)
        case ["confirm", "instead", name]:  # of a use case that cannot go on without an answer
            return (Signal(name),) if yes else (Cancel(),)
        case ["confirm", "language", code]:
            return (ChangeLanguage(code),) if yes else (Deny(),)
        case ["confirm", "goodbye", _]:
            return (SayGoodbye(),) if yes else (Deny(),)
        case ["confirm", slot, value]:
            return (SetSlot(slot, value),) if yes else (ForgetSlot(slot),)
    return (Affirm() if yes else Deny(),)


def taken(question: OpenQuestion, value: str) -> Command:
    """What taking one of the options does."""
    return SetSlot(question.slot.name, value) if question.slot else StartFlow(value)


def unconfirmed(command: Command) -> Command:
    """The command as it is while it only may have been said."""
    if isinstance(command, (StartFlow, SetSlot, Signal, ChangeLanguage, SayGoodbye)):
        return replace(command, confirmed=False)
    return command


@dataclass(frozen=True, slots=True)
class AskedBack:
    """A question that a yes turns into the command: its name, wording and values."""

    question: str
    wording: str
    values: Mapping[str, str]


def asked_back(command: Command) -> AskedBack | None:
    """How to ask whether this was meant; None if it need not be asked here.

    Use cases and their details are asked back by the dialogue when their turn comes.
    """
    match command:
        case Signal(name, False):
            return AskedBack(f"confirm:signal:{name}", "confirm.person", {})
        case ChangeLanguage(code, False):
            return AskedBack(f"confirm:language:{code}", "confirm.language", {"value": code})
        case SayGoodbye(False):
            return AskedBack("confirm:goodbye:now", "confirm.goodbye", {})
    return None
