"""What comes out of a worker process: messages, and its last words on standard error."""

import asyncio
from dataclasses import dataclass

from pipelines.engines.worker_protocol import LENGTH, Header, decode_header, header_length


@dataclass(frozen=True, slots=True)
class Message:
    """What a worker said."""

    header: Header
    payload: bytes


async def read_message(source: asyncio.StreamReader) -> Message:
    """The next message. Raises IncompleteReadError at the end, ValueError where it is none."""
    length = header_length(await source.readexactly(LENGTH.size))
    header, size = decode_header(await source.readexactly(length))
    return Message(header, await source.readexactly(size))


async def keep_last_line(source: asyncio.StreamReader, last: list[str]) -> None:
    """Read to the end, keeping the last line that says something; lines may be of any length."""
    line = b""
    while data := await source.read(4096):
        lines = (line + data).splitlines()
        spoken = [text for text in lines if text.strip()]
        if spoken:
            last[:] = [spoken[-1][-300:].decode(errors="replace").strip()]
        line = lines[-1][-300:] if lines and not data.endswith(b"\n") else b""
