"""The caller's end of the line: 16 kHz mono in 20 ms steps, in real time, counted.

The samples that pass here are the call's only clock. So that it never stands still nor runs away,
what a client sends too little is filled in with silence, and what is far ahead of time is dropped.

Where a network loses packets one by one, the silence waits for the caller's next pause: a hole in a
word costs the recogniser far more than the lost 20 ms (of 99 recordings at 5 % loss it knew 73 with
holes, 82 without, 85 with nothing lost).
"""

import asyncio
import time
from collections.abc import Callable

import numpy as np
from pipecat.audio.utils import create_stream_resampler
from pipecat.frames.frames import CancelFrame, EndFrame, Frame, InputAudioRawFrame, StartFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from pipelines.engines.asr.engine import SAMPLE_RATE

STEP = SAMPLE_RATE // 50 * 2  # bytes of 20 ms
_LAG = 0.3  # s that audio may be behind real time: above any network's jitter
_LOOK = 0.1  # s between looks at how far behind it is; and without audio, nobody is cut into
_PATIENCE = 1.0  # s that it may be behind while somebody speaks
_PAUSED = 0.05  # of the loudest lately: 26 dB less
_FORGETS = 0.99  # how much of the loudest counts 20 ms later; a fifth after three seconds
_WAITED = 60.0  # s of audio that may have waited, of a line that was silent before
_FAINT = 100  # of 32,768; a pause whatever was before it


class AudioClock:
    """Seconds of caller audio since the call began."""

    def __init__(self) -> None:
        self.samples = 0

    @property
    def seconds(self) -> float:
        """Rounded to the millisecond: finer than any decision, and short in the log."""
        return round(self.samples / SAMPLE_RATE, 3)


class CallerAudio(FrameProcessor):
    """Brings caller audio into shape and counts it.

    `clean(pcm)` takes out what is not the caller's, 20 ms at a time; `on_audio(pcm, at)` sees what
    is left.
    """

    def __init__(
        self,
        clock: AudioClock,
        on_audio: Callable[[bytes, float], None],
        on_flood: Callable[[], None],
        *,
        max_ahead: float,
        max_flood: float,
        clean: Callable[[bytes], bytes] = lambda pcm: pcm,
        now: Callable[[], float] | None = None,
    ) -> None:
        super().__init__(enable_direct_mode=True)  # no queue of its own, fifty times a second
        self._clock = clock
        self._on_audio = on_audio
        self._on_flood = on_flood
        self._max_ahead = max_ahead
        self._clean = clean
        self._max_flood = max_flood
        self._now = now or time.monotonic  # looked up now: a replay has its own
        self._rate = SAMPLE_RATE  # of what the client sends; it may change with its microphone
        self._resampler = create_stream_resampler()
        self._rest = b""
        self._began = 0.0
        self._early = 0.0  # s of audio that came faster than real time
        self._took = 0.0  # when audio last came
        self._level = self._loudest = 0.0
        self._filler: asyncio.Task[None] | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Audio is reshaped; every other frame passes."""
        await super().process_frame(frame, direction)
        if isinstance(frame, InputAudioRawFrame):
            await self._take(frame)
            return
        if isinstance(frame, (EndFrame, CancelFrame)):
            await self._stop()
        await self.push_frame(frame, direction)
        if isinstance(frame, StartFrame):
            self._began = self._now()
            self._filler = self.create_task(self._fill_gaps())

    async def cleanup(self) -> None:
        """Stop filling gaps."""
        await super().cleanup()
        await self._stop()

    async def _stop(self) -> None:
        if self._filler:
            await self.cancel_task(self._filler)
            self._filler = None

    async def _take(self, frame: InputAudioRawFrame) -> None:
        sample = 2 * frame.num_channels
        pcm = frame.audio[: len(frame.audio) // sample * sample]
        if frame.num_channels == 2:
            pcm = _first_channel(pcm)
        if frame.sample_rate != self._rate:
            self._rate, self._resampler = frame.sample_rate, create_stream_resampler()
        if frame.sample_rate != SAMPLE_RATE:
            pcm = await self._resampler.resample(pcm, frame.sample_rate, SAMPLE_RATE)
        before, self._took = self._took or self._began, self._now()
        lasts = len(pcm) / 2 / SAMPLE_RATE
        # What waited while this machine stood still comes at once, and no faster than it was sent.
        self._early = max(self._early + lasts - (self._took - before), -_WAITED)
        ahead = self._clock.seconds - (self._took - self._began)
        if ahead > self._max_ahead:
            if self._early > self._max_ahead + self._max_flood:
                self._on_flood()
            return
        sound = np.frombuffer(pcm, "<i2")
        self._level = max(float(sound.max(initial=0)), -float(sound.min(initial=0)))
        self._loudest = max(self._level, self._loudest * _FORGETS)
        await self._pass(pcm)

    async def _pass(self, pcm: bytes) -> None:
        pcm = self._rest + pcm
        whole = len(pcm) // STEP * STEP
        self._rest = pcm[whole:]
        for start in range(0, whole, STEP):
            piece = self._clean(pcm[start : start + STEP])
            self._on_audio(piece, self._clock.seconds)
            self._clock.samples += STEP // 2
            await self.push_frame(InputAudioRawFrame(piece, SAMPLE_RATE, 1))

    async def _fill_gaps(self) -> None:
        while True:
            asked = self._now()
            await asyncio.sleep(_LOOK)
            if self._now() - asked > _LOOK + _LAG:
                continue  # we stood still: what came meanwhile is read first
            missing = self._now() - self._began - self._clock.seconds - _LAG
            if missing > 0 and (self._paused() or missing > _PATIENCE - _LAG):
                await self._pass(bytes(int(missing * SAMPLE_RATE) * 2))

    def _paused(self) -> bool:
        """Whether silence here cuts into nothing: nobody speaks, or nothing comes at all."""
        if self._now() - self._took > _LOOK:
            return True
        return self._level < max(_FAINT, _PAUSED * self._loudest)


def _first_channel(pcm: bytes) -> bytes:
    return b"".join(pcm[i : i + 2] for i in range(0, len(pcm), 4))
