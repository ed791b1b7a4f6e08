"""A call on paper: events in, actions out, the back office answered from a table."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agent.actions import Action, Explain, Fetch, HangUp, Listen, Speak, Transfer
from agent.dialogue import Dialogue
from agent.events import (
    CallStarted,
    Event,
    Failed,
    Fetched,
    Hypothesis,
    KeyPressed,
    SpeechEnded,
    SpeechStarted,
    Tick,
    TurnEnded,
    TurnStarted,
)
from agent.languages.language import Language
from agent.policy import Policy
from pipelines.packs.reader import DialogueConfig, load

CATALOG = load()
LINE, PIN = "770001234", "4821"
VERIFIED = {"verified": True, "name": "Awa Ndiaye"}
BALANCE = {
    "amount": "12.50",
    "currency": "EUR",
    "data_left_gb": "3.2",
    "valid_until": "2026-12-31",
}
TICKET = {"reference": "400001", "answer_by": "2026-12-01"}


def spoken_in(region: str, catalog: DialogueConfig = CATALOG) -> dict[str, Language]:
    """The languages as an operator of that country has them."""
    known = catalog.languages
    found = {code: replace(each, region=region, report=_fail) for code, each in known.items()}
    for code, language in found.items():  # what they have learnt, they need not learn again
        vars(language).update(classifier=known[code].classifier, exact=known[code].exact)
    return found


def _fail(fault: str) -> None:
    """What callers would be spared is a fault of ours in a test."""
    raise AssertionError(fault)


class Talk:
    """One call. `facts` are what the back office knows, by question; None makes it fail."""

    def __init__(
        self,
        facts: Mapping[str, Any] | None = None,
        *,
        caller: str | None = None,
        language: str = "en",
        answering: bool = True,
        speaking: bool = True,
        language_model: bool = False,
        knowledge: bool = False,
        people: bool = False,
        now: str = "",
        policy: Policy = CATALOG.policy,
        region: str = CATALOG.policy.region,
        catalog: DialogueConfig = CATALOG,
        unvalidated: tuple[str, ...] = (),
        offered: tuple[str, ...] = (),
    ) -> None:
        self.dialogue = Dialogue(spoken_in(region, catalog), catalog.flows, policy)
        self.entries: list[Event | Action] = []
        told = {"verify": VERIFIED, "balance": BALANCE, "report_fault": TICKET}
        self.facts: dict[str, Any] = {**told, **(facts or {})}
        self.answering = answering
        self.speaking = speaking  # whether what there is to say is said at once, and heard
        self.at = 0.0
        self.start = self.happen(
            CallStarted(
                *(0.0, "test", caller, language, language_model, people, now, knowledge),
                unvalidated=unvalidated,
                offered=offered,
            )
        )

    @property
    def state(self) -> Any:
        return self.dialogue.conversation

    def happen(self, event: Event) -> list[Action]:
        """An event, and everything that follows from it without the caller."""
        actions = list(self.dialogue.receive(event))
        self.entries += [event, *actions]
        for action in list(actions):
            if isinstance(action, Fetch) and self.answering:
                actions += self.happen(self._answer(action))
        return actions + self._speak()

    def _answer(self, fetch: Fetch) -> Event:
        value = self.facts.get(fetch.name)
        if callable(value):
            value = value(fetch.arguments)
        if value is None:
            return Failed(self.at, fetch.request, "down")
        return Fetched(self.at, fetch.request, fetch.name, fetch.arguments, value)

    def _speak(self) -> list[Action]:
        """Everything there is to say is said and heard."""
        if self.state.ended or not (self.state.saying and self.speaking):
            return []
        speak = self.state.saying[0]
        self.happen_quietly(SpeechStarted(self.at, speak.utterance))
        self.at += 1.0
        return self.happen(SpeechEnded(self.at, speak.utterance, speak.text, False))

    def happen_quietly(self, event: Event) -> None:
        self.entries += [event, *self.dialogue.receive(event)]

    def hear(self, text: str, confidence: float = 1.0) -> list[Action]:
        """The caller says something."""
        self.at += 1.0
        self.happen(TurnStarted(self.at))
        self.at += 1.0
        self.happen(Hypothesis(self.at, text, self.state.language, 1.0, confidence, True))
        self.at += 0.5
        return self.happen(TurnEnded(self.at))

    def press(self, keys: str) -> list[Action]:
        """The caller types."""
        actions: list[Action] = []
        for key in keys:
            self.at += 0.2
            actions = self.happen(KeyPressed(self.at, key))
        return actions

    def wait(self) -> list[Action]:
        """Time passes until the dialogue wants to be woken."""
        deadline = self.dialogue.deadline
        assert deadline is not None, "nothing to wait for"
        self.at = max(self.at, deadline)
        return self.happen(Tick(self.at))


def said(actions: list[Action]) -> list[str]:
    """What the agent says in these actions."""
    return [a.text for a in actions if isinstance(a, Speak)]


def acts(actions: list[Action]) -> list[str]:
    """What it means, free of language."""
    return list(dict.fromkeys(a.act for a in actions if isinstance(a, Speak)))


def rungs(actions: list[Action]) -> list[str]:
    """Which steps of the ladder decided."""
    return [a.rung for a in actions if isinstance(a, Explain)]


def questions(actions: list[Action]) -> list[str]:
    """Which questions are opened."""
    return [a.question for a in actions if isinstance(a, Listen)]


def ending(actions: list[Action]) -> tuple[str, str] | None:
    """(reason of a transfer or "", reason of hanging up) if the call ends in these actions."""
    transfer = next((a.reason for a in actions if isinstance(a, Transfer)), "")
    return next(((transfer, a.reason) for a in actions if isinstance(a, HangUp)), None)
