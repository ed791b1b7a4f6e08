"""A telephone at a carrier that asks by webhook and streams by WebSocket: one call of it.

What differs between carriers, as each publishes it, is in telnyx_phone.py and plivo_phone.py.
Whatever a carrier would refuse is kept in `errors`.
"""

import asyncio
import json
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, ClassVar, Self
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import httpx
import websockets

from agent.actions import Action
from agent.events import Event
from tests.pipelines.lines.telephony.playout import STEP, Playout
from tests.pipelines.server import PATIENCE, Server, eventually

PUBLIC = "https://voice.example.org"
FALLBACK = "+221338001234"
FORM = {"content-type": "application/x-www-form-urlencoded"}


class CarrierPhone(ABC):
    """One call."""

    name: ClassVar[str]
    settings: ClassVar[Mapping[str, Any]]

    def __init__(self, server: Server, playout: Playout) -> None:
        self.server = server
        self.playout = playout
        self.form: dict[str, str] = {}
        self.markup: list[ET.Element] = []  # all that it was told to do
        self.returned: list[str] = []  # marks, in the order of their return
        self.errors: list[str] = []
        self.ended = asyncio.Event()  # the stream is closed
        self._uplink = bytearray()
        self._line: websockets.ClientConnection | None = None

    # What is the carrier's own

    @abstractmethod
    def sign(self, url: str, body: bytes) -> dict[str, str]:
        """The headers of a webhook."""

    @abstractmethod
    def address(self, markup: ET.Element) -> str:
        """Where the markup has the call's sound streamed to."""

    @abstractmethod
    def greeting(self) -> list[dict[str, Any]]:
        """A stream's first messages."""

    @abstractmethod
    def media(self) -> list[dict[str, Any]]:
        """20 ms of the caller's sound, as it comes."""

    @abstractmethod
    def key(self, digit: str) -> dict[str, Any]: ...

    @abstractmethod
    def reached(self, name: str) -> dict[str, Any]:
        """A mark has been."""

    @abstractmethod
    def farewell(self) -> list[dict[str, Any]]:
        """What a stream ends with."""

    @abstractmethod
    async def take(self, message: dict[str, Any]) -> None:
        """A message of the server's; raises KeyError, ValueError, AssertionError if it is none."""

    @abstractmethod
    def encode(self, pcm: bytes) -> bytes:
        """The caller's sound."""

    # The call

    async def ask(
        self,
        path: str = "",
        form: Mapping[str, str] | None = None,
        signed: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> httpx.Response:
        """A webhook, signed unless `signed` are its headers; `body` is sent instead of the form."""
        sent = urlencode(self.form if form is None else form).encode()
        given = self.sign(f"{PUBLIC}/telephony/{self.name}{path}", sent)
        given = given if signed is None else dict(signed)
        async with httpx.AsyncClient(verify=False, timeout=PATIENCE) as client:
            return await client.post(
                f"http://127.0.0.1:{self.server.port}/telephony/{self.name}{path}",
                content=sent if body is None else body,
                headers={k.encode(): v.encode() for k, v in {**FORM, **given}.items()},
            )

    async def ring(self) -> ET.Element:
        """The webhook's answer."""
        return await self._do(await self.ask())

    async def _do(self, answer: httpx.Response) -> ET.Element:
        assert answer.status_code == 200, answer
        assert answer.headers["content-type"].startswith("application/xml")
        self.markup.append(ET.fromstring(answer.text))
        return self.markup[-1]

    @asynccontextmanager
    async def calling(self) -> AsyncIterator[Self]:
        """The whole call: ring, stream, and what comes after."""
        stream = self.address(await self.ring())
        async with upgrade(self.server, stream) as self._line:
            for message in self.greeting():
                await self.send(message)
            tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._run())]
            try:
                yield self
            finally:
                await self.hang_up()
                await asyncio.wait(tasks)
        for task in tasks:
            task.result()

    async def after(self) -> ET.Element:
        """The server closed the stream: the carrier goes on to <Redirect>."""
        await eventually(self.ended.is_set)
        redirect = self.markup[0].find("Redirect")
        assert redirect is not None
        assert redirect.get("method") == "POST"
        assert redirect.text == f"{PUBLIC}/telephony/{self.name}/after"
        return await self._do(await self.ask("/after"))

    async def hang_up(self) -> None:
        """The caller does."""
        if self._line is not None and not self.ended.is_set():
            for message in self.farewell():
                await self.send(message)
            await self._line.close()

    async def send(self, message: Mapping[str, Any] | str | bytes) -> None:
        assert self._line is not None
        with suppress(websockets.ConnectionClosed):
            sent = message if isinstance(message, str | bytes) else json.dumps(message)
            await self._line.send(sent)

    # The caller

    def say(self, pcm: bytes) -> None:
        """Sound of 8 kHz."""
        self._uplink += self.encode(pcm)

    async def press(self, keys: str) -> None:
        for key in keys:
            await self.send(self.key(key))

    def spoken(self) -> bytes:
        """The next 20 ms of it."""
        data = bytes(self._uplink[:STEP]).ljust(STEP, self.encode(bytes(2)))
        del self._uplink[:STEP]
        return data

    # The network

    async def _run(self) -> None:
        began, step = time.monotonic(), 0
        while not self.ended.is_set():
            for message in self.media():
                await self.send(message)
            for name in self.playout.step():
                await self.back(name)
            step += 1
            await asyncio.sleep(max(0.0, began + step * 0.02 - time.monotonic()))

    async def back(self, name: str) -> None:
        self.returned.append(name)
        await self.send(self.reached(name))

    async def _listen(self) -> None:
        assert self._line is not None
        try:
            async for text in self._line:
                try:
                    assert isinstance(text, str)
                    await self.take(json.loads(text))
                except (AssertionError, KeyError, ValueError) as error:
                    self.errors.append(f"{error!r}: {text[:80]!r}")
        except websockets.ConnectionClosed:
            pass
        self.ended.set()

    # What the server wrote down of the call

    def log(self) -> list[Event | Action]:
        """The log of the newest call."""
        calls = self.server.assistant.settings.calls.glob("[0-9]*")
        folders = sorted(calls, key=lambda p: p.stat().st_ctime)
        return self.server.log(folders[-1].name) if folders else []

    async def until(self, wanted: Callable[[Event | Action], bool]) -> Event | Action:
        """The first entry of the log that fits."""
        try:
            await eventually(lambda: any(map(wanted, self.log())))
        except TimeoutError as error:
            told = "\n".join(str(entry)[:200] for entry in self.log()[-20:])
            raise AssertionError(f"it never came; the log ends with\n{told}") from error
        return next(filter(wanted, self.log()))


def upgrade(server: Server, url: str) -> websockets.connect:
    """The WebSocket at a public address."""
    assert url.startswith(PUBLIC.replace("https", "wss")), url
    path = url.removeprefix(PUBLIC.replace("https", "wss"))
    return websockets.connect(
        f"ws://127.0.0.1:{server.port}{path}",
        compression=None,
        ping_interval=None,
        open_timeout=PATIENCE,
    )


async def tried(server: Server, url: str) -> int:
    """The status of an upgrade; 101 where it was accepted."""
    try:
        async with upgrade(server, url):
            return 101
    except websockets.InvalidStatus as error:
        return error.response.status_code
