"""The desk's WebSocket: what stands, then all that happens.

{"type": "calls", "now": Unix time, "calls": [whole entries]}
{"type": "told", "id": ..., "message": as in messages.py, "call": entry without transcript,
 "line": the line of the transcript that began or changed, or null}
"""

import asyncio
from contextlib import suppress
from dataclasses import asdict

from fastapi import WebSocket, WebSocketDisconnect

from pipelines.lines.call_feed import CallFeed, Subscriber

_POLICY = 1008  # RFC 6455, 7.4.1
_AGAIN = 1013  # try again later, IANA WebSocket close code registry
_CLOSING = 1.0  # s for the reason to be sent


async def follow(websocket: WebSocket, feed: CallFeed, left: float | None, stalled: float) -> None:
    """Tell until the subscriber leaves, is too slow, or `left` seconds are over.

    `stalled` is how many seconds one message may take.
    """
    await websocket.accept()
    with feed.subscribe() as subscriber:
        telling = asyncio.create_task(_tell(websocket, feed, subscriber, stalled))
        leaving = asyncio.create_task(_until_left(websocket))
        tasks = {telling, leaving}
        try:
            await asyncio.wait(tasks, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone = leaving.done()
            slow = telling.done()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
    if gone:
        return
    why = (_AGAIN, "too slow to follow, come again") if slow else (_POLICY, "log in again")
    with suppress(RuntimeError, TimeoutError, WebSocketDisconnect):
        async with asyncio.timeout(_CLOSING):
            await websocket.close(*why)


async def _tell(
    websocket: WebSocket, feed: CallFeed, subscriber: Subscriber, stalled: float
) -> None:
    calls = [entry.whole() for entry in feed.calls()]
    with suppress(TimeoutError, RuntimeError, WebSocketDisconnect):
        async with asyncio.timeout(stalled):
            await websocket.send_json({"type": "calls", "now": feed.now, "calls": calls})
        async for told in subscriber:
            frame = {
                "type": "told",
                "id": told.entry.id,
                "message": told.message,
                "call": told.entry.brief(),
                "line": asdict(told.line) if told.line else None,
            }
            async with asyncio.timeout(stalled):
                await websocket.send_json(frame)


async def _until_left(websocket: WebSocket) -> None:
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass  # subscribers have nothing to say
