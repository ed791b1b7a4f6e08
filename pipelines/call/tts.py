"""What is to be said becomes sound: from the cache or synthesised, sentence after sentence.

Audio is handed on as fast as it comes, the output transport plays it in real time; so while one
sentence plays the next is already there. An interruption drops both.
"""

from contextlib import aclosing

from loguru import logger
from pipecat.frames.frames import (
    Frame,
    TTSAudioRawFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
    TTSTextFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.utils.text.base_text_aggregator import TextType

from pipelines.audio import seconds
from pipelines.call.frames import SpeakFrame, Utterance, UtteranceBeginsFrame, UtteranceEndsFrame
from pipelines.call.resuming import resumed
from pipelines.engines.tts.engine import EngineError
from pipelines.engines.tts.routing import VoiceRouter

_PAUSE = 0.2  # s after each sentence


class TtsProcessor(FrameProcessor):
    """One call's sentences, spoken. `rate` is that of the voices' audio in Hz."""

    def __init__(self, speakers: VoiceRouter, rate: int) -> None:
        super().__init__()
        self._speakers = speakers
        self._rate = rate

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Says what is to be said; everything else passes."""
        await super().process_frame(frame, direction)
        if isinstance(frame, SpeakFrame):
            await self._say(frame.utterance)
        else:
            await self.push_frame(frame, direction)

    async def _say(self, utterance: Utterance) -> None:
        context = str(utterance.number)
        await self.push_frame(UtteranceBeginsFrame(utterance=utterance))
        await self.push_frame(TTSStartedFrame(context_id=context))
        failed = ""
        try:
            await self._play(utterance, context)
        except EngineError as error:  # the dialogue goes on; the caller can still be transferred
            logger.warning("tts: {}", error)
            failed = str(error)
        text = TTSTextFrame(utterance.text, TextType.SENTENCE, context)
        text.will_be_spoken = True
        await self.push_frame(text)
        await self.push_frame(TTSStoppedFrame(context_id=context))
        await self.push_frame(UtteranceEndsFrame(utterance=utterance, failed=failed))

    async def _play(self, utterance: Utterance, context: str) -> None:
        slow = utterance.pace == "slow"
        pieces = self._speakers.audio(utterance.text, utterance.language, utterance.fixed, slow)
        async with aclosing(resumed(pieces, utterance.since, self._rate)) as audio:
            async for pcm, at in audio:
                utterance.seconds = at + seconds(pcm, self._rate)
                await self.push_frame(TTSAudioRawFrame(pcm, self._rate, 1, context_id=context))
        pause = bytes(int(_PAUSE * self._rate) * 2)  # voices leave none after a sentence
        await self.push_frame(TTSAudioRawFrame(pause, self._rate, 1, context_id=context))
