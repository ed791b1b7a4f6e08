"""The voice detector and the recogniser: what belongs to a turn, and when to ask for it.

A pause asks the recogniser for its final result at once, while the turn strategy still waits to see
whether the caller goes on; when they do, the turn is heard again from its start.

The caller's audio ends here, but for a pause that may end a turn, which the strategy measures: each
processor that a frame passes costs as much as what is done with it, fifty times a second and call.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from loguru import logger
from pipecat.audio.vad.vad_analyzer import VADAnalyzer
from pipecat.audio.vad.vad_controller import VADController
from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    StartFrame,
    TranscriptionFrame,
    UserSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import (
    FrameDirection,
    FrameProcessor,
    FrameProcessorSetup,
)

from pipelines.call.frames import FinishedFrame, ListenFrame, PauseOf, RecognisedFrame
from pipelines.engines.asr.engine import EngineError, Recognised, RecogniserStream
from pipelines.engines.turn_model import TurnModel

_STEP = 0.02  # s
_PRE_ROLL = 25  # steps from before speech was noticed: a soft beginning is speech too


class AsrProcessor(FrameProcessor):
    """Feeds one call's recogniser. `stream` was opened for `language`, and ends with the call.

    Args:
        max_turn: seconds of a turn that are heard.
        detector: finds speech; None where verdicts come as frames, from a detector before this.
        turn_model: judges by the sound of the voice whether a turn is finished, where the words
            alone do not tell; None where nothing does.
        on_step: called once for each piece of the caller's audio, when it has been heard.
    """

    def __init__(
        self,
        stream: RecogniserStream,
        language: str,
        *,
        max_turn: float,
        detector: VADAnalyzer | None = None,
        turn_model: TurnModel | None = None,
        on_step: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(enable_direct_mode=True)  # no queue of its own, fifty times a second
        self._detecting = self._detect_with(detector) if detector else None
        self._on_step = on_step
        self._turn_model = turn_model
        self._pause: PauseOf | None = None
        self._paused = False  # in a turn, and silent
        self._stream = stream
        self._language = language
        self._before: deque[bytes] = deque(maxlen=_PRE_ROLL)
        self._turn: list[bytes] = []
        self._max_steps = int(max_turn * 50)
        self._speaking = False
        self._spoken = 0.0  # s of the turn that are sound
        self._finishing: asyncio.Task[None] | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Everything passes; audio and the voice detector's verdicts are acted on."""
        await super().process_frame(frame, direction)
        match frame:
            case InputAudioRawFrame():
                await self._step(frame, direction)
                return
            case VADUserStartedSpeakingFrame() | VADUserStoppedSpeakingFrame():
                await self._detected(frame)
                return
            case StartFrame() if self._detecting:
                await self.push_frame(frame, direction)
                await self._detecting.start()
                return
            case UserStoppedSpeakingFrame():
                self._turn, self._spoken = [], 0.0
                self._paused = False
            case ListenFrame():
                self._pause = frame.pause
                self._expect(frame)
            case EndFrame() | CancelFrame():
                await self._drop_finishing()
        await self.push_frame(frame, direction)

    async def setup(self, setup: FrameProcessorSetup) -> None:  # type: ignore[override] # as pipecat
        """The detector is told the rate."""
        await super().setup(setup)
        if self._detecting:
            await self._detecting.setup(setup)

    async def cleanup(self) -> None:
        """Give the stream back."""
        await super().cleanup()
        if self._detecting:
            await self._detecting.cleanup()
        await self._drop_finishing()
        await self._stream.close()

    def partial(self, recognised: Recognised) -> None:
        """The recogniser's `on_partial`."""
        if self._speaking and recognised.text:
            self.create_task(self._tell(recognised))

    def _detect_with(self, detector: VADAnalyzer) -> VADController:
        # What comes too late is filled in with silence: no clock but the audio's ends speech.
        detecting = VADController(detector, audio_idle_timeout=0)

        @detecting.event_handler("on_speech_started")
        async def on_speech_started(_: VADController) -> None:
            started = VADUserStartedSpeakingFrame(start_secs=detector.params.start_secs)
            await self._detected(started)

        @detecting.event_handler("on_speech_stopped")
        async def on_speech_stopped(_: VADController) -> None:
            await self._detected(VADUserStoppedSpeakingFrame(stop_secs=detector.params.stop_secs))

        @detecting.event_handler("on_speech_activity")
        async def on_speech_activity(_: VADController) -> None:
            await self.push_frame(UserSpeakingFrame())

        return detecting

    async def _step(self, frame: InputAudioRawFrame, direction: FrameDirection) -> None:
        self._hear(frame.audio)
        if self._paused:
            await self.push_frame(frame, direction)
        if self._detecting:
            await self._detecting.process_frame(frame)
        self._on_step()

    async def _detected(
        self, frame: VADUserStartedSpeakingFrame | VADUserStoppedSpeakingFrame
    ) -> None:
        """Speech began or ended; the turn strategy is told once the recogniser knows."""
        if isinstance(frame, VADUserStartedSpeakingFrame):
            self._paused = False
            self._spoken += frame.start_secs
            await self._speech_started()
        else:
            self._paused = True
            if self._speaking:
                self._speaking = False
                self._spoken -= frame.stop_secs
                await self._drop_finishing()
                self._finishing = self.create_task(self._finish())
        await self.push_frame(frame)

    def _expect(self, frame: ListenFrame) -> None:
        try:
            self._stream.expect(frame.language, frame.phrases, frame.expected)
        except EngineError as error:  # the keypad still works, and a person is one key away
            logger.warning("asr: {}", error)
            self._stream.expect(self._language, ())

    def _hear(self, pcm: bytes) -> None:
        if self._speaking:
            self._spoken += _STEP
        if self._turn:
            if len(self._turn) < self._max_steps:
                self._turn.append(pcm)
                if self._speaking:
                    self._stream.hear(pcm)
        else:
            self._before.append(pcm)

    async def _speech_started(self) -> None:
        await self._drop_finishing()
        self._speaking = True
        if not self._turn:
            self._turn = list(self._before)
            self._before.clear()
        self._stream.begin()
        self._stream.hear(b"".join(self._turn))

    async def _finish(self) -> None:
        try:
            recognised = await self._stream.finish()
        except EngineError as error:
            logger.warning("asr: {}", error)
            recognised = Recognised("", "", 0.0, 0.0, final=True)
        await self._tell(recognised)
        await self._judge(recognised.text)

    async def _judge(self, text: str) -> None:
        """Whether it sounds finished, where the words do not tell."""
        if not text or self._turn_model is None or self._pause is None:
            return
        if self._pause(text, None, 1.0).why == "pause":
            probability = await self._turn_model.finished(b"".join(self._turn))
            await self.push_frame(FinishedFrame(probability=probability))

    async def _tell(self, recognised: Recognised) -> None:
        spoken = round(self._spoken, 3)
        await self.push_frame(RecognisedFrame(recognised=recognised, spoken=spoken))
        if recognised.final:
            frame: Frame = TranscriptionFrame(recognised.text, "caller", "", finalized=True)
        else:
            frame = InterimTranscriptionFrame(recognised.text, "caller", "")
        await self.push_frame(frame)

    async def _drop_finishing(self) -> None:
        if self._finishing and not self._finishing.done():
            await self.cancel_task(self._finishing)
        self._finishing = None
