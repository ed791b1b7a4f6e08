"""The one door between pipecat's frames and the dialogue's events and actions.

Events are taken one at a time by a task of the bridge's own: the dialogue decides, the log is
written, the actions are carried out, in this order, so that the log is the call.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from loguru import logger
from pipecat.frames.frames import (
    CancelFrame,
    Frame,
    InputAudioRawFrame,
    InputDTMFFrame,
    InterruptionFrame,
    StartFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.processors.frameworks.rtvi.frames import (
    RTVIClientMessageFrame,
    RTVISendTextFrame,
    RTVIServerMessageFrame,
)

from agent.actions import (
    Abandon,
    Action,
    Compose,
    Expecting,
    Explain,
    Fetch,
    HangUp,
    Hush,
    Interpret,
    Listen,
    Speak,
    Transfer,
    Withdraw,
)
from agent.dialogue import Dialogue
from agent.endpointing import pause
from agent.events import (
    CallEnded,
    CallStarted,
    Event,
    Hypothesis,
    KeyPressed,
    LanguageChosen,
    PersonJoined,
    PersonLeft,
    SpeechEnded,
    SpeechStarted,
    TakenOver,
    Tick,
    TransferFailed,
    TurnEnded,
    TurnStarted,
)
from agent.language import Language
from agent.privacy import SECRET_SLOTS, Redaction, digit_words
from pipelines.backoffice.protocol import BackOffice
from pipelines.call import messages
from pipelines.call.caller_audio import AudioClock
from pipelines.call.connection import Transfers
from pipelines.call.frames import (
    ListenFrame,
    RecognisedFrame,
    SilencedFrame,
    SpeakFrame,
    SpokenFrame,
    Utterance,
)
from pipelines.call.latency import ResponseMeter
from pipelines.call.requests import Requests
from pipelines.engines.asr.engine import Recognised
from pipelines.knowledge.grounded_model import GroundedModel
from pipelines.packs.reader import Pack
from pipelines.store.recording import Recording

LanguageScores: TypeAlias = tuple[tuple[str, float], ...]

_HUSHED = 1.0  # s: an output that takes longer to fall silent is broken in other ways
_TICK_AGAIN = 0.5  # s between ticks for a deadline that a tick did not move


@dataclass(frozen=True, slots=True)
class Resources:
    """What the bridge carries actions out with."""

    clock: AudioClock
    back_office: BackOffice
    grounded_model: GroundedModel | None
    recording: Recording | None
    meter: ResponseMeter
    packs: Mapping[str, Pack]
    hang_up: Callable[[str], Awaitable[None]]
    count: Callable[[str], None]  # a thing worth counting happened
    downloads: Mapping[str, str]  # what -> where, for the page
    language_scores: Callable[
        [str, str, LanguageScores], LanguageScores
    ]  # text, told, by its sound: which language
    transfers: Transfers | None = None  # what can bring a person in
    publish: Callable[[messages.Message], None] = lambda _: None  # for the desk
    quick_pauses: bool = True  # a turn ends early where what was heard is a complete answer


class DialogueProcessor(FrameProcessor):
    """One call's bridge."""

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
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._worker: asyncio.Task[None] | None = None
        self._requests = Requests(
            resources.back_office, resources.grounded_model, resources.clock, self.happen
        )
        said = digit_words(pack.language for pack in resources.packs.values())
        self._redaction = Redaction(said)  # for the page; the recording has its own
        self._ticked = (-1.0, -1.0)  # (deadline, at)
        self._turn_ended = 0.0  # by the clock: how long we took, not what the caller waited
        self._noticed = 0.0  # s that speech takes to be taken for it
        self._hushed = asyncio.Event()
        self._reason = "line closed"
        self._over = False

    # Frames in

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Frames that mean something to the dialogue become events; all pass."""
        await super().process_frame(frame, direction)
        if isinstance(frame, StartFrame):
            self._worker = self.create_task(self._run())
        elif isinstance(frame, CancelFrame):
            await self._end()
        else:
            self._happened(frame)
        await self.push_frame(frame, direction)

    async def cleanup(self) -> None:
        """The line is closed, and what was still to be said has been said."""
        await super().cleanup()
        await self._end()

    def begin(self) -> None:
        """The caller can hear us: the dialogue may begin."""
        if not self._started:
            self._started = True
            self.happen(self._start_with)

    @property
    def queue(self) -> str:
        """Whose people are to take over once the call has ended for the agent; "" nobody's."""
        c = self._dialogue.conversation
        return c.handoff[1] if c.handoff and c.closing == "transferred" else ""

    def happen(self, event: Event) -> None:
        """Something happened outside; it is dealt with in its turn."""
        if not self._over:
            self._events.put_nowait(event)

    def _happened(self, frame: Frame) -> None:
        at = self._resources.clock.seconds
        match frame:
            case InputAudioRawFrame():
                self._tick(at)
            case VADUserStartedSpeakingFrame():
                self._noticed = frame.start_secs
            case UserStartedSpeakingFrame():
                self.happen(TurnStarted(at, self._noticed))
            case RecognisedFrame(recognised=recognised):
                self.happen(self._hypothesis(at, recognised))
            case UserStoppedSpeakingFrame():
                self._turn_ended = time.monotonic()
                self.happen(TurnEnded(at))
            case InputDTMFFrame():
                self.happen(KeyPressed(at, frame.button.value))
            case SpokenFrame(utterance=utterance, began=True):
                self.happen(SpeechStarted(at, utterance.number))
            case SpokenFrame(utterance=utterance, heard=heard, interrupted=interrupted):
                self.happen(SpeechEnded(at, utterance.number, heard, interrupted))
            case SilencedFrame():
                self._hushed.set()
            case InterruptionFrame():  # not ours: somebody else silenced us
                for speak in self._dialogue.conversation.saying:
                    self.happen(SpeechEnded(at, speak.utterance, "", True))
            case RTVISendTextFrame():
                self._typed(at, frame.text)
            case RTVIClientMessageFrame():
                self._client_message(at, frame.type, frame.data)

    def _client_message(self, at: float, kind: str, data: Any) -> None:
        data = data if isinstance(data, dict) else {}
        if kind == "say" and isinstance(data.get("text"), str):
            self._typed(at, data["text"])
        elif kind == "language" and data.get("language") in self._resources.packs:
            self.happen(LanguageChosen(at, data["language"]))
        elif kind == "hang-up":
            self.create_task(self._leave())

    def _hypothesis(self, at: float, heard: Recognised) -> Hypothesis:
        language_scores: LanguageScores = ()
        if heard.final and heard.text:
            language_scores = self._resources.language_scores(
                heard.text, heard.language, heard.languages
            )
        return Hypothesis(
            at,
            heard.text,
            heard.language,
            round(heard.language_confidence, 3),
            round(heard.confidence, 3),
            heard.final,
            tuple((word.text, round(word.confidence, 3)) for word in heard.words),
            language_scores,
            heard.rejected,
        )

    def _typed(self, at: float, text: str) -> None:
        language = self._dialogue.conversation.language
        self.happen(TurnStarted(at))
        text = text[:500]
        language_scores = self._resources.language_scores(text, "", ())
        self.happen(Hypothesis(at, text, language, 1.0, 1.0, final=True, languages=language_scores))
        self.happen(TurnEnded(at))

    def _tick(self, at: float) -> None:
        deadline = self._dialogue.deadline
        if deadline is None or at < deadline or not self._events.empty():
            return
        if self._ticked[0] == deadline and at < self._ticked[1] + _TICK_AGAIN:
            return
        self._ticked = (deadline, at)
        self.happen(Tick(at))

    # Events through the dialogue, actions out

    async def _run(self) -> None:
        while True:
            event = await self._events.get()
            try:
                await self._take(event)
            except Exception as error:
                logger.exception("the dialogue failed on {}: {}", type(event).__name__, type(error))
                await self._apologise()
                return

    async def _take(self, event: Event) -> None:
        self._measure(event)
        if event is self._start_with:
            await self._tell(self._welcome)
        actions = self._dialogue.receive(event)
        recording = self._resources.recording
        if recording:
            recording.event(event)
            for action in actions:
                recording.action(action)
        await self._show(self._redaction.event(event))
        for action in actions:
            await self._show(self._redaction.action(action))
            await self._carry_out(action)
        if not (isinstance(event, Hypothesis) or self._dialogue.conversation.ended):
            await self._tell(messages.state(self._dialogue.conversation, SECRET_SLOTS))

    async def _carry_out(self, action: Action) -> None:
        match action:
            case Speak():
                utterance = Utterance(
                    action.utterance, action.text, action.language, action.fixed, action.secret
                )
                await self.push_frame(SpeakFrame(utterance=utterance))
            case Hush():
                await self._hush()
            case Listen():
                await self._listen(action)
            case Fetch() | Interpret() | Compose():
                self._requests.ask(action)
            case Abandon(request, _):
                self._requests.abandon(request)
            case Explain(rung):
                self._resources.count(f"rung.{rung}")
            case Transfer():
                self._resources.count(f"handoff.{action.reason}")
                logger.info("call handed to {}: {}", action.queue, action.reason)
                if self._resources.transfers and action.request:
                    self._resources.transfers.transfer(action)
            case Withdraw(request):
                if self._resources.transfers:
                    self._resources.transfers.withdraw(request)
            case HangUp():
                await self._hang_up(action.reason)

    async def _hush(self) -> None:
        """Silence, and wait for it: the output would drop what is said while it is hushed."""
        self._hushed.clear()
        await self.broadcast_interruption()
        with suppress(TimeoutError):
            async with asyncio.timeout(_HUSHED):
                await self._hushed.wait()

    async def _listen(self, action: Listen) -> None:
        language = self._resources.packs[action.language].language
        expecting = action.expecting
        phrases = self._resources.packs[action.language].expected(expecting.intents)
        await self.push_frame(
            ListenFrame(
                language=action.language,
                phrases=phrases,
                pause=self._pause(expecting, language),
                longest_pause=expecting.pause,
            ),
            FrameDirection.UPSTREAM,
        )

    def _pause(self, expecting: Expecting, language: Language) -> Callable[[str], float]:
        if not self._resources.quick_pauses:
            return lambda _: expecting.pause
        return partial(pause, open_for=expecting, language=language)

    # What becomes of a transfer: see connection.TransferListener

    def joined(self, request: int, person: str) -> None:
        """A person talks with the caller."""
        self._resources.count("transfer.joined")
        self.happen(PersonJoined(self._resources.clock.seconds, request, person))

    def failed(self, request: int, reason: str) -> None:
        """Nobody took the call."""
        self._resources.count(f"transfer.{reason}")
        self.happen(TransferFailed(self._resources.clock.seconds, request, reason))

    def left(self, back: bool) -> None:
        """The person is gone."""
        self.happen(PersonLeft(self._resources.clock.seconds, back))

    def keep(self, name: str, data: bytes) -> None:
        """A file that belongs to the recording."""
        if self._resources.recording:
            self._resources.recording.keep(name, data)

    # Watching, measuring, ending

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
        since_decision = time.monotonic() - self._turn_ended
        await self._tell(
            {
                "type": "latency",
                "turn": self._dialogue.conversation.turn,
                "seconds": round(latency, 3),
                "since_decision": round(since_decision, 4),
            }
        )

    async def _show(self, entry: Event | Action) -> None:
        message = messages.about(entry, self._dialogue.conversation)
        if message:
            await self._tell(message)

    async def _tell(self, message: messages.Message) -> None:
        self._resources.publish(message)
        await self.push_frame(RTVIServerMessageFrame(data=message))

    async def _leave(self) -> None:
        """The caller has hung up: what is still to be said need not be."""
        await self.broadcast_interruption()
        await self._hang_up("caller hung up")

    async def _hang_up(self, reason: str) -> None:
        self._reason = reason
        resources = self._resources
        call_id = resources.recording.id if resources.recording else ""
        await self._tell(messages.ended(reason, call_id, resources.downloads))
        await self._resources.hang_up(reason)

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
