"""A line at whose other end a recorded call is played. Its time is the event loop's.

The caller's channel enters in steps of 20 ms, one every 20 ms, as from a telephone or a page; what
the agent says is paced out as to a page, which plays what it gets.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from enum import Enum

from pipecat.audio.dtmf.types import KeypadEntry
from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    InputAudioRawFrame,
    InputDTMFFrame,
    InterruptionFrame,
    OutputAudioRawFrame,
    StartFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.processors.frameworks.rtvi.frames import RTVIClientMessageFrame
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import BaseTransport, TransportParams

from agent.numbers.digits import HIDDEN, WRONG
from pipelines.audio import seconds
from pipelines.call.connection import Transfers
from pipelines.engines.asr.engine import Band
from pipelines.replay.caller_channel import STEP, AgentState, CallerChannel, Step
from pipelines.replay.room import Room


class HiddenKey(Enum):
    """Keys whose digit the log hides: the dialogue is told what the log tells."""

    ANY = HIDDEN
    FAILS_THE_CHECK = WRONG


class RecordedConnection:
    """See call/connection.py. `told` takes the call's messages, for the caller to react to."""

    rtvi = False
    lag = 0.0
    stalled = False

    def __init__(
        self,
        caller: CallerChannel,
        *,
        channel: str,
        band: Band,
        agent_rate: int,
        transfers: Transfers | None = None,
        room: Room | None = None,
    ) -> None:
        self.room = room
        self.echoes = room is not None  # out of a recording it was taken
        self.transfers = transfers
        self.channel = channel
        self.band: Band = band
        self.agent_rate = agent_rate
        self.agent = AgentState()
        self.told = self.agent.told
        self.caller = caller
        self._on_gone: Callable[[str], Awaitable[None]] | None = None
        self._playing: asyncio.Task[None] | None = None

    def open(
        self, on_bad: Callable[[], None], on_gone: Callable[[str], Awaitable[None]]
    ) -> BaseTransport:
        """See call/connection.py; nothing bad is ever sent."""
        self._on_gone = on_gone
        return _Transport(self)

    def ending(self, queue: str) -> None:
        """See call/connection.py. There is nowhere to go from a recording."""

    async def close(self, code: int, reason: str) -> None:
        """See call/connection.py."""
        self.stop()

    def play(self, take: Callable[[Step], Awaitable[None]]) -> None:
        """The pipeline can take what comes from the caller."""
        self._playing = asyncio.create_task(self._play(take))

    def stop(self) -> None:
        """Nobody listens to the caller any more."""
        if self._playing is not None and self._playing is not asyncio.current_task():
            self._playing.cancel()

    async def _play(self, take: Callable[[Step], Awaitable[None]]) -> None:
        now = asyncio.get_running_loop().time
        began = now()
        while (step := self.caller.step(self.agent)) is not None:
            await asyncio.sleep(began + self.caller.at - now())
            if self.room is not None:
                pcm = self.room.heard(step.pcm, self.caller.rate, now() - STEP)
                step = replace(step, pcm=pcm)
            await take(step)
        if self._on_gone is not None:
            await self._on_gone("line closed")


class _Transport(BaseTransport):
    def __init__(self, line: RecordedConnection) -> None:
        super().__init__()
        params = TransportParams(
            audio_in_enabled=True,
            audio_out_enabled=True,
            audio_in_passthrough=True,
            audio_out_sample_rate=line.agent_rate,
            audio_out_10ms_chunks=round(STEP * 100),
            audio_out_end_silence_secs=0,
            audio_out_auto_silence=False,
        )
        self._input = _Input(line, params)
        self._output = _Output(line, params)

    def input(self) -> BaseInputTransport:
        return self._input

    def output(self) -> BaseOutputTransport:
        return self._output


class _Input(BaseInputTransport):
    """Straight into the pipeline: a queue and a task less than pipecat's own way."""

    def __init__(self, line: RecordedConnection, params: TransportParams) -> None:
        super().__init__(params)
        self._line = line

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)
        self._line.play(self._take)

    async def _take(self, step: Step) -> None:
        await self.push_frame(InputAudioRawFrame(step.pcm, self._line.caller.rate, 1))
        for key in step.keys:
            hidden = key in (HIDDEN, WRONG)
            button = HiddenKey(key) if hidden else KeypadEntry(key)
            await self.push_frame(InputDTMFFrame(button))  # type: ignore[arg-type]
        if step.typed:
            await self.push_frame(RTVIClientMessageFrame("", "say", {"text": step.typed}))
        if step.chosen:
            chosen = {"language": step.chosen}
            await self.push_frame(RTVIClientMessageFrame("", "language", chosen))


class _Output(BaseOutputTransport):
    def __init__(self, line: RecordedConnection, params: TransportParams) -> None:
        super().__init__(params)
        self._line = line
        self._free = 0.0  # when the next sound may go out, on the loop's clock

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def stop(self, frame: EndFrame) -> None:
        await super().stop(frame)
        self._line.stop()

    async def cancel(self, frame: CancelFrame) -> None:
        await super().cancel(frame)
        self._line.stop()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, InterruptionFrame):
            self._free = 0.0

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        loop = asyncio.get_running_loop()
        lasts = seconds(frame.audio, frame.sample_rate)
        if self._free <= loop.time():
            self._free = loop.time() + lasts
        else:
            await asyncio.sleep(self._free - loop.time())
            self._free += lasts
        room, microphone = self._line.room, self._line.caller.rate
        if room is not None:
            room.spoken(frame.audio, frame.sample_rate, loop.time(), microphone)
        return True
