"""A server with a desk, programs and browsers that come to it, and a caller on a telephone."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import httpx
import pytest
import websockets

from agent.actions import Action
from agent.events import Event
from agent.state import Conversation
from pipelines import logs
from pipelines.call import messages
from pipelines.desk.authentication import COOKIE
from pipelines.lines.telephony.asterisk.ari import Ari
from pipelines.lines.telephony.asterisk.transfers import Pbx
from pipelines.lines.telephony.whisper_announcements import WhisperAnnouncements
from tests.pipelines.server import PATIENCE, Server, serving

TOKEN = "open sesame, and quietly"
PASSWORD = "between us and the PBX"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


class Open(Protocol):
    async def __call__(self, **options: Any) -> Server: ...


@pytest.fixture(scope="session", autouse=True)
def quiet() -> None:
    """pipecat tells of every frame otherwise."""
    logs.set_up("WARNING")


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
async def open_assistant(tmp_path: Path, cache: Path) -> AsyncIterator[Open]:
    """Opens servers with a desk; options are those of `serving`."""
    async with AsyncExitStack() as stack:

        async def start(**options: Any) -> Server:
            options = {"desk_token": TOKEN, **options}
            return await stack.enter_async_context(serving(tmp_path / "calls", cache, **options))

        yield start


def page_message(entry: Event | Action) -> messages.Message:
    """What the page, and so the desk, is told of an event or action."""
    message = messages.about(entry, Conversation())
    assert message is not None, "the page is not told"
    return message


def people(server: Server) -> None:
    """A PBX that counts as connected and is not there: people can be asked for, none answers."""
    assistant = server.assistant
    ari = Ari("http://127.0.0.1:1", "waxtaan", PASSWORD)
    ari.connected.set()
    whispers = WhisperAnnouncements(assistant.voice_router)
    server.active_calls.provide(Pbx(ari, whispers, assistant.config.policy, 5.0, record=False))


def at(server: Server, **options: Any) -> httpx.AsyncClient:
    """A client; a program unless it logs in."""
    return httpx.AsyncClient(base_url=origin(server), timeout=PATIENCE, **options)


def origin(server: Server) -> str:
    return f"http://127.0.0.1:{server.port}"


@asynccontextmanager
async def subscribe(server: Server, **headers: str) -> AsyncIterator["Watch"]:
    """The live WebSocket, by token unless other headers are given."""
    url = f"ws://127.0.0.1:{server.port}/desk/live"
    async with websockets.connect(
        url, additional_headers=headers or BEARER, open_timeout=PATIENCE
    ) as line:
        yield Watch(line)


def cookie(session: str) -> dict[str, str]:
    return {"Cookie": f"{COOKIE}={session}"}


class Watch:
    """What a subscriber is told."""

    def __init__(self, line: websockets.ClientConnection) -> None:
        self.line = line

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            told: dict[str, Any] = json.loads(await self.line.recv())
            return told

    async def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next that fits."""
        while not wanted(told := await self.next()):
            pass
        return told


@asynccontextmanager
async def telephone(server: Server, number: str, caller: str) -> AsyncIterator[None]:
    """A silent caller whom Asterisk connects; the call has begun when the agent is heard."""
    login = base64.b64encode(f"waxtaan:{PASSWORD}".encode()).decode()
    url = f"ws://127.0.0.1:{server.port}/telephony/asterisk?call={number}&from={caller}"
    headers = {"Authorization": f"Basic {login}"}
    async with websockets.connect(url, additional_headers=headers, open_timeout=PATIENCE) as line:
        await line.send(json.dumps({"event": "MEDIA_START", "format": "slin16"}))
        heard = asyncio.Event()

        async def speak() -> None:
            while True:
                await line.send(bytes(640))
                await asyncio.sleep(0.02)

        async def listen() -> None:
            async for message in line:
                if isinstance(message, bytes) and any(message):
                    heard.set()

        tasks = [asyncio.create_task(speak()), asyncio.create_task(listen())]
        try:
            async with asyncio.timeout(PATIENCE):
                await heard.wait()
            yield
        finally:
            for task in tasks:
                task.cancel()
            with suppress(websockets.ConnectionClosed):
                await asyncio.wait(tasks)
