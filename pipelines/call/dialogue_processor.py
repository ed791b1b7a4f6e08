"""The dialogue on the pipeline: frames become events, actions become frames.

Events are taken one at a time by a task of the processor's own: the dialogue decides, the log is
written, the actions are carried out, in this order, so that the log is the call. With
`frame_events.py` this is the only place that knows both pipecat's frames and the dialogue.
"""

import asyncio
import time

from loguru import logger
from pipecat.frames.frames import CancelFrame, Frame, InputAudioRawFrame, StartFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.processors.frameworks.rtvi.frames import RTVIServerMessageFrame

from agent.actions import Action
from agent.dialogue import Dialogue
from agent.events import (
    CallEnded,
    CallStarted,
    Event,
    Hypothesis,
    KeyPressed,
    TakenOver,
    TurnEnded,
    TurnStarted,
)
from agent.privacy import SECRET_SLOTS, Redaction, digit_words
from pipelines.call import messages
from pipelines.call.action_frames import ActionFrames
from pipelines.call.frame_events import FrameEvents
from pipelines.call.frames import SpeakFrame, Utterance
from pipelines.call.requests import Requests
from pipelines.call.resources import Resources
from pipelines.call.turns import EndOfTurn
from pipelines.intents.turns import with_intents


class DialogueProcessor(FrameProcessor):
    """One call's. It begins with the event `start` and, for whoever watches, with `welcome`."""

    def __init__(
        self,
        dialogue: Dialogue,
        resources: Resources,
        start: CallStarted,
        welcome: messages.Message,
    ) -> None:
        super().__init__()
        self._welcome = welcome
        self._dialogue = dialogue
        self._resources = resources
        self._start_with = start
        self._started = False
        self._waiting: asyncio.Queue[Event] = asyncio.Queue()
        self._worker: asyncio.Task[None] | None = None
        self._requests = Requests(
            resources.back_office,
            resources.knowledge,
            resources.grounded_model,
            resources.clock,
            self.happen,
        )
        self._frames = FrameEvents(
            dialogue,
            resources,
            self.happen,
            self._waiting.empty,
            self._client_leaves,
        )
        self._actions = ActionFrames(
            self, resources, self._requests, self._frames.silenced, self._hang_up
        )
        self._languages = {code: pack.language for code, pack in resources.packs.items()}
        said = digit_words(self._languages.values())
        self._redaction = Redaction(said)  # for the page; the recording has its own
        self._reason = "line closed"
        self._over = False

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Frames that mean something to the dialogue become events; all but the caller's pass."""
        await super().process_frame(frame, direction)
        if isinstance(frame, StartFrame):
            self._worker = self.create_task(self._run())
        elif isinstance(frame, CancelFrame):
            await self._end()
        else:
            self._frames.take(frame)
        if not isinstance(frame, InputAudioRawFrame):  # nobody behind hears the caller
            await self.push_frame(frame, direction)

    async def cleanup(self) -> None:
        """The line is closed, and what was still to be said has been said."""
        await super().cleanup()
        await self._end()

    def step(self) -> None:
        """The caller's audio went on."""
        if self._started and not self._over:
            self._frames.tick()

    def end_of_turn(self, end: EndOfTurn) -> None:
        """The caller's turn is about to end."""
        self._frames.end_of_turn(end)

    def begin(self) -> None:
        """The caller can hear us: the dialogue may begin."""
        if not self._started:
            self._started = True
            self.happen(self._start_with)

    def happen(self, event: Event) -> None:
        """Something happened outside; it is dealt with in its turn."""
        if not self._over:
            self._waiting.put_nowait(event)

    @property
    def queue(self) -> str:
        """Whose people are to take over once the call has ended for the agent; "" nobody's."""
        c = self._dialogue.conversation
        return c.handoff[1] if c.handoff and c.closing == "transferred" else ""

    @property
    def people(self) -> bool:
        """Whether the dialogue counts on people who can be brought in."""
        return self._dialogue.conversation.people

    def taken_over(self, person: str) -> bool:
        """Somebody at the desk wants the call; False where it has not begun or is over."""
        if self._over or not self._started:
            return False
        self.happen(TakenOver(self._resources.clock.seconds, person))
        return True

    async def answered(self, latency: float) -> None:
        """The answer's first sound went out `latency` seconds after the caller's last."""
        since_decision = time.monotonic() - self._frames.turn_ended
        await self._tell(
            {
                "type": "latency",
                "turn": self._dialogue.conversation.turn,
                "seconds": round(latency, 3),
                "since_decision": round(since_decision, 4),
            }
        )

    # Events through the dialogue

    async def _run(self) -> None:
        while True:
            event = await self._waiting.get()
            try:
                await self._take(event)
            except Exception as error:
                logger.exception("the dialogue failed on {}: {}", type(event).__name__, type(error))
                await self._apologise()
                return

    async def _take(self, event: Event) -> None:
        resources = self._resources
        event = await with_intents(
            event, self._dialogue.conversation, resources.intents, self._languages
        )
        self._measure(event)
        if event is self._start_with:
            await self._tell(self._welcome)
        actions = self._dialogue.receive(event)
        recording = resources.recording
        if recording:
            recording.event(event)
            for action in actions:
                recording.action(action)
        await self._show(self._redaction.event(event))
        for action in actions:
            await self._show(self._redaction.action(action))
            await self._actions.carry_out(action)
        if not (isinstance(event, Hypothesis) or self._dialogue.conversation.ended):
            await self._tell(messages.state(self._dialogue.conversation, SECRET_SLOTS))

    def _measure(self, event: Event) -> None:
        meter = self._resources.meter
        match event:
            case TurnStarted():
                meter.turn_started(event.at)
            case TurnEnded():
                hypothesis = self._dialogue.conversation.hypothesis
                if hypothesis and hypothesis.text:
                    meter.turn_ended()
            case KeyPressed():
                meter.cancel()

    async def _show(self, entry: Event | Action) -> None:
        message = messages.about(entry, self._dialogue.conversation)
        if message:
            await self._tell(message)

    async def _tell(self, message: messages.Message) -> None:
        self._resources.publish(message)
        await self.push_frame(RTVIServerMessageFrame(data=message))

    # The end

    def _client_leaves(self) -> None:
        self.create_task(self._leave())

    async def _leave(self) -> None:
        """The caller has hung up: what is still to be said need not be."""
        await self.broadcast_interruption()
        await self._hang_up("caller hung up")

    async def _hang_up(self, reason: str) -> None:
        self._reason = reason
        resources = self._resources
        call_id = resources.recording.id if resources.recording else ""
        await self._tell(messages.ended(reason, call_id, resources.downloads))
        await resources.hang_up(reason)

    async def _apologise(self) -> None:
        """The last word for a broken call is a spoken sentence, never silence."""
        language = self._resources.packs[self._start_with.language].language
        for sentence in language.sentences("trouble"):
            utterance = Utterance(0, sentence, language.code, fixed=True, secret=False)
            await self.push_frame(SpeakFrame(utterance=utterance))
        await self._hang_up("internal error")

    async def _end(self) -> None:
        if self._over:
            return
        self._over = True
        self._requests.close()
        if self._worker and self._worker is not asyncio.current_task():
            await self.cancel_task(self._worker)
        recording = self._resources.recording
        ended = CallEnded(self._resources.clock.seconds, self._reason)
        self._dialogue.receive(ended)
        if recording:
            recording.event(ended)
            recording.close()
