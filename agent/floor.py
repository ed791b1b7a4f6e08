"""Holding the floor: acts become sentences and open questions, each recorded as it is asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from agent.actions import Action, Hush, Listen, Speak
from agent.acts import Confirm, Option
from agent.commands import Pace
from agent.endpointing import expecting
from agent.events import Event
from agent.flow import STANDING_OUT, Slot
from agent.fold import apply, record
from agent.languages.language import Language
from agent.languages.wording import Sentence, fill, length, word, word_anew
from agent.menu import Menu
from agent.question import OpenQuestion
from agent.slots.values import digit_format
from agent.state import Conversation


class Floor:
    """The conversation so far and what is to be done about the event in hand."""

    def __init__(
        self,
        languages: Mapping[str, Language],
        slots: Mapping[str, Slot],
        menu: Menu,
        slowness: float = 1.0,
    ) -> None:
        self.conversation = Conversation()
        self.actions: list[Action] = []
        self._languages = languages
        self._slots = slots
        self._slowness = slowness
        self._instead = {
            s.instead_of or s.name: s for s in slots.values() if s.kind in STANDING_OUT
        }
        self.menu = menu

    @property
    def language(self) -> Language:
        """The language in which we speak now."""
        return self._languages[self.conversation.language]

    @property
    def question(self) -> OpenQuestion:
        """The question that the caller's next turn answers."""
        c = self.conversation
        options = () if c.question.startswith("confirm:") else c.expecting.options
        settled = tuple(
            (slot, filled.value)
            for name, filled in c.slots.items()
            if filled.flow == c.flow and (slot := self._slots.get(name)) and slot.corrected
        )
        return replace(
            self._open(c.question, options),
            digits=c.digits,
            flow=c.flow,
            wanted=tuple(wanted.flow for wanted in c.flows),
            settled=settled,
        )

    def take(self, event: Event) -> None:
        """An event has come: what was to be done about the one before is done."""
        self.actions = []
        self.conversation = apply(self.conversation, event)

    def do(self, action: Action) -> None:
        """Ask for an action, and remember having asked; what is said has the caller's pace."""
        if isinstance(action, Speak):
            action = replace(action, pace=self.conversation.pace)
        self.actions.append(action)
        self.conversation = record(self.conversation, action)

    def greet(self) -> None:
        """Say who we are, which must be heard, and ask what there is to do."""
        self.say("greet.disclosure", interruptible=False)
        self._offer_languages()
        self.say("greet")
        if self._says_keys:
            self._say_menu()
        self.listen("open")

    def ask(
        self,
        question: str,
        wording: str,
        values: Mapping[str, str] | None = None,
        options: Sequence[Option] = (),
    ) -> None:
        """Put a question, and what may be answered one by one; in other words if put again."""
        again = f"{wording}.again"
        asked_before = self.conversation.question == question
        name = again if asked_before and self.language.has(again) else wording
        self.say(name, {**self._length(question), **(values or {})}, act=f"ask {question}")
        offered = [(option.value, self._named(option)) for option in options]
        for key, (_, named) in enumerate(offered, 1):
            self._offer(key, named, f"ask {question}")
        if self._says_keys and not offered:
            self._say_keys(question, name)
        self.listen(question, [(value, named.text) for value, named in offered])

    @property
    def _says_keys(self) -> bool:
        """Whether nobody knows how well callers are heard in the language that we speak."""
        return self.conversation.language in self.conversation.unvalidated

    def _say_keys(self, question: str, said: str) -> None:
        """The keys that answer a question which was put as `said`; digits have told theirs."""
        opened = self._open(question)
        if question == "open":
            self._say_menu()
            return
        keys = ""
        if opened.is_yes_or_no and question != "ringing":  # its own words tell its key
            keys = "confirm.again"
        elif opened.slot is not None and opened.slot.kind == "choice":
            keys = f"ask.{question}.again"
        if keys and keys != said and self.language.has(keys):
            self.say(keys, act=f"ask {question}")

    def _length(self, question: str) -> Mapping[str, str]:
        """How many digits are asked for, as wordings name it: "length.9", or "length.other"."""
        slot = self._slots.get(question)
        if slot is None or slot.kind != "digits":
            return {}
        wanted = digit_format(slot, self.language)
        return {"length": length(wanted.fewest, wanted.most, self.language)}

    def confirm(self, slot: str, value: str, values: Mapping[str, str], wording: str = "") -> None:
        """Ask whether a slot's value is right; an option is named as it was offered."""
        own = f"confirm.{slot}"
        named = dict(self.conversation.expecting.options).get(value, values.get("value", value))
        if self.language.has(f"choice.{value}"):
            named = " ".join(self.language.sentences(f"choice.{value}"))
        wording = wording or (own if self.language.has(own) else "confirm.said")
        self.ask(f"confirm:{slot}:{value}", wording, {**values, "value": named})

    def open_menu(self, topic: str) -> None:
        """The use cases of a topic, each with its key."""
        options = [Option(name, f"flow.{name}") for name in self.menu.topics[topic]]
        self.ask(f"menu:{topic}", "ask.menu", options=options)

    def ask_which(self, flows: Sequence[str]) -> None:
        """Which of two use cases it is: named in one breath, each with its key if asked again."""
        offered = [(flow, self._named(Option(flow, f"flow.{flow}")).text) for flow in flows]
        first, second = flows
        self.say("ask.which", {"first": first, "second": second}, act="ask menu:which")
        for key, (_, text) in enumerate(offered if self._says_keys else (), 1):
            self._offer(key, Sentence(text, True), "ask menu:which")
        self.listen("menu:which", offered)

    def _say_menu(self) -> None:
        self.say("menu")
        for key, topic in enumerate(self.menu.topics, 1):
            self._offer(key, self._named(Option(topic, f"topic.{topic}")), "menu")
        self.say("menu.person", act="menu")

    def _offer_languages(self) -> None:
        """The keys of the line's other languages, each told in that language."""
        for key, code in self.menu.language_keys(self.conversation.offered).items():
            if code != self.conversation.language and code in self._languages:
                spoken = self._languages[code]
                name = self._named(Option(code, f"language_name.{code}"), spoken)
                self._offer(key, name, "greet.languages", spoken)

    def _named(self, option: Option, other: Language | None = None) -> Sentence:
        said = word(other or self.language, option.wording, option.values)
        return Sentence(" ".join(s.text for s in said), all(s.fixed for s in said))

    def _offer(self, key: int, named: Sentence, act: str, other: Language | None = None) -> None:
        language = other or self.language
        text = fill(
            language,
            language.sentences("option")[0],
            {"option": named.text, "key": str(key)},
        )
        number = self.conversation.utterances + 1
        text = text[:1].upper() + text[1:]
        self.do(Speak(number, act, text, language.code, fixed=named.fixed))

    def ask_again(self, instead: str = "") -> None:
        """Put the open question again, or say `instead` in its place."""
        question = self.conversation.question or "open"
        options = self.conversation.expecting.options
        if instead:
            if instead == "menu" or (question == "open" and self._says_keys):
                self._say_menu()
            else:
                self.say(instead)
            self.listen(question, options)
            return
        match question.split(":", 2):
            case _ if options and not question.startswith("confirm:"):
                wording = "ask.menu" if question.startswith("menu:") else f"ask.{question}"
                again = f"{wording}.again"
                self.say(again if self.language.has(again) else wording, act=f"ask {question}")
                for key, (_, text) in enumerate(options, 1):
                    self._offer(key, Sentence(text, False), f"ask {question}")
                self.listen(question, options)
            case ["confirm", "flow" | "signal" | "instead", _]:
                self.ask(question, "confirm")
            case ["confirm", slot, value]:
                self.confirm(slot, value, Confirm(slot, value).values)
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
        for sentence in self._unsaid(wording, values):
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

    def give_way(self) -> None:
        """Stop speaking for the caller, unless what is being said must be heard."""
        saying = self.conversation.saying
        if saying and all(speak.interruptible for speak in saying):
            self.do(Hush())

    def _unsaid(self, wording: str, values: Mapping[str, str] | None) -> list[Sentence]:
        """The wording in words that were not said before, where the pack has other ones for it."""
        told = {line.text for line in self.conversation.transcript if line.who == "agent"}
        told |= {speak.text for speak in self.conversation.saying}
        return word_anew(self.language, wording, values, told)

    def say_composed(self, text: str, act: str) -> None:
        """Say a sentence that is no wording of ours: it holds what this caller asked about."""
        number = self.conversation.utterances + 1
        self.do(Speak(number, act, text, self.conversation.language))

    def say_again(self, spoken: tuple[Speak, ...]) -> None:
        """Say the same sentences once more."""
        self.go_on(tuple(replace(speak, since=0.0) for speak in spoken))

    def go_on(self, cut: tuple[Speak, ...]) -> None:
        """Say what is still unsaid of sentences that were cut."""
        for speak in cut:
            self.do(replace(speak, utterance=self.conversation.utterances + 1))

    def change_pace(self, pace: Pace) -> None:
        """Who could not follow hears all of it again; who could, only what they did not hear."""
        c = self.conversation
        asked = tuple(speak for speak in c.said if speak.act.startswith("ask "))
        told = tuple(speak for speak in c.said if not speak.act.startswith("not_understood"))
        again = told if pace == "slow" else c.cut or asked
        self.say(f"pace.{pace}", act="pace")
        self.say_again(again)

    def listen(self, question: str, options: Sequence[tuple[str, str]] = ()) -> None:
        """Open a question: the next turn answers it, with one of `options` where there are any."""
        settling = question.startswith("confirm:")
        opened = self._open(question, () if settling else tuple(options))
        slowness = round(self._slowness * self.conversation.slowness, 3)
        expected = replace(expecting(opened, self.language), slowness=slowness)
        if settling:  # what was offered keeps its name until it is settled
            expected = replace(expected, options=self.conversation.expecting.options)
        self.do(Listen(self.conversation.language, question, expected))

    def _open(self, question: str, options: tuple[tuple[str, str], ...] = ()) -> OpenQuestion:
        slot = self._slots.get(question)
        along = self._slots.get(slot.along) if slot else None
        proposed = None
        match question.split(":", 2):
            case ["confirm", name, _]:
                along, proposed = self._instead.get(name), self._slots.get(name)
        return OpenQuestion(question, slot, options, along=along, proposed=proposed)
