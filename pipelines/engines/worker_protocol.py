"""What a worker process and its owner say to each other, and the loop that a worker runs.

A message, in either direction, over the worker's standard input and output:

    4 bytes   length of the header, big-endian
    header    one JSON object; "payload" is the number of bytes that follow it
    payload   bytes, e.g. audio

A message's "id" says which request or stream it is about. The first message a worker sends is its
*hello*: what it loaded. A request that asks for many messages has "more": true in all but the last.
One to *settle* asks for nothing: its answer says that all before it has been dealt with.

This file is all that a worker shares with its owner, so it imports nothing that costs memory.
"""

import json
import os
import queue
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, TypeAlias

Header: TypeAlias = dict[str, Any]  # JSON
Message: TypeAlias = tuple[Header, bytes]

LENGTH = struct.Struct(">I")
LARGEST_HEADER = 1 << 20  # bytes; more means that something else than messages is in the pipe
LARGEST_PAYLOAD = 1 << 28  # the vectors of 67,000 samples, in 32 languages, are 1 << 27
SETTLE = "settle"

Send: TypeAlias = Callable[..., None]  # send(header, payload=b"")
Answer: TypeAlias = Callable[[Header, bytes, Send], None]


def encode(header: Header, payload: bytes = b"") -> bytes:
    """One message as bytes."""
    text = json.dumps({**header, "payload": len(payload)}).encode()
    return b"".join((LENGTH.pack(len(text)), text, payload))


def header_length(prefix: bytes) -> int:
    """The header's length from a message's first four bytes; ValueError where it cannot be one."""
    length: int = LENGTH.unpack(prefix)[0]
    if not 2 <= length <= LARGEST_HEADER:
        raise ValueError(f"a message header of {length} bytes: the pipe holds something else")
    return length


def decode_header(text: bytes) -> tuple[Header, int]:
    """The header and the length of its payload; ValueError where it is not a message's."""
    header = json.loads(text)
    size = header.pop("payload", 0) if isinstance(header, dict) else None
    if not isinstance(size, int) or not 0 <= size <= LARGEST_PAYLOAD:
        raise ValueError("a message header without a sensible payload length")
    return header, size


def serve(
    answer: Answer,
    hello: Header | None = None,
    overtake: Callable[[Header], bool] | None = None,
) -> None:
    """Answer messages one after another until standard input ends, as it does when the owner dies.

    An exception in `answer` becomes a message {"id": ..., "error": ...}; the worker lives on.
    `answer` may call its `send` any number of times; the "id" is filled in.

    With `overtake`, messages are read in a thread of their own and shown to it first, while an
    `answer` may still be at work: it returns True for those that it has dealt with, as it does
    with an order to stop.
    """
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what libraries print is no message
    frames_in = sys.stdin.buffer

    def send(header: Header, payload: bytes = b"") -> None:
        output.write(encode(header, payload))
        output.flush()

    try:
        send({"id": 0, **(hello or {})})
        messages = iter(lambda: _read(frames_in), None)
        for header, payload in _overtaken(messages, overtake) if overtake else messages:
            about = header.get("id", 0)

            def reply(header: Header, payload: bytes = b"", about: int = about) -> None:
                send({"id": about, **header}, payload)

            try:
                if header.get("do") == SETTLE:
                    reply({})
                else:
                    answer(header, payload, reply)
            except BrokenPipeError:
                raise
            except Exception as error:
                reply({"error": f"{type(error).__name__}: {error}"})
    except BrokenPipeError:
        # The owner is gone. Leave without the interpreter's attempt to flush a dead pipe.
        os._exit(0)


def _overtaken(
    messages: Iterator[Message], overtake: Callable[[Header], bool]
) -> Iterator[Message]:
    waiting: queue.SimpleQueue[Message | None] = queue.SimpleQueue()

    def read() -> None:
        try:
            for message in messages:
                if not overtake(message[0]):
                    waiting.put(message)
        finally:
            waiting.put(None)

    threading.Thread(target=read, daemon=True).start()
    return iter(waiting.get, None)


def _read(source: BinaryIO) -> Message | None:
    prefix = source.read(LENGTH.size)
    if len(prefix) < LENGTH.size:
        return None
    header, size = decode_header(source.read(header_length(prefix)))
    payload = source.read(size)
    return (header, payload) if len(payload) == size else None
