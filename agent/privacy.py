"""What must never be written down, and its redaction, digit by digit.

A redacted digit is "•". The dialogue never looks at the value of a secret, only at how long it is,
whether it can be right, and what the back office makes of it, so a redacted log replays to the same
(redacted) actions: the last of as many keys as a card's number may have is "◦" where they fail the
check of its digits.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from agent.actions import (
    Action,
    Compose,
    Explain,
    Fetch,
    Interpret,
    Listen,
    Retrieve,
    Speak,
    Transfer,
)
from agent.commands import AskKnowledge, Command, KeepDigits, SetSlot
from agent.events import (
    Event,
    Fetched,
    Hypothesis,
    KeyPressed,
    PersonJoined,
    PersonLeft,
    SpeechEnded,
    TurnStarted,
)
from agent.languages.language import Language
from agent.numbers.card_numbers import without_cards
from agent.numbers.digit_format import DigitFormat
from agent.numbers.digits import HIDDEN, WRONG, DigitWords, hidden

SECRET_SLOTS = frozenset({"pin", "code", "card", "expiry", "security_code", "voucher"})
SECRET_FACTS = {"sim": frozenset({"puk"})}  # back-office name -> fields

Entry = TypeVar("Entry", bound=Event | Action)


def redact(text: str) -> str:
    """Every digit hidden."""
    return re.sub(rf"[\d{WRONG}]", HIDDEN, text)


def digit_words(languages: Iterable[Language]) -> tuple[DigitWords, ...]:
    """How digits are said in these languages, as `Redaction` takes it."""
    return tuple(each.digit_words for each in languages)


class Redaction:
    """Passes over one call's events and actions, in order, before they are written.

    `says` is how digits are said in all languages of the call; a word for digits becomes as many
    hidden ones, so that the dialogue makes the same of it.
    """

    def __init__(self, says: Sequence[DigitWords] = (DigitWords(),)) -> None:
        self._says = says
        self._secret_question = False
        self._wanted = DigitFormat(0, 0)  # the secret that is asked for
        self._typed = ""  # of it so far
        self._secret_key = -1.0  # when the last one came
        self._secret_turn = False  # it began when a secret was asked for: said along with the keys
        self._beside = False  # a person talks with the caller: no figure is for our log
        self._secret_utterances: set[int] = set()

    def event(self, event: Event) -> Event:
        """The event as it may be written."""
        match event:
            case PersonJoined() | PersonLeft():
                self._beside = isinstance(event, PersonJoined)
            case TurnStarted():
                along = self._secret_key > event.at - event.noticed
                self._secret_turn = self._secret_question or along
            case KeyPressed(key="*"):
                self._typed = ""
            case KeyPressed(key=key) if key in (HIDDEN, WRONG):  # of a log that is replayed
                self._secret_key = event.at
            case KeyPressed() if self._hides and event.key.isdigit():
                self._secret_key = event.at
                self._typed += event.key
                wrong = self._secret_question and self._wanted.is_wrong(self._typed)
                return replace(event, key=WRONG if wrong else HIDDEN)
            case Hypothesis():
                if self._hides or self._secret_turn:
                    said = tuple((self._hide(word), sure) for word, sure in event.words)
                    return replace(event, text=self._hide(event.text), words=said)
                written = self._without_cards(event.text)
                said = event.words if written == event.text else ()
                return replace(event, text=written, words=said)
            case Fetched():
                secret = SECRET_FACTS.get(event.name, frozenset())
                value = {k: redact(str(v)) if k in secret else v for k, v in event.value.items()}
                return replace(event, arguments=_arguments(event.arguments), value=value)
            case SpeechEnded() if event.utterance in self._secret_utterances:
                return replace(event, heard=redact(event.heard))
        return event

    def _hide(self, text: str) -> str:
        for language in self._says:
            text = hidden(text, language)
        return redact(text)

    def _without_cards(self, text: str) -> str:
        return without_cards(text, self._says)

    @property
    def _hides(self) -> bool:
        return self._secret_question or self._beside

    def action(self, action: Action) -> Action:
        """The action as it may be written."""
        match action:
            case Listen(expecting=expecting):
                self._secret_question = expecting.secret
                fewest = expecting.fewest or expecting.digits
                self._wanted = DigitFormat(fewest, expecting.digits, expecting.check)
                self._typed = ""
            case Speak() if action.secret:
                self._secret_utterances.add(action.utterance)
                return replace(action, text=redact(action.text))
            case Fetch():
                return replace(action, arguments=_arguments(action.arguments))
            case Transfer():
                return replace(action, packet=self._packet(action.packet))
            case Interpret():
                before = tuple((who, self._without_cards(line)) for who, line in action.before)
                return replace(action, text=self._without_cards(action.text), before=before)
            case Compose() | Retrieve():
                return replace(action, question=self._without_cards(action.question))
            case Explain():
                commands = tuple(map(self._command, action.commands))
                why = tuple(map(self._without_cards, action.why))
                return replace(action, commands=commands, why=why)
        return action

    def _packet(self, packet: Mapping[str, Any]) -> dict[str, Any]:
        """Slots hold no secret (`people/handoff.py`); what callers say may hold a card's number."""
        if "transcript" not in packet:
            return dict(packet)
        lines = [
            {**line, "text": self._without_cards(line["text"])} for line in packet["transcript"]
        ]
        found = {**packet, "transcript": lines}
        if "why" in packet:
            found["why"] = [self._without_cards(said) for said in packet["why"]]
        return found

    def _command(self, command: Command) -> Command:
        match command:
            case SetSlot(slot, value) if slot in SECRET_SLOTS:
                return replace(command, value=redact(value))
            case KeepDigits(slot, digits) if slot in SECRET_SLOTS:
                return replace(command, digits=redact(digits))
            case AskKnowledge(question):
                return replace(command, question=self._without_cards(question))
        return command


def _arguments(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {k: redact(v) if k in SECRET_SLOTS else v for k, v in arguments.items()}
