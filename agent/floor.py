"""Holding the floor: acts become sentences and open questions, each recorded as it is asked for."""

from collections.abc import Mapping
from dataclasses import replace

from agent.actions import Action, Hush, Listen, Speak
from agent.acts import Confirm
from agent.endpointing import expecting
from agent.events import Event
from agent.flow import Slot
from agent.fold import apply, record
from agent.language import Language, words
from agent.question import OpenQuestion
from agent.state import Conversation
from agent.wording import word
from agent.yes_no import yes_or_no


class Floor:
    """The conversation so far and what is to be done about the event in hand."""

    def __init__(self, languages: Mapping[str, Language], slots: Mapping[str, Slot]) -> None:
        self.conversation = Conversation()
        self.actions: list[Action] = []
        self._languages = languages
        self._slots = slots

    @property
    def language(self) -> Language:
        """The language in which we speak now."""
        return self._languages[self.conversation.language]

    @property
    def question(self) -> OpenQuestion:
        """The question that the caller's next turn answers."""
        return self._open(self.conversation.question)

    @property
    def heard_question(self) -> OpenQuestion:
        """The same, as far as words can answer it: no yes or no does before it was heard."""
        unheard = self._is_unheard and self.question.is_yes_or_no
        return OpenQuestion("") if unheard else self.question

    def is_aside(self, text: str) -> bool:
        """Whether the caller said "okay" or "no" into a sentence whose question was to come."""
        return self._is_unheard and yes_or_no(words(text), self.language.yes_no_words).is_aside

    @property
    def _is_unheard(self) -> bool:
        """Whether the caller spoke before they heard a word of the question."""
        c = self.conversation
        asking = [speak for speak in c.said if speak.act == f"ask {c.question}"]
        return bool(asking) and all(speak in c.cut[1:] for speak in asking)

    def take(self, event: Event) -> None:
        """An event has come: what was to be done about the one before is done."""
        self.actions = []
        self.conversation = apply(self.conversation, event)

    def do(self, action: Action) -> None:
        """Ask for an action, and remember having asked."""
        self.actions.append(action)
        self.conversation = record(self.conversation, action)

    def greet(self) -> None:
        """Say who we are, which must be heard, and ask what there is to do."""
        self.say("greet.disclosure", interruptible=False)
        self.say("greet")
        self.listen("open")

    def give_way(self) -> None:
        """The caller speaks: be silent, unless what is being said must be heard to its end."""
        saying = self.conversation.saying
        if saying and all(speak.interruptible for speak in saying):
            self.do(Hush())

    def ask(self, question: str, wording: str, values: Mapping[str, str] | None = None) -> None:
        """Put a question; put in other words if it is put again."""
        again = f"{wording}.again"
        asked_before = self.conversation.question == question
        name = again if asked_before and self.language.has(again) else wording
        self.say(name, values, act=f"ask {question}")
        self.listen(question)

    def ask_again(self, instead: str = "") -> None:
        """Put the open question again, or say `instead` in its place."""
        if instead:
            self.say(instead)
            self.listen(self.conversation.question or "open")
            return
        question = self.conversation.question or "open"
        match question.split(":", 2):
            case ["confirm", "flow" | "signal", _]:
                self.ask(question, "confirm")
            case ["confirm", slot, value]:
                self.ask(question, f"confirm.{slot}", Confirm(slot, value).values)
            case _:
                self.ask(question, f"ask.{question}")

    def say(
        self,
        wording: str,
        values: Mapping[str, str] | None = None,
        *,
        act: str = "",
        interruptible: bool = True,
        secret: bool = False,
    ) -> None:
        """Say a wording, one utterance a sentence; `act` names the meaning if not the wording."""
        for sentence in word(self.language, wording, values):
            self.do(
                Speak(
                    self.conversation.utterances + 1,
                    act or wording,
                    sentence.text,
                    self.conversation.language,
                    interruptible,
                    sentence.fixed,
                    secret and not sentence.fixed,
                )
            )

    def say_composed(self, text: str, act: str) -> None:
        """Say a sentence that is no wording of ours: it holds what this caller asked about."""
        number = self.conversation.utterances + 1
        self.do(Speak(number, act, text, self.conversation.language))

    def say_again(self, spoken: tuple[Speak, ...]) -> None:
        """Say the same sentences once more."""
        for speak in spoken:
            self.do(replace(speak, utterance=self.conversation.utterances + 1))

    def listen(self, question: str) -> None:
        """Open a question: the next turn answers it."""
        expected = expecting(self._open(question), self.language)
        self.do(Listen(self.conversation.language, question, expected))

    def _open(self, question: str) -> OpenQuestion:
        return OpenQuestion(question, self._slots.get(question))
