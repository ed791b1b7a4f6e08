"""A caller without a telephone: speaks, types and listens over the same WebSocket as the page.

It keeps time as a microphone does (20 ms of audio every 20 ms, silence while it says nothing), and
measures on the audio, at its own ear, how long each answer took.
"""

import asyncio
import itertools
import time
import wave
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import websockets

from pipelines.audio import AGENT_RATE, levels
from pipelines.call.caller_audio import STEP
from pipelines.call.latency import ResponseMeter
from pipelines.engines.asr.engine import SAMPLE_RATE
from pipelines.synthetic_caller.web_client import audio, frames, message, ready, server_message

_SETTLED = 0.4  # s of silence from the agent before the caller speaks
_TALKED_OVER = 1.2  # s of the agent's speech before an interrupting caller speaks
_AUDIBLE = -50.0  # dB below full scale


@dataclass(frozen=True, slots=True)
class Step:
    """Something the caller does in its turn."""

    pcm: bytes = b""  # 16 kHz mono, to be said
    keys: str = ""
    interrupt: bool = False
    asked: bool = False  # only where a yes or no is asked for


@dataclass
class Heard:
    """What came of the call, at the caller's ear. Times are seconds since the line was open."""

    latencies: list[float] = field(default_factory=list)
    barge_ins: list[float] = field(default_factory=list)  # caller's first sound to silence
    messages: list[dict[str, Any]] = field(default_factory=list)
    caller: bytearray = field(default_factory=bytearray)
    agent: bytearray = field(default_factory=bytearray)
    closed: str = ""

    def save(self, folder: Path) -> None:
        """`caller.wav` and `agent.wav` as the caller heard them."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, pcm, rate in (
            ("caller.wav", self.caller, SAMPLE_RATE),
            ("agent.wav", self.agent, AGENT_RATE),
        ):
            with wave.open(str(folder / name), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(rate)
                file.writeframes(bytes(pcm))


class SyntheticCaller:
    """One call. `on_message` sees each of the server's messages as it comes."""

    def __init__(self, steps: Sequence[Step], on_message: Callable[[dict[str, Any]], None]) -> None:
        self.heard = Heard()
        self._steps = steps
        self._on_message = on_message
        self._meter = ResponseMeter(SAMPLE_RATE, AGENT_RATE)
        self._uplink = bytearray()
        self._sent = 0  # samples
        self._state: dict[str, Any] = {}
        self._sounding_since: float | None = None
        self._last_sound = 0.0
        self._said_since: float | None = None  # when what interrupts began
        self._over = asyncio.Event()

    async def call(self, url: str, patience: float = 60.0) -> Heard:
        """Phone `url`, go through the steps, hang up. `patience` is in seconds for each step.

        Raises:
            OSError: nobody answers at `url`.
            TimeoutError: the agent did not let the caller go on with the next step.
        """
        async with websockets.connect(url, compression=None, max_size=None) as line:
            await line.send(ready("waxtaan-call"))
            listening = asyncio.create_task(self._listen(line))
            sending = asyncio.create_task(self._send(line))
            try:
                await self._play(line, patience)
            finally:
                sending.cancel()
                await line.close()
                await asyncio.wait([listening, sending], timeout=2)
        return self.heard

    @property
    def _now(self) -> float:
        return self._sent / SAMPLE_RATE

    async def _play(self, line: websockets.ClientConnection, patience: float) -> None:
        for step in self._steps:
            async with asyncio.timeout(patience):
                while not (self._over.is_set() or self._may_go_on(step)):
                    await asyncio.sleep(0.01)
            if self._over.is_set():
                break
            if step.asked and "affirm" not in self._state.get("expecting", {}).get("intents", ()):
                continue
            for key in step.keys:
                await line.send(message("dtmf", {"buttons": [key]}))
                await asyncio.sleep(0.12)
            self._state = {}  # what was said of the state is about what was before
            if step.pcm:
                await self._say(step)
        async with asyncio.timeout(patience):
            while not (self._over.is_set() or (self._steps and self._may_go_on(Step()))):
                await asyncio.sleep(0.01)

    def _may_go_on(self, step: Step) -> bool:
        quiet = self._now - self._last_sound >= _SETTLED
        if step.interrupt:
            since = self._sounding_since
            return not quiet and since is not None and self._now - since >= _TALKED_OVER
        return bool(self._state.get("listening")) and quiet

    async def _say(self, step: Step) -> None:
        if step.interrupt:
            self._said_since = self._now + _first_sound(step.pcm)
        self._meter.turn_started(self._now)
        self._sounding_since = None
        self._uplink += step.pcm
        while self._uplink:
            await asyncio.sleep(0.02)
        self._meter.turn_ended()

    async def _send(self, line: websockets.ClientConnection) -> None:
        began = time.monotonic()
        for number in itertools.count():
            piece = bytes(self._uplink[:STEP]).ljust(STEP, b"\0")
            del self._uplink[:STEP]
            self._meter.caller(piece, self._now)
            self.heard.caller += piece
            await line.send(audio(piece))
            self._sent += STEP // 2
            await asyncio.sleep(max(0.0, began + (number + 1) * 0.02 - time.monotonic()))

    async def _listen(self, line: websockets.ClientConnection) -> None:
        try:
            async for frame in frames(line):
                match frame.WhichOneof("frame"):
                    case "audio":
                        self._hear(frame.audio.audio)
                    case "message":
                        self._take(server_message(frame))
        finally:
            self.heard.closed = line.close_reason or ""
            self._over.set()

    def _hear(self, pcm: bytes) -> None:
        now = self._now
        missing = int(now * AGENT_RATE) - len(self.heard.agent) // 2
        if missing > AGENT_RATE // 10:
            self.heard.agent += bytes(missing * 2)
        self.heard.agent += pcm
        latency = self._meter.agent(pcm, now)
        if latency is not None:
            self.heard.latencies.append(latency)
            self._on_message({"type": "heard-after", "seconds": latency})
        if (levels(pcm, AGENT_RATE) > _AUDIBLE).any():
            if self._sounding_since is None or now - self._last_sound > _SETTLED:
                self._sounding_since = now
            self._last_sound = now

    def _take(self, data: dict[str, Any] | None) -> None:
        if data is None:
            return
        self.heard.messages.append(data)
        if data["type"] == "state":
            self._state = data
        interrupted = data["type"] == "said" and data.get("interrupted")
        if interrupted and self._said_since is not None:
            self.heard.barge_ins.append(self._last_sound - self._said_since)
            self._said_since = None
        self._on_message(data)


def _first_sound(pcm: bytes) -> float:
    blocks = levels(pcm, SAMPLE_RATE)
    return next((i * 0.01 for i, level in enumerate(blocks) if level > _AUDIBLE), 0.0)
