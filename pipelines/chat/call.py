"""One call in writing: what is typed becomes events, and what follows from them is carried out.

Sentences of the agent's count as heard as soon as they are said. The call's clock is the one it is
given; the dialogue is woken while it waits for answers from outside. Whether it is woken while it
waits for the caller is for `wake`'s caller to say: who thinks while they type is not silent.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

from agent.actions import Abandon, Action, Compose, Fetch, Interpret, Retrieve
from agent.dialogue import Dialogue
from agent.events import (
    CallEnded,
    CallStarted,
    Event,
    KeyPressed,
    LanguageChosen,
    SpeechEnded,
    SpeechStarted,
    Tick,
)
from agent.state import Conversation
from pipelines.call.requests import Requests
from pipelines.call.typed import LONGEST, typed
from pipelines.chat.parts import Parts
from pipelines.engines.language_id.evidence import shares
from pipelines.intents.turns import with_intents
from pipelines.packs.pack import SampleCaller
from pipelines.store.call_log import CallLog

CHANNEL = "text"
_TICK_AGAIN = 0.01  # s: a deadline that a tick did not move keeps nothing busy


class _Clock:
    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._began = now()

    @property
    def seconds(self) -> float:
        return round(self._now() - self._began, 3)


class WrittenCall:
    """One call.

    Args:
        parts: what calls share.
        language: in which it begins, one of the packs'.
        caller: the number it comes from; None where that is withheld.
        show: is told every event and action, in order, as they are: secrets among them.
        log: where they are written, without the secrets; None: nowhere.
        now: a clock in seconds.
    """

    def __init__(
        self,
        parts: Parts,
        language: str,
        caller: str | None = None,
        show: Callable[[Event | Action], None] = lambda _: None,
        log: CallLog | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        config = parts.config
        self._parts = parts
        self._language = language
        self._caller = caller
        self._show = show
        self._log = log
        self._clock = _Clock(now)
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._languages = config.languages
        self._dialogue = Dialogue(self._languages, config.flows, config.policy)
        self._requests = Requests(
            parts.back_office,
            parts.knowledge,
            parts.grounded_model,
            self._clock,
            self._events.put_nowait,
        )

    @property
    def conversation(self) -> Conversation:
        """What is known of the call."""
        return self._dialogue.conversation

    @property
    def silence_ends(self) -> float | None:
        """In how many seconds the dialogue wants to be woken; None if nothing is due."""
        deadline = self._dialogue.deadline
        return None if deadline is None else max(0.0, deadline - self._clock.seconds)

    async def begin(self) -> None:
        """The line is open; returns, as all below, once only the caller can change anything."""
        model = self._parts.grounded_model is not None
        now = datetime.now().isoformat(timespec="seconds")
        start = CallStarted(
            *(0.0, CHANNEL, self._caller, self._language, model),
            now=now,
            knowledge=True,
            offered=self._parts.offered,
        )
        await self._happen(start)

    async def say(self, text: str) -> None:
        """The caller says something, all at once."""
        c = self.conversation
        languages = shares(text[:LONGEST], (), "", tuple(self._parts.config.packs))
        await self._happen(*typed(self._clock.seconds, text, c.language, languages))

    async def press(self, keys: str) -> None:
        """The caller types telephone keys: 0-9, * and #."""
        for key in keys:
            await self._happen(KeyPressed(self._clock.seconds, key))

    async def choose_language(self, language: str) -> None:
        """The caller chooses one of the languages by other means than words."""
        await self._happen(LanguageChosen(self._clock.seconds, language))

    async def play(self, caller: SampleCaller) -> None:
        """What a sample caller says and types; nothing interrupts, since all is heard at once."""
        for step in caller.steps:
            if self.conversation.ended:
                return
            if step.keys:
                await self.press(step.keys)
            elif not step.asked or "affirm" in self.conversation.expecting.intents:
                await self.say(step.say)

    async def wake(self) -> None:
        """Time has passed: what the dialogue does about a caller who is silent."""
        if self.silence_ends == 0:
            await self._happen(Tick(self._clock.seconds))

    async def close(self, reason: str) -> None:
        """The line is closed. Safe to call twice."""
        self._requests.close()
        if self._dialogue.conversation.ended:
            return
        await self._take(CallEnded(self._clock.seconds, reason))

    async def _happen(self, *events: Event) -> None:
        for event in events:
            if not self.conversation.ended:
                await self._take(event)
        while not self.conversation.ended:
            c = self.conversation
            if not self._events.empty():
                await self._take(self._events.get_nowait())
            elif c.saying:
                await self._speak()
            elif c.pending or c.closing:
                await self._take(await self._next())
            else:
                return

    async def _next(self) -> Event:
        """What comes from outside next, or the time by which the dialogue wants to be woken."""
        due = self.silence_ends
        try:
            async with asyncio.timeout(None if due is None else max(due, _TICK_AGAIN)):
                return await self._events.get()
        except TimeoutError:
            return Tick(self._clock.seconds)

    async def _speak(self) -> None:
        speak = self.conversation.saying[0]
        at = self._clock.seconds
        await self._take(SpeechStarted(at, speak.utterance))
        await self._take(SpeechEnded(at, speak.utterance, speak.text, False))

    async def _take(self, event: Event) -> None:
        event = await with_intents(event, self.conversation, self._parts.intents, self._languages)
        actions = self._dialogue.receive(event)
        if self._log is not None:
            self._log.event(event)
            for action in actions:
                self._log.action(action)
        self._show(event)
        for action in actions:
            self._show(action)
            match action:
                case Fetch() | Retrieve() | Interpret() | Compose():
                    self._requests.ask(action)
                case Abandon(request, _):
                    self._requests.abandon(request)
