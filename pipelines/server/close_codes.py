"""How connections end, counted by WebSocket close code (RFC 6455, 7.4.1).

The server ends a connection for an oversized message before any of our code sees it, and pipecat
keeps the code of a client that leaves to itself; here, outside both, each is counted: 1000 goodbye,
1001 page closed, 1005 no code, 1006 cut, 1009 message too large.
"""

from collections import Counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class CountCloseCodes:
    """ASGI middleware. Counts `connection.<code>` for each WebSocket that its other end left."""

    def __init__(self, app: ASGIApp, counters: Counter[str]) -> None:
        self._app = app
        self._counters = counters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the class."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return

        async def counted() -> Message:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                self._counters[f"connection.{message.get('code', 1005)}"] += 1
            return message

        await self._app(scope, counted, send)
