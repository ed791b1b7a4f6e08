"""The far end of the output: what has really been played, and so what was heard."""

from collections.abc import Callable

from pipecat.frames.frames import Frame, InterruptionFrame, OutputAudioRawFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from pipelines.audio import seconds
from pipelines.call.frames import (
    SilencedFrame,
    SpokenFrame,
    Utterance,
    UtteranceBeginsFrame,
    UtteranceEndsFrame,
)


class Playout(FrameProcessor):
    """Stands behind the output transport, which passes frames on once they are played.

    `on_audio(pcm, rate, secret)` sees all audio as it goes out; `lag()` is how many seconds pass
    until the caller hears it.
    """

    def __init__(
        self,
        on_audio: Callable[[bytes, int, bool], None],
        lag: Callable[[], float] = lambda: 0.0,
    ) -> None:
        super().__init__(enable_direct_mode=True)  # no queue of its own, fifty times a second
        self._on_audio = on_audio
        self._lag = lag
        self._now: Utterance | None = None
        self._played = 0.0

    @property
    def speaking(self) -> bool:
        """Whether the agent is heard now."""
        return self._now is not None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Reports upstream what began and ended for the caller."""
        await super().process_frame(frame, direction)
        match frame:
            case UtteranceBeginsFrame():
                self._now, self._played = frame.utterance, 0.0
            case OutputAudioRawFrame():
                await self._heard(frame)
            case UtteranceEndsFrame() if self._now is frame.utterance:
                await self._end(frame.utterance.text if not frame.failed else "")
            case InterruptionFrame():
                if self._now is not None:
                    played = max(0.0, self._played - self._lag())
                    await self._end(_heard_part(self._now, played), interrupted=True)
                await self.push_frame(SilencedFrame(), FrameDirection.UPSTREAM)
        if not isinstance(frame, OutputAudioRawFrame):  # it has been heard
            await self.push_frame(frame, direction)

    async def _heard(self, frame: OutputAudioRawFrame) -> None:
        secret = self._now is not None and self._now.secret
        self._on_audio(frame.audio, frame.sample_rate, secret)
        if self._now is None:
            return
        if not self._played:
            await self._report(SpokenFrame(utterance=self._now, began=True))
        self._played += seconds(frame.audio, frame.sample_rate)

    async def _end(self, heard: str, interrupted: bool = False) -> None:
        utterance, self._now = self._now, None
        if utterance is not None:
            await self._report(
                SpokenFrame(utterance=utterance, began=False, heard=heard, interrupted=interrupted)
            )

    async def _report(self, frame: SpokenFrame) -> None:
        await self.push_frame(frame, FrameDirection.UPSTREAM)


def _heard_part(utterance: Utterance, played: float) -> str:
    """The words that fit into what was played, taking words to last as long as their letters."""
    if not utterance.seconds or not played:
        return ""
    letters = len(utterance.text) * min(1.0, played / utterance.seconds)
    heard = utterance.text[: int(letters)]
    if len(heard) < len(utterance.text) and not utterance.text[len(heard)].isspace():
        heard = heard.rpartition(" ")[0]  # a word cut in two was not heard
    return heard.rstrip()
