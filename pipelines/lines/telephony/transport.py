"""A telephone leg as pipecat's pipeline sees it: caller audio and keys in, agent audio out.

The leg can be taken away and another put in its place while the call goes on: a person talks with
the caller, and gives them back. In between the line is silent (`caller_audio.py` fills it in).
"""

import asyncio
from collections.abc import Callable

from loguru import logger
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
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import BaseTransport, TransportParams

from pipelines.lines.telephony.leg import STEP, Audio, Bad, FlowControl, Key, Leg, Mark, Start, Stop
from pipelines.lines.telephony.pacer import Pacer

_LAST_WORDS = 1.5  # s for what was sent to be played before the line is closed


class TelephoneTransport(BaseTransport):
    """One call's transport. `on_gone(reason)` is called when a leg ends that was not detached;
    `on_bad(why)` for each message that the protocol does not allow.
    """

    def __init__(
        self,
        rate: int,
        on_gone: Callable[[str], None],
        on_bad: Callable[[str], None],
    ) -> None:
        super().__init__()
        self.rate = rate
        self._on_gone = on_gone
        self._on_bad = on_bad
        self._leg: Leg | None = None
        self._started = False
        self.pacer: Pacer | None = None
        self._tasks: list[asyncio.Task[None]] = []
        params = TransportParams(
            audio_in_enabled=True,
            audio_out_enabled=True,
            audio_in_passthrough=True,
            audio_out_sample_rate=rate,
            audio_out_10ms_chunks=round(STEP * 100),
            audio_out_end_silence_secs=0,
            audio_out_auto_silence=False,
        )
        self._input = _Input(self, params)
        self._output = _Output(self, params)

    def input(self) -> BaseInputTransport:
        """See pipecat."""
        return self._input

    def output(self) -> BaseOutputTransport:
        """See pipecat."""
        return self._output

    @property
    def attached(self) -> bool:
        """Whether there is a leg."""
        return self._leg is not None

    def attach(self, leg: Leg) -> Leg | None:
        """Talk over this leg from now on; the one before, which the caller of this closes."""
        before = self.detach()
        self._leg = leg
        self.pacer = Pacer(leg)
        if self._started:
            self._run(leg, self.pacer)
        return before

    def _run(self, leg: Leg, pacer: Pacer) -> None:
        self._tasks = [
            asyncio.create_task(self._receive(leg, pacer)),
            asyncio.create_task(pacer.run()),
        ]

    def begin(self) -> None:
        """The pipeline can take frames."""
        self._started = True
        if self._leg is not None and self.pacer is not None:
            self._run(self._leg, self.pacer)

    def detach(self) -> Leg | None:
        """Let the leg go without ending the call; the caller of this closes it."""
        if self.pacer is not None:
            self.pacer.close()
        leg, self._leg, self.pacer = self._leg, None, None
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()
        self._tasks = []
        return leg

    async def hang_up(self) -> None:
        """End the leg, after its last words."""
        leg, pacer = self._leg, self.pacer
        if leg is None or pacer is None:
            return
        await pacer.played(_LAST_WORDS)
        self.detach()
        message = leg.codec.hang_up()
        if message is not None:
            await leg.send(message)
        await leg.close()

    async def drop(self) -> None:
        """End the leg at once. Safe to call twice."""
        leg = self.detach()
        if leg is not None:
            message = leg.codec.hang_up()
            if message is not None:
                await leg.send(message)
            await leg.close()

    async def _receive(self, leg: Leg, pacer: Pacer) -> None:
        why = "line closed"
        try:
            async for event in leg.events():
                match event:
                    case Audio(pcm):
                        await self._input.push_frame(InputAudioRawFrame(pcm, leg.codec.rate, 1))
                    case Key(key):
                        await self._input.push_frame(InputDTMFFrame(KeypadEntry(key)))
                    case Mark(name):
                        pacer.marked(name)
                    case FlowControl(going):
                        pacer.flow(going)
                    case Bad(reason):
                        self._on_bad(reason)
                    case Stop(reason):
                        why = reason
                        break
                    case Start():  # a second one tells nothing new
                        pass
        except Exception as error:  # whatever a broken connection raises, the call is told
            logger.warning("a telephone leg failed: {}", type(error).__name__)
        if self._leg is leg:
            self.detach()
            await leg.close()
            self._on_gone(why)


class _Input(BaseInputTransport):
    """Audio goes straight into the pipeline: a queue and a task less than pipecat's own way."""

    def __init__(self, owner: TelephoneTransport, params: TransportParams) -> None:
        super().__init__(params)
        self._owner = owner

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)
        self._owner.begin()


class _Output(BaseOutputTransport):
    def __init__(self, owner: TelephoneTransport, params: TransportParams) -> None:
        super().__init__(params)
        self._owner = owner

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def stop(self, frame: EndFrame) -> None:
        await super().stop(frame)
        await self._owner.hang_up()

    async def cancel(self, frame: CancelFrame) -> None:
        await super().cancel(frame)
        await self._owner.drop()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        if isinstance(frame, InterruptionFrame) and self._owner.pacer is not None:
            await self._owner.pacer.flush()
        await super().process_frame(frame, direction)

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        pacer = self._owner.pacer
        if pacer is None:  # nobody hears it; time passes all the same
            await asyncio.sleep(STEP)
            return True
        await pacer.play(frame.audio)
        return True
