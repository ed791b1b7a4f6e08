"""What a person is told before they take a call, in their language, on a leg of its own."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import numpy as np
import soxr
from loguru import logger

from pipelines.audio import AGENT_RATE
from pipelines.engines.tts.routing import VoiceRouter
from pipelines.errors import EngineError
from pipelines.lines.telephony.asterisk.ari import Ari
from pipelines.lines.telephony.leg import STEP, FlowControl, Leg, Mark
from pipelines.lines.telephony.pacer import Pacer

_COMING = 3.0  # s for Asterisk to connect
_AGAIN = 2.0  # s between the whisper and its repetition
_TIMES = 3
_LIFTED = 0.8  # s between answering a telephone and having it at one's ear


class WhisperAnnouncements:
    """All of the assistant's; the media route brings it the legs that are whispers'."""

    def __init__(self, speakers: VoiceRouter) -> None:
        self._speakers = speakers
        self._expected: dict[str, asyncio.Future[Leg]] = {}

    def take(self, name: str, leg: Leg) -> bool:
        """A leg has come for the whisper of that name; False where none is expected."""
        expected = self._expected.pop(name, None)
        if expected is None or expected.done():
            return False
        expected.set_result(leg)
        return True

    @asynccontextmanager
    async def whispering(
        self, ari: Ari, bridge: str, sentences: Sequence[str], language: str
    ) -> AsyncIterator[None]:
        """Say the sentences into the bridge, a few times over, as long as the body runs.

        Raises:
            AriError, TimeoutError: there is no way to say them.
        """
        name = secrets.token_hex(8)
        channel = f"waxtaan-whisper-{name}"
        coming: asyncio.Future[Leg] = asyncio.get_running_loop().create_future()
        self._expected[name] = coming
        saying: asyncio.Task[None] | None = None
        try:
            async with asyncio.timeout(_COMING), ari.listening(channel) as events:
                await ari.media(
                    channel,
                    "waxtaan",
                    transport="websocket",
                    encapsulation="none",
                    format="slin16",
                    transport_data=f"f(json)v(whisper={name})",
                )
                leg = await coming
                while (await events.get())["type"] != "StasisStart":
                    pass
                await ari.join(bridge, channel)
            saying = asyncio.create_task(self._say(leg, sentences, language))
            yield
        finally:
            self._expected.pop(name, None)
            if saying is not None:
                saying.cancel()
                await asyncio.wait([saying])
            if coming.done() and not coming.cancelled():
                await coming.result().close()
            await ari.hang_up(channel)

    async def _say(self, leg: Leg, sentences: Sequence[str], language: str) -> None:
        pacer = Pacer(leg)
        async with asyncio.TaskGroup() as together:
            together.create_task(pacer.run())
            together.create_task(_listen(leg, pacer))
            await asyncio.sleep(_LIFTED)
            for _ in range(_TIMES):
                for sentence in sentences:
                    await self._sentence(pacer, leg.codec.rate, sentence, language)
                await asyncio.sleep(_AGAIN)

    async def _sentence(self, pacer: Pacer, rate: int, sentence: str, language: str) -> None:
        try:
            spoken = [p async for p in self._speakers.audio(sentence, language, fixed=False)]
        except EngineError as error:  # the person can still take the call
            logger.warning("a whisper has no voice: {}", error)
            return
        samples = np.frombuffer(b"".join(spoken), "<i2")
        pcm = soxr.resample(samples, AGENT_RATE, rate).astype("<i2").tobytes()
        size = round(rate * STEP) * 2
        for at in range(0, len(pcm), size):
            await pacer.play(pcm[at : at + size].ljust(size, b"\0"))


async def _listen(leg: Leg, pacer: Pacer) -> None:
    """Nobody is listened to; what comes has to be taken all the same."""
    async for event in leg.events():
        match event:
            case Mark(name):
                pacer.marked(name)
            case FlowControl(going):
                pacer.flow(going)
