"""The real server on a loopback port, and clients of it: one with manners, and what strangers send.

The assistant is made of real parts except for its recogniser, and its voice speaks ten times as
fast as it does for people, so that a call does not take a minute.
"""

import asyncio
import json
import socket
import struct
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import uvicorn
import websockets
from loguru import logger
from pipecat.frames.protobufs.frames_pb2 import Frame  # type: ignore[attr-defined]

from agent.actions import Action
from agent.dialogue import Dialogue
from agent.events import Event
from agent.log import read
from agent.replay import Difference, differences
from pipelines.assistant import Assistant
from pipelines.audio import AGENT_RATE
from pipelines.backoffice.demo import DemoBackOffice
from pipelines.backoffice.protocol import BackOffice
from pipelines.call.caller_audio import STEP
from pipelines.engines import vad
from pipelines.engines.asr.engine import SAMPLE_RATE, Recogniser
from pipelines.engines.tts.cache import AudioCache
from pipelines.engines.tts.espeak import EspeakSynthesiser
from pipelines.knowledge.grounded_model import GroundedModel, KnowledgeBase
from pipelines.lines import garbage_collection, tcp_timeout
from pipelines.lines.active_calls import ActiveCalls
from pipelines.packs.reader import DialogueConfig, load
from pipelines.server.app import create_app
from pipelines.settings import Settings
from tests.fakes import PATIENCE as PATIENCE
from tests.fakes import ScriptedRecogniser

_BRISK = 450  # words per minute: the engine's most

Message = dict[str, Any]


class Hasty(EspeakSynthesiser):
    """A voice that says its sentences at a third of their length, and higher."""

    async def start(self) -> None:
        await super().start()
        self.sample_rate *= 3
        self.version += " hasty"


def config(*, pace: int = _BRISK, **policy: Any) -> DialogueConfig:
    """The config with a voice of `pace` words per minute, and a policy with other numbers."""
    as_is = load()
    packs = {
        code: replace(pack, voices={name: replace(v, rate=pace) for name, v in pack.voices.items()})
        for code, pack in as_is.packs.items()
    }
    return replace(as_is, packs=packs, policy=replace(as_is.policy, **policy))


async def eventually(condition: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Wait until it holds; TimeoutError says that it never did."""
    async with asyncio.timeout(patience):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.01)


@dataclass
class Server:
    assistant: Assistant
    scripted: ScriptedRecogniser
    port: int
    active_calls: ActiveCalls
    complaints: list[str] = field(default_factory=list)  # all that was logged as an error
    _logs: dict[Path, tuple[int, list[Event | Action]]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/call"

    @property
    def counters(self) -> Counter[str]:
        return self.assistant.counters

    def folder(self, call_id: str) -> Path:
        return self.assistant.settings.calls / call_id

    def log(self, call_id: str) -> list[Event | Action]:
        """All entries of a call's log; who waits for one asks again and again."""
        path = self.folder(call_id) / "log.jsonl"
        length = path.stat().st_size
        if self._logs.get(path, (-1, []))[0] != length:
            with path.open(encoding="utf-8") as lines:
                self._logs[path] = length, list(read(lines))
        return self._logs[path][1]

    def differences(self, call_id: str) -> list[Difference]:
        """What a replay of the call would do otherwise."""
        config = self.assistant.config
        dialogue = Dialogue(config.languages, config.flows, config.policy)
        return differences(self.log(call_id), dialogue)

    async def idle(self, calls: int = 0) -> None:
        """Wait until no more calls than these go on."""
        await eventually(lambda: self.assistant.calls <= calls)


@asynccontextmanager
async def serving(
    calls: Path,
    cache: Path,
    *,
    texts: tuple[str, ...] = (),
    offering: DialogueConfig | None = None,
    synthesiser: EspeakSynthesiser | None = None,
    back_office: BackOffice | None = None,
    grounded_model: GroundedModel | None = None,
    recogniser: Recogniser | None = None,
    knowledge: KnowledgeBase | None = None,
    send_buffer: int = 0,
    **settings: Any,
) -> AsyncIterator[Server]:
    """A server with an assistant of its own. `settings` are those of `Settings`.

    `send_buffer` is how many bytes the system takes for a client that does not read.
    """
    chosen = Settings(calls=calls, cache=cache, **settings)
    voice = synthesiser or Hasty()
    await voice.start()
    vad.warm()
    garbage_collection.freeze_loaded()  # as `waxtaan serve`: pytest's own is not gone through
    scripted = ScriptedRecogniser(texts)
    assistant = Assistant(
        chosen,
        offering or config(),
        recogniser or scripted,
        voice,
        AudioCache(cache / "audio", voice, AGENT_RATE),
        back_office or DemoBackOffice(),
        grounded_model,
        knowledge=knowledge,
    )
    active_calls = ActiveCalls(assistant)
    server = _Uvicorn(_config(assistant, active_calls))
    listener = socket.create_server(("127.0.0.1", 0))
    tcp_timeout.set_timeout(listener, chosen.stalled_write_seconds)  # as `waxtaan serve`
    if send_buffer:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
    running = asyncio.create_task(server.serve([listener]))
    try:
        with _complaints() as complaints:
            yield Server(assistant, scripted, listener.getsockname()[1], active_calls, complaints)
            await eventually(lambda: assistant.calls == 0)
    finally:
        server.should_exit = True
        await running
        await assistant.close()


class _Uvicorn(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The process and its signals are pytest's."""
        yield


def _config(assistant: Assistant, active_calls: ActiveCalls) -> uvicorn.Config:
    """As in `pipelines/cli/serve.py`."""
    return uvicorn.Config(
        create_app(assistant, active_calls),
        log_config=None,
        access_log=False,
        lifespan="off",
        ws_max_size=assistant.settings.max_message_bytes,
        ws_per_message_deflate=False,
        ws_ping_timeout=assistant.settings.stalled_write_seconds * 2,
        timeout_graceful_shutdown=2,
    )


@contextmanager
def _complaints() -> Iterator[list[str]]:
    found: list[str] = []
    sink = logger.add(lambda m: found.append(str(m)), level="ERROR", format="{name} {message}")
    try:
        yield found
    finally:
        logger.remove(sink)


# What goes over the wire


def audio(pcm: bytes, rate: int = SAMPLE_RATE, channels: int = 1) -> bytes:
    frame = Frame()
    frame.audio.audio = pcm
    frame.audio.sample_rate = rate
    frame.audio.num_channels = channels
    return bytes(frame.SerializeToString())


def raw_message(text: str) -> bytes:
    frame = Frame()
    frame.message.data = text
    return bytes(frame.SerializeToString())


def rtvi(kind: str, data: Any = None, **more: Any) -> bytes:
    return raw_message(
        json.dumps({"label": "rtvi-ai", "type": kind, "id": "1", "data": data, **more})
    )


READY = rtvi("client-ready", {"version": "2.2.0", "about": {"library": "tests"}})


class Guest:
    """A client that sends 20 ms of sound every 20 ms and remembers all that it is told."""

    def __init__(self, line: websockets.ClientConnection) -> None:
        self.line = line
        self.messages: list[Message] = []
        self.agent = bytearray()
        self.errors: list[Message] = []  # RTVI error responses
        self._read = 0  # messages that `until` has gone past
        self._uplink = bytearray()
        self._news = asyncio.Event()
        self.sent = 0.0  # s of sound
        self.closed: tuple[int, str] | None = None

    @classmethod
    @asynccontextmanager
    async def calling(
        cls, server: Server, query: str = "", *, microphone: bool = True, ready: bool = True
    ) -> AsyncIterator[Self]:
        async with websockets.connect(
            server.url + query, compression=None, open_timeout=PATIENCE, ping_timeout=None
        ) as line:
            guest = cls(line)
            async with guest.talking(microphone=microphone, ready=ready):
                yield guest

    @asynccontextmanager
    async def talking(self, *, microphone: bool = True, ready: bool = True) -> AsyncIterator[None]:
        listening = asyncio.create_task(self._listen())
        speaking = asyncio.create_task(self._speak()) if microphone else None
        if ready:
            await self.line.send(READY)
        try:
            yield
        finally:
            await self.line.close()
            if speaking:
                speaking.cancel()
                await asyncio.wait([speaking])
            await asyncio.wait([listening])

    # What the caller does

    def say(self, pcm: bytes) -> None:
        self._uplink += pcm

    async def type(self, text: str) -> None:
        await self.tell("say", {"text": text})

    async def tell(self, kind: str, data: Any = None) -> None:
        await self.line.send(rtvi("client-message", {"t": kind, "d": data}))

    async def press(self, keys: str) -> None:
        for key in keys:
            await self.line.send(rtvi("dtmf", {"buttons": [key]}))

    # What the caller is told

    @property
    def id(self) -> str:
        return str(next(m["id"] for m in self.messages if m["type"] == "call"))

    def said(self, who: str = "agent") -> list[str]:
        """The texts that a side said, as the page shows them."""
        return [
            m["text"]
            for m in self.messages
            if m["type"] == "said" and m["who"] == who and "text" in m
        ]

    async def until(self, wanted: Callable[[Message], bool]) -> Message:
        """The next message that fits; those before it count as read."""
        async with asyncio.timeout(PATIENCE):
            while True:
                while self._read < len(self.messages):
                    self._read += 1
                    if wanted(self.messages[self._read - 1]):
                        return self.messages[self._read - 1]
                if self.closed is not None:
                    raise AssertionError(f"the line was closed: {self.closed}; {self.messages}")
                self._news.clear()
                await self._news.wait()

    async def state(self, question: str = "", listening: bool = True) -> Message:
        """The next state of the dialogue in which it listens (for an answer to `question`)."""
        return await self.until(
            lambda m: (
                m["type"] == "state"
                and m["listening"] == listening
                and question in ("", m["question"])
            )
        )

    async def agent_says(self, part: str) -> Message:
        """The next sentence of the agent's with `part` in it, when it is asked for."""
        return await self.until(
            lambda m: m["type"] == "said" and m["who"] == "agent" and part in m.get("text", "")
        )

    async def sounds(self, utterance: int) -> None:
        """The utterance's first sound goes out."""
        await self.until(lambda m: m["type"] == "speaking" and m["utterance"] == utterance)

    async def end(self) -> tuple[int, str]:
        """The server's close code and reason."""
        async with asyncio.timeout(PATIENCE):
            while self.closed is None:
                self._news.clear()
                await self._news.wait()
        return self.closed

    # The line

    async def _listen(self) -> None:
        try:
            async for data in self.line:
                assert isinstance(data, bytes)
                self._take(Frame.FromString(data))
                self._news.set()
        except websockets.ConnectionClosed:
            pass
        self.closed = (self.line.close_code or 0, self.line.close_reason or "")
        self._news.set()

    def _take(self, frame: Any) -> None:
        if frame.WhichOneof("frame") == "audio":
            self.agent += frame.audio.audio
        elif frame.WhichOneof("frame") == "message":
            message = json.loads(frame.message.data)
            if message.get("type") == "server-message":
                self.messages.append(message["data"])
            elif message.get("type") in ("error", "error-response"):
                self.errors.append(message)

    async def _speak(self) -> None:
        began, number = time.monotonic(), 0
        try:
            while True:
                piece = bytes(self._uplink[:STEP]).ljust(STEP, b"\0")
                del self._uplink[:STEP]
                await self.line.send(audio(piece))
                number += 1
                self.sent = number * 0.02
                await asyncio.sleep(max(0.0, began + number * 0.02 - time.monotonic()))
        except websockets.ConnectionClosed:
            return


async def never_reading(server: Server) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A WebSocket without a library behind it: it reads and answers only what a test makes it."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", server.port))
    reader, writer = await asyncio.open_connection(sock=sock, limit=2048)
    writer.write(
        b"GET /call HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    assert b"101" in await reader.readline()
    while await reader.readline() != b"\r\n":
        pass
    return reader, writer


def masked(payload: bytes) -> bytes:
    """A binary WebSocket message as a client sends it; its mask is zero (RFC 6455, 5.2)."""
    size = len(payload)
    length = struct.pack(">B", 0x80 | size) if size < 126 else struct.pack(">BH", 0xFE, size)
    return b"\x82" + length + bytes(4) + payload
