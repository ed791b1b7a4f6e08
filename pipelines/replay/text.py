"""Recorded words through today's understanding and dialogue: no sound, and no waiting.

The caller says what they said and types what they typed, each once today's agent has fallen silent
and as long after as then. What the back office and the language model answered then they answer
again; what they were not asked then they are asked now. The pages and the classifier are today's.

All that the agent says is heard to its end, and answers come at once: barge-ins, endpointing,
latencies and the word for a slow back office are for the audio depth to tell.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from agent.actions import Action, Compose, Fetch, HangUp, Interpret, Retrieve
from agent.dialogue import Dialogue
from agent.events import (
    CallEnded,
    CallStarted,
    Event,
    PersonJoined,
    SpeechEnded,
    SpeechStarted,
    Tick,
    TransferFailed,
)
from agent.state import Conversation
from pipelines.call.requests import Requests
from pipelines.chat.parts import Parts
from pipelines.intents.turns import with_intents
from pipelines.replay.recorded_answers import RecordedAnswers
from pipelines.replay.steps import UNKNOWN, Step
from pipelines.replay.thoughts import RecordedThoughts
from pipelines.store.replay_note import Divergence

OVER = "the call is over"  # in place of a question
_DONE = (OVER, "more", "ringing")  # a caller who has all they wanted may hang up
_LETTERS = 14  # that are spoken a second: how long what is said lasts
_MOST = 400  # events that may follow from one: what never ends is cut
_TURNS = 40  # of a caller of our own


@dataclass(slots=True)
class _Clock:
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class TextReplayed:
    """`entries` are the new call's, events and actions in order."""

    entries: tuple[Event | Action, ...]
    diverged: Divergence | None
    continued: str


class OnwardCaller(Protocol):
    """Who goes on where a recorded caller cannot."""

    @property
    def name(self) -> str:
        """Who that is, as a report tells it."""
        ...

    async def answer(self, c: Conversation, now: Sequence[Event | Action]) -> Step | None:
        """What they do about the open question of this call; None where they hang up."""
        ...


class TextReplay:
    """One call. `onward` goes on with a caller of our own where today's agent asks otherwise."""

    def __init__(
        self,
        parts: Parts,
        start: CallStarted,
        recorded: Sequence[Event | Action],
        onward: OnwardCaller | None = None,
    ) -> None:
        config = parts.config
        self._parts = parts
        self._start = start
        self._onward = onward
        self._languages = config.languages
        self._dialogue = Dialogue(self._languages, config.flows, config.policy)
        self._clock = _Clock()
        self._events: deque[Event] = deque()
        self._entries: list[Event | Action] = []
        answers = RecordedAnswers(recorded, parts.back_office)
        self._thoughts = RecordedThoughts(recorded)
        self._requests = Requests(
            answers, parts.knowledge, parts.grounded_model, self._clock, self._events.append
        )

    async def run(self, steps: Iterable[Step]) -> TextReplayed:
        """All steps, or as far as they answer what is asked."""
        await self._happen(self._start)
        diverged: Divergence | None = None
        for number, step in enumerate(steps, start=1):
            now = self._asks
            if not self._answers(step):
                diverged = Divergence(
                    turn=number, at=self._clock.seconds, then=step.question, now=now
                )
                break
            await self._do(step)
        if diverged is None and self._asks not in _DONE:
            diverged = Divergence(turn=0, at=self._clock.seconds, then=OVER, now=self._asks)
        continued = ""
        if diverged is not None and self._onward and self._asks != OVER:
            await self._go_on(self._onward)
            continued = self._onward.name
        reason = "line closed" if diverged is None else "replay ended"
        hung_up = (e.reason for e in reversed(self._entries) if isinstance(e, HangUp))
        await self._happen(CallEnded(self._clock.seconds, next(hung_up, reason)))
        return TextReplayed(tuple(self._entries), diverged, continued)

    # What is open

    @property
    def _c(self) -> Conversation:
        return self._dialogue.conversation

    @property
    def _asks(self) -> str:
        c = self._c
        return OVER if c.ended or c.closing else c.question

    def _answers(self, step: Step) -> bool:
        """Whether the step fits what today's agent asks."""
        if step.by == "people":
            return self._c.transfer is not None or self._c.person is not None
        if step.question == UNKNOWN:
            return self._asks in ("open", "more")
        return self._asks == step.question

    # What happens

    async def _go_on(self, caller: OnwardCaller) -> None:
        for _ in range(_TURNS):
            c = self._c
            if c.ended or c.closing:
                return
            step = await caller.answer(c, self._entries)
            if step is None:
                return
            await self._do(step)

    async def _do(self, step: Step) -> None:
        c = self._c
        if step.by == "silence":
            due = self._dialogue.deadline
            at = max(self._clock.seconds, due if due is not None else self._clock.seconds)
            await self._happen(Tick(round(at, 3)))
            return
        rung = step.by == "people" and c.transfer
        since = rung.since if rung else c.quiet_since
        at = round(max(self._clock.seconds, since + step.after), 3)
        await self._wait(at)
        for event in step.at(max(at, self._clock.seconds)):
            if isinstance(event, (PersonJoined, TransferFailed)) and c.transfer:
                event = replace(event, request=c.transfer.request)
            await self._happen(event)

    async def _wait(self, until: float) -> None:
        """Time passes: the dialogue is woken as often as it wants to be."""
        for _ in range(_MOST):
            due = self._dialogue.deadline
            if due is None or due >= until or self._asks == OVER:
                return
            await self._happen(Tick(round(max(self._clock.seconds, due), 3)))

    async def _happen(self, event: Event) -> None:
        """An event and all that follows from it without the caller."""
        self._events.append(event)
        for _ in range(_MOST):
            c = self._c
            if self._events:
                await self._take(self._events.popleft())
            elif c.ended or c.turn_open:
                return
            elif c.saying:
                self._speak()
            elif c.closing or (c.pending and self._dialogue.deadline is not None):
                at = max(self._clock.seconds, self._dialogue.deadline or 0.0)
                self._events.append(Tick(round(at, 3)))
            else:
                return

    def _speak(self) -> None:
        speak = self._c.saying[0]
        at = self._clock.seconds
        ended = round(at + len(speak.text) / _LETTERS, 3)
        self._events.append(SpeechStarted(at, speak.utterance))
        self._events.append(SpeechEnded(ended, speak.utterance, speak.text, False))

    async def _take(self, event: Event) -> None:
        self._clock.seconds = max(self._clock.seconds, event.at)
        event = await with_intents(event, self._c, self._parts.intents, self._languages)
        actions = self._dialogue.receive(event)
        self._entries += (event, *actions)
        for action in actions:
            match action:
                case Interpret() | Compose():
                    at, happen = self._clock.seconds, self._events.append
                    if not self._thoughts.answer(action, at, happen):
                        await self._requests.answer(action)
                case Fetch() | Retrieve():
                    await self._requests.answer(action)
