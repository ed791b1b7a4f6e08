"""A caller by rule, who goes on where a recorded one cannot: their goal is the recorded call's.

What the recorded caller answered to a question they answer again, wherever it is asked; what they
wanted they want; what was read back they confirm if it is what they had given. What they were never
asked they do not know. They are not the recorded caller, and a report says so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from agent.actions import Action, Explain
from agent.commands import SetSlot, StartFlow
from agent.events import Event
from agent.languages.language import Language
from agent.state import Conversation
from pipelines.call.typed import typed
from pipelines.replay.steps import Step

_AFTER = 0.6  # s after the agent fell silent
_OPEN = ("open", "more", "service")


class ScriptedCaller:
    """Of one recorded call: what was done (`steps`) and decided (`entries`) in it."""

    name = "a scripted caller"

    def __init__(
        self, steps: Sequence[Step], entries: Iterable[Event | Action], language: Language
    ) -> None:
        self._language = language
        self._known: dict[str, list[Step]] = {}
        for step in steps:
            if step.by in ("words", "keys"):
                self._known.setdefault(_name(step.question), []).append(step)
        self._wishes: list[str] = []
        self._values: dict[str, str] = {}
        for entry in entries:
            if isinstance(entry, Explain):
                for command in entry.commands:
                    if isinstance(command, StartFlow) and command.flow not in self._wishes:
                        self._wishes.append(command.flow)
                    if isinstance(command, SetSlot):
                        self._values[command.slot] = command.value
        self._done: set[str] = set()
        self._given: dict[str, int] = {}

    async def answer(self, c: Conversation, now: Sequence[Event | Action]) -> Step | None:
        """What they do about the open question; None where they have nothing more to say."""
        question = c.question
        if question == "ringing":
            return None
        if question in _OPEN:
            return self._wish(c)
        if question.startswith("confirm:"):
            return self.say("affirm" if self._is_so(question) else "deny", question)
        return self._again(question) or self.say("unsure", question)

    def _wish(self, c: Conversation) -> Step | None:
        """The next thing they wanted and did not get; a goodbye where there is none."""
        self._done |= {wanted.flow for wanted in c.flows} | {c.finished}
        for name in self._wishes:
            if name not in self._done:
                self._done.add(name)
                return self.say(name, c.question)
        if "goodbye" in self._done:
            return None
        self._done.add("goodbye")
        return self.say("deny" if c.question == "more" else "goodbye", c.question)

    def _is_so(self, question: str) -> bool:
        _, what, value = (*question.split(":", 2), "", "")[:3]
        if what == "flow":
            return value in self._wishes
        if what in self._values:
            return self._values[what] == value
        return what != "signal"

    def _again(self, question: str) -> Step | None:
        """As they answered it then; keys of one number follow each other."""
        known = self._known.get(_name(question), ())
        place = self._given.get(question, 0)
        if place >= len(known):
            return None
        step = known[place]
        self._given[question] = place + 1
        if step.by != "keys":
            return step
        keys = [step]
        for following in known[place + 1 :]:
            if following.by != "keys":
                break
            keys.append(following)
        self._given[question] = place + len(keys)
        return replace(step, events=tuple(event for each in keys for event in each.events))

    def say(self, intent: str, question: str) -> Step | None:
        """The first of an intent's samples; None where the language has none."""
        known = self._language.intents.get(intent)
        if known is None or not known.say:
            return None
        events = typed(0.0, known.say[0], self._language.code)
        return Step("words", question, events, _AFTER)


def _name(question: str) -> str:
    return question.split(":", 1)[0] if question.startswith("confirm:") else question
