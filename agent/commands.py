"""The closed list of what a turn may ask of the dialogue.

Every rung of the answer ladder (rule, open question, classifier, language model) and the keypad
yields these and nothing else, so nothing a caller or a model says can act except through them.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Pace: TypeAlias = Literal["normal", "slow"]  # how fast we speak; the voices know what it means


@dataclass(frozen=True, slots=True)
class StartFlow:
    """The caller wants this use case. `confirmed` is False while it only may have been said."""

    flow: str
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class SetSlot:
    """A detail became known. `confirmed` is False while it was only heard."""

    slot: str
    value: str
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class KeepDigits:
    """The beginning of a number: kept until the rest of it comes."""

    slot: str
    digits: str


@dataclass(frozen=True, slots=True)
class WrongDigit:
    """A number was given that cannot be right: it is asked for again, and not kept."""

    slot: str


@dataclass(frozen=True, slots=True)
class ForgetSlot:
    """The caller takes a detail back ("no, the other number")."""

    slot: str


@dataclass(frozen=True, slots=True)
class Affirm:
    """Yes."""


@dataclass(frozen=True, slots=True)
class Deny:
    """No."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """Say that again."""


@dataclass(frozen=True, slots=True)
class ChangePace:
    """Speak slower from now on, or as fast as before; what was said last is said so again."""

    pace: Pace


@dataclass(frozen=True, slots=True)
class DoNotKnow:
    """The caller cannot answer what was asked."""


@dataclass(frozen=True, slots=True)
class CheckPresence:
    """Are you there?"""


@dataclass(frozen=True, slots=True)
class Cancel:
    """Drop the use case in hand, or the one of that name wherever it waits."""

    flow: str = ""


@dataclass(frozen=True, slots=True)
class FinishFlow:
    """The use case has told all it had to tell. Only the dialogue itself says so."""

    flow: str


@dataclass(frozen=True, slots=True)
class OfferChoices:
    """What can you do?"""


@dataclass(frozen=True, slots=True)
class OpenMenu:
    """The use cases of a topic of the keypad menu."""

    topic: str


@dataclass(frozen=True, slots=True)
class AskWhich:
    """It is one of these use cases, and which is to be asked ("your bill, or your balance?")."""

    flows: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Signal:
    """Words that an escalation rule watches for: "person", "emergency", "anger", "leaving"."""

    name: str
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class ChangeLanguage:
    """Go on in another language. `stated` unless it is only what the caller was heard to speak."""

    language: str
    confirmed: bool = True
    stated: bool = True


@dataclass(frozen=True, slots=True)
class SayGoodbye:
    """The caller is done."""

    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class AskKnowledge:
    """Answer this from the knowledge base; `page` where a section was named that is about it."""

    question: str
    page: str = ""


@dataclass(frozen=True, slots=True)
class SmallTalk:
    """Words that want a friendly word back and nothing else."""


@dataclass(frozen=True, slots=True)
class OutOfScope:
    """Understood, and nothing that is dealt with here."""


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Words came and nothing could be made of them."""


Command: TypeAlias = (
    StartFlow
    | SetSlot
    | ForgetSlot
    | KeepDigits
    | WrongDigit
    | Affirm
    | Deny
    | Repeat
    | ChangePace
    | CheckPresence
    | DoNotKnow
    | Cancel
    | FinishFlow
    | OfferChoices
    | OpenMenu
    | AskWhich
    | Signal
    | ChangeLanguage
    | SayGoodbye
    | AskKnowledge
    | SmallTalk
    | OutOfScope
    | NotUnderstood
)


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a turn means, and which rung of the ladder says so ("none": nobody)."""

    rung: str
    intent: str
    confidence: float
    commands: tuple[Command, ...]


NOT_UNDERSTOOD = Understanding("none", "", 0.0, (NotUnderstood(),))
