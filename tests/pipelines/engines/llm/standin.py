"""A server on loopback that answers as vLLM does, from a script, and fails when told to."""

import asyncio
import json
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

from tests.pipelines.engines.llm import verbatim


@dataclass
class Says:
    """One answer: `pace` seconds before each token; what goes wrong `after` so many tokens."""

    text: str = ""
    pace: float = 0.0
    status: int = 200
    probability: float = 0.9
    after: int = 0
    wrong: str = ""  # "stall": nothing more comes; "cut": the connection is gone; or is sent


def proposal(*commands: dict[str, str], **how: Any) -> Says:
    """An answer to a turn."""
    return Says(json.dumps({"commands": commands}, separators=(",", ":")), **how)


@dataclass
class StandIn:
    """`async with StandIn() as server`; `server.script` is answered in order, then `usual`."""

    script: deque[Says] = field(default_factory=deque)
    usual: Says = field(default_factory=lambda: Says("All is well."))
    models: list[str] = field(default_factory=lambda: ["toy", "wo", "ff"])
    key: str = ""
    port: int = 0
    bodies: list[Any] = field(default_factory=list)  # of the requests
    connections: int = 0  # made so far
    running: int = 0
    generated: int = 0  # tokens sent
    stalled: asyncio.Event = field(default_factory=asyncio.Event)  # nothing more comes
    left: asyncio.Event = field(default_factory=asyncio.Event)  # a client went in mid-answer

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def says(self, *answers: Says | str | Iterable[Says]) -> None:
        self.script.extend(a if isinstance(a, Says) else Says(str(a)) for a in answers)

    async def __aenter__(self) -> Self:
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.die()

    async def die(self) -> None:
        """As a killed process does: no more connections, and those there are break off."""
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.create_task(self._connection(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                while True:
                    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                    fields = dict(line.lower().split(": ", 1) for line in head[1:] if line)
                    body = await reader.readexactly(int(fields.get("content-length", 0)))
                    await self._answer(head[0].split()[1], fields, body, reader, writer)
        finally:
            writer.transport.abort()

    async def _answer(
        self,
        path: str,
        fields: dict[str, str],
        raw: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        if path == "/metrics":
            text = verbatim.metrics(self.running, self.generated, 0, 0, self.models[0])
            _send(writer, 200, text.encode(), "text/plain; version=0.0.4; charset=utf-8")
        elif path == "/health":
            _send(writer, 200, b"", "text/plain; charset=utf-8")
        elif self.key and fields.get("authorization") != f"bearer {self.key}":
            _json(writer, 401, {"error": "Unauthorized"})
        elif path == "/v1/models":
            _json(writer, 200, verbatim.models(self.models))
        elif path == "/v1/chat/completions":
            await self._chat(raw, reader, writer)
        else:
            _json(writer, 404, {"detail": "Not Found"})

    async def _chat(
        self, raw: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            body = json.loads(raw)
        except ValueError:
            body = None
        self.bodies.append(body)
        if refused := verbatim.refusal(body, self.models):
            _json(writer, *refused)
            return
        says = self.script.popleft() if self.script else self.usual
        if says.status != 200:
            _json(writer, *verbatim.error(says.status, "injected", "InternalServerError", None))
        elif not body.get("stream"):
            _json(writer, 200, verbatim.completion(body, says.text))
        else:
            await self._stream(body, says, reader, writer)

    async def _stream(
        self,
        body: dict[str, Any],
        says: Says,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        gone = asyncio.create_task(reader.read(1))  # b"" once the client is gone
        self.running += 1
        try:
            writer.write(_head(200, "text/event-stream; charset=utf-8", chunked=True))
            for number, event in enumerate(verbatim.events(body, says.text, says.probability)):
                if says.wrong and number > says.after:
                    await self._go_wrong(says.wrong, writer, gone)
                    return
                if says.pace and number and (await asyncio.wait([gone], timeout=says.pace))[0]:
                    self.left.set()
                    return
                self.generated += bool(number)
                _chunk(writer, event)
                await writer.drain()
            _chunk(writer, b"")
        finally:
            self.running -= 1
            gone.cancel()
            with suppress(asyncio.CancelledError):
                await gone

    async def _go_wrong(
        self, wrong: str, writer: asyncio.StreamWriter, gone: asyncio.Task[bytes]
    ) -> None:
        if wrong == "stall":
            self.stalled.set()
            await gone
            self.left.set()
        elif wrong != "cut":
            _chunk(writer, wrong.encode())
            _chunk(writer, b"")
            return
        writer.transport.abort()


def _head(status: int, kind: str, *, chunked: bool = False, length: int = 0) -> bytes:
    size = "transfer-encoding: chunked" if chunked else f"content-length: {length}"
    return (
        f"HTTP/1.1 {status} -\r\nserver: uvicorn\r\ncontent-type: {kind}\r\n{size}\r\n\r\n"
    ).encode()


def _chunk(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")


def _send(writer: asyncio.StreamWriter, status: int, data: bytes, kind: str) -> None:
    writer.write(_head(status, kind, length=len(data)) + data)


def _json(writer: asyncio.StreamWriter, status: int, data: Any) -> None:
    _send(writer, status, json.dumps(data).encode(), "application/json")
