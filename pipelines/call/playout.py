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
                lasts = frame.utterance.seconds - frame.utterance.since
                await self._end("" if frame.failed else _heard_part(frame.utterance, lasts))
            case InterruptionFrame():
                if self._now is not None:
                    played = max(0.0, self._played - self._lag())
                    await self._end(_heard_part(self._now, played), self._now.since + played)
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

    async def _end(self, heard: str, cut_at: float | None = None) -> None:
        utterance, self._now = self._now, None
        if utterance is not None:
            await self._report(
                SpokenFrame(
                    utterance=utterance,
                    began=False,
                    heard=heard,
                    interrupted=cut_at is not None,
                    played=cut_at or 0.0,
                )
            )

    async def _report(self, frame: SpokenFrame) -> None:
        await self.push_frame(frame, FrameDirection.UPSTREAM)


def _heard_part(utterance: Utterance, played: float) -> str:
    """The words that fit into what was played, taking words to last as long as their letters."""
    if not utterance.seconds or not played:
        return ""
    text, since = utterance.text, utterance.since
    first, last = (
        int(len(text) * min(1.0, t / utterance.seconds)) for t in (since, since + played)
    )
    heard = text[:last]
    if last < len(text) and not text[last].isspace():
        heard = heard.rpartition(" ")[0]  # a word cut in two was not heard
    if first and not text[first - 1].isspace():
        first -= len(text[:first].rpartition(" ")[2])  # nor, then, was it before
    return heard[first:].strip()
