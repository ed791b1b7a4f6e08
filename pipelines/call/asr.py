"""Between the voice detector and the recogniser: what belongs to a turn, and when to ask for it.

A pause asks the recogniser for its final result at once, while the turn strategy still waits to see
whether the caller goes on; when they do, the turn is heard again from its start.
"""

import asyncio
from collections import deque

from loguru import logger
from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    TranscriptionFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from pipelines.call.frames import ListenFrame, RecognisedFrame
from pipelines.engines.asr.engine import EngineError, Recognised, RecogniserStream

_PRE_ROLL = 25  # steps of 20 ms from before speech was noticed: a soft beginning is speech too


class AsrProcessor(FrameProcessor):
    """Feeds one call's recogniser. `stream` was opened for `language`, and ends with the call."""

    def __init__(self, stream: RecogniserStream, language: str, *, max_turn: float) -> None:
        super().__init__()
        self._stream = stream
        self._language = language
        self._before: deque[bytes] = deque(maxlen=_PRE_ROLL)
        self._turn: list[bytes] = []
        self._max_steps = int(max_turn * 50)
        self._speaking = False
        self._finishing: asyncio.Task[None] | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Everything passes; audio and the voice detector's verdicts are acted on."""
        await super().process_frame(frame, direction)
        match frame:
            case InputAudioRawFrame():
                self._hear(frame.audio)
            case VADUserStartedSpeakingFrame():
                await self._speech_started()
            case VADUserStoppedSpeakingFrame() if self._speaking:
                self._speaking = False
                await self._drop_finishing()
                self._finishing = self.create_task(self._finish())
            case UserStoppedSpeakingFrame():
                self._turn = []
            case ListenFrame():
                self._expect(frame)
            case EndFrame() | CancelFrame():
                await self._drop_finishing()
        await self.push_frame(frame, direction)

    async def cleanup(self) -> None:
        """Give the stream back."""
        await super().cleanup()
        await self._drop_finishing()
        await self._stream.close()

    def partial(self, recognised: Recognised) -> None:
        """The recogniser's `on_partial`."""
        if self._speaking and recognised.text:
            self.create_task(self._tell(recognised))

    def _expect(self, frame: ListenFrame) -> None:
        try:
            self._stream.expect(frame.language, frame.phrases, frame.expected)
        except EngineError as error:  # the keypad still works, and a person is one key away
            logger.warning("asr: {}", error)
            self._stream.expect(self._language, ())

    def _hear(self, pcm: bytes) -> None:
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

    async def _tell(self, recognised: Recognised) -> None:
        await self.push_frame(RecognisedFrame(recognised=recognised))
        if recognised.final:
            frame: Frame = TranscriptionFrame(recognised.text, "caller", "", finalized=True)
        else:
            frame = InterimTranscriptionFrame(recognised.text, "caller", "")
        await self.push_frame(frame)

    async def _drop_finishing(self) -> None:
        if self._finishing and not self._finishing.done():
            await self.cancel_task(self._finishing)
        self._finishing = None
