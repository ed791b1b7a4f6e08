"""A task as a call: the dialogue on one side, the scripted caller on the other, turns as texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.actions import Action, Fetch, HangUp, Listen, Speak, Transfer
from agent.dialogue import Dialogue
from agent.events import (
    CallStarted,
    Event,
    Fetched,
    Hypothesis,
    SpeechEnded,
    SpeechStarted,
    TurnEnded,
    TurnStarted,
)
from pipelines.bench.tau2.back_office import TODAY
from pipelines.bench.tau2.caller import Caller
from pipelines.bench.tau2.language import english
from pipelines.bench.tau2.tasks import Task
from pipelines.bench.tau2.use_cases import FLOWS
from pipelines.bench.tau2.world import World

_NOW = f"{TODAY}T12:08:00"  # the policy's "current time"
_TURNS = 80  # of the caller; a call that takes more goes round in circles


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a task; `faults` is empty if it was solved.

    `missing` are expected actions that nobody took, whether they count or not. `lines` are who
    said what.
    """

    task: Task
    faults: tuple[str, ...]
    missing: tuple[str, ...]
    lines: tuple[tuple[str, str], ...]
    not_understood: int

    @property
    def turns(self) -> int:
        """How often the caller spoke."""
        return sum(who == "caller" for who, _ in self.lines)


def solve(task: Task, books: Mapping[str, Any], device: Mapping[str, Any], prompts: Path) -> Result:
    """One call from its greeting to its end."""
    world = World(books, device)
    world.set_up(task.initial_state.initialization_actions)
    call = _Call(world, Caller(task, world), prompts)
    ended = call.take_place()
    criteria = task.evaluation_criteria
    faults = world.faults(criteria) if ended else ("the call did not end",)
    missing = tuple(world.missing(criteria))
    return Result(task, faults, missing, tuple(call.lines), call.not_understood)


def hand_over(task: Task, books: Mapping[str, Any], device: Mapping[str, Any]) -> bool:
    """Whether a task is solved by putting every caller through at once."""
    world = World(books, device)
    world.set_up(task.initial_state.initialization_actions)
    world.use_back_office("transfer_to_human_agents", {"summary": ""})
    return not world.faults(task.evaluation_criteria)


class _Call:
    def __init__(self, world: World, caller: Caller, prompts: Path) -> None:
        language, policy = english(prompts)
        self._dialogue = Dialogue({"en": language}, FLOWS, policy)
        self._world = world
        self._caller = caller
        self._at = 0.0
        self._question = ""
        self._told: list[str] = []  # since the caller spoke last
        self._ended = False
        self.lines: list[tuple[str, str]] = []
        self.not_understood = 0

    def take_place(self) -> bool:
        """Whether it came to an end."""
        self._happen(CallStarted(0.0, "text", None, "en", now=_NOW))
        for _ in range(_TURNS):
            if self._ended:
                break
            self._caller.does(self._told)
            self._told = []
            self._hear(self._caller.says(self._question))
        return self._ended

    def _hear(self, text: str) -> None:
        self.lines.append(("caller", text))
        before = self._dialogue.conversation.misunderstood
        self._happen(TurnStarted(self._later()))
        self._happen(Hypothesis(self._later(), text, "en", 1.0, 1.0, True))
        self._happen(TurnEnded(self._later()))
        self.not_understood += self._dialogue.conversation.misunderstood > before

    def _happen(self, event: Event) -> None:
        actions = self._dialogue.receive(event)
        for action in actions:
            self._carry_out(action)
        for fetch in actions:
            if isinstance(fetch, Fetch):
                value = self._world.use_back_office(fetch.name, _plain(fetch.arguments))
                self._happen(
                    Fetched(self._later(), fetch.request, fetch.name, fetch.arguments, value)
                )
        saying = self._dialogue.conversation.saying
        if saying and not self._ended and not isinstance(event, SpeechStarted):
            self._happen(SpeechStarted(self._later(), saying[0].utterance))
            ended = SpeechEnded(self._later(), saying[0].utterance, saying[0].text, False)
            self._happen(ended)

    def _carry_out(self, action: Action) -> None:
        match action:
            case Speak(act=act, text=text):
                self.lines.append(("agent", text))
                verb, _, topic = act.partition(" ")
                if verb == "inform":
                    self._told.append(topic.partition(" ")[0])
            case Listen(question=question):
                self._question = question
            case Transfer(packet=packet):
                summary = {"summary": str(packet["summary"])}
                self._world.use_back_office("transfer_to_human_agents", summary)
            case HangUp():
                self._ended = True

    def _later(self) -> float:
        self._at += 1.0
        return self._at


def _plain(arguments: Mapping[str, str]) -> dict[str, Any]:
    """As the tool takes them: `after` only tells the dialogue that this is asked anew."""
    return {
        name: float(value) if name == "gb_amount" else value
        for name, value in arguments.items()
        if name != "after"
    }
