"""Asterisk's REST interface: what brings a person into a call. Source: Asterisk 22's rest-api.

Media does not go this way (docker/asterisk/extensions.conf says why), so a call goes on whether or
not the interface is there; only people cannot be rung meanwhile.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import quote

import httpx
import websockets
from loguru import logger
from websockets.asyncio.client import ClientConnection

from pipelines.errors import EngineError

APP = "waxtaan"
_TIMEOUT = 3.0  # s for an answer of the REST interface, which takes milliseconds
_AGAIN = (0.2, 0.5, 1.0, 2.0, 5.0)  # s between attempts to connect
_MOST = 256  # events that a listener may leave unread

Event = dict[str, Any]


class AriError(EngineError):
    """Asterisk refused or did not answer."""


class Ari:
    """One PBX. Runs between `start` and `close`."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self._url = url.rstrip("/")
        self._auth = (user, password)
        self._http = httpx.AsyncClient(
            base_url=f"{self._url}/ari", auth=self._auth, timeout=_TIMEOUT
        )
        self._listeners: defaultdict[str, set[asyncio.Queue[Event]]] = defaultdict(set)
        self._running: asyncio.Task[None] | None = None
        self.connected = asyncio.Event()

    def start(self) -> None:
        """Connect, and stay connected."""
        self._running = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Disconnect. Channels stay as they are."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait([self._running])
        await self._http.aclose()

    # Events

    @asynccontextmanager
    async def listening(self, *subjects: str) -> AsyncIterator["asyncio.Queue[Event]"]:
        """Events about channels or bridges of these ids, or of all for "*"."""
        queue: asyncio.Queue[Event] = asyncio.Queue(_MOST)
        for subject in subjects:
            self._listeners[subject].add(queue)
        try:
            yield queue
        finally:
            for subject in subjects:
                self._listeners[subject].discard(queue)
                if not self._listeners[subject]:
                    del self._listeners[subject]

    async def _run(self) -> None:
        attempt = 0
        while True:
            try:
                async with self._events() as events:
                    attempt = 0
                    self.connected.set()
                    logger.info("connected to Asterisk's REST interface at {}", self._url)
                    async for message in events:
                        self._take(message)
                logger.warning("Asterisk's REST interface closed the connection")
            except (OSError, websockets.WebSocketException) as error:
                if not attempt:
                    logger.warning(
                        "no connection to Asterisk's REST interface at {} ({}): people cannot be "
                        "rung until there is",
                        self._url,
                        type(error).__name__,
                    )
            self.connected.clear()
            self._take(json.dumps({"type": "Disconnected"}))
            await asyncio.sleep(_AGAIN[min(attempt, len(_AGAIN) - 1)])
            attempt += 1

    @asynccontextmanager
    async def _events(self) -> AsyncIterator[ClientConnection]:
        user, password = (quote(part, safe="") for part in self._auth)
        base = self._url.replace("http", "ws", 1).replace("://", f"://{user}:{password}@", 1)
        async with websockets.connect(
            f"{base}/ari/events?app={APP}", open_timeout=_TIMEOUT, max_size=1 << 20
        ) as events:
            yield events

    def _take(self, message: str | bytes) -> None:
        try:
            event = json.loads(message)
        except ValueError:
            return
        if not isinstance(event, dict):
            return
        subjects = {"*", *_ids(event)}
        if event["type"] == "Disconnected":
            subjects |= set(self._listeners)
        queues = {q for s in subjects for q in self._listeners.get(s, ())}
        for queue in queues:
            with suppress(asyncio.QueueFull):  # who does not read does not care
                queue.put_nowait(event)

    # Orders

    async def _ask(self, method: str, path: str, **options: Any) -> Any:
        try:
            answer = await self._http.request(method, path, **options)
        except httpx.HTTPError as error:
            raise AriError(f"Asterisk at {self._url}: {method} {path}: {error!r}") from error
        if answer.is_error:
            said = f"{answer.status_code} {answer.text[:120]}"
            raise AriError(f"Asterisk at {self._url}: {method} {path}: {said}")
        return answer.json() if answer.content else None

    async def check(self) -> str:
        """Asterisk's version.

        Raises:
            AriError: it cannot be reached, or refuses our password.
        """
        about = await self._ask("GET", "/asterisk/info", params={"only": "system"})
        return str(about["system"]["version"])

    async def ring(
        self,
        channel: str,
        endpoint: str,
        argument: str,
        seconds: float,
        caller: str,
        variables: Mapping[str, str],
    ) -> None:
        """Ring `endpoint` on a channel of the id `channel`; `StasisStart` says it answered."""
        await self._ask(
            "POST",
            f"/channels/{channel}",
            params={
                "endpoint": endpoint,
                "app": APP,
                "appArgs": argument,
                "timeout": round(seconds),
                "callerId": caller,
            },
            json={"variables": dict(variables)},
        )

    async def media(self, channel: str, host: str, **options: str) -> None:
        """A channel to us for sound, of the id `channel`."""
        await self._ask(
            "POST",
            "/channels/externalMedia",
            params={"channelId": channel, "app": APP, "external_host": host, **options},
        )

    async def bridge(self, name: str) -> str:
        """A new bridge; its id."""
        made = await self._ask("POST", "/bridges", params={"type": "mixing", "name": name})
        return str(made["id"])

    async def join(self, bridge: str, channel: str) -> None:
        """Put a channel into a bridge."""
        await self._ask("POST", f"/bridges/{bridge}/addChannel", params={"channel": channel})

    async def music(self, channel: str, *, plays: bool) -> None:
        """Have a channel hear music on hold, or no longer. Without music it hears nothing."""
        with suppress(AriError):
            await self._ask("POST" if plays else "DELETE", f"/channels/{channel}/moh")

    async def dissolve(self, bridge: str) -> None:
        """Destroy a bridge; its channels live on. One that is gone is no error."""
        with suppress(AriError):
            await self._ask("DELETE", f"/bridges/{bridge}")

    async def hang_up(self, channel: str) -> None:
        """End a channel. One that is gone is no error."""
        with suppress(AriError):
            await self._ask("DELETE", f"/channels/{channel}")

    async def go_on(self, channel: str) -> None:
        """Give a channel back to the dialplan, where it left it."""
        await self._ask("POST", f"/channels/{channel}/continue")

    async def tell(self, channel: str, name: str, value: str) -> None:
        """Set a channel's variable, for the dialplan; only while it is in our application."""
        await self._ask(
            "POST", f"/channels/{channel}/variable", params={"variable": name, "value": value}
        )

    async def variable(self, channel: str, name: str) -> str:
        """A channel's variable; "" where it is not set."""
        try:
            found = await self._ask(
                "GET", f"/channels/{channel}/variable", params={"variable": name}
            )
        except AriError:
            return ""
        return str(found["value"])

    async def channels(self) -> list[dict[str, Any]]:
        """All channels of the PBX."""
        found: list[dict[str, Any]] = await self._ask("GET", "/channels")
        return found

    async def bridges(self) -> list[dict[str, Any]]:
        """All bridges of the PBX."""
        found: list[dict[str, Any]] = await self._ask("GET", "/bridges")
        return found

    async def record(self, bridge: str, name: str) -> None:
        """Record all that is said in a bridge, until it is dissolved."""
        await self._ask("POST", f"/bridges/{bridge}/record", params={"name": name, "format": "wav"})

    async def recorded(self, name: str) -> bytes:
        """A finished recording, a WAV file; it is removed from the PBX."""
        try:
            answer = await self._http.get(f"/recordings/stored/{name}/file")
        except httpx.HTTPError as error:
            raise AriError(f"Asterisk at {self._url}: recording {name}: {error!r}") from error
        if answer.is_error:
            raise AriError(f"Asterisk at {self._url}: recording {name}: {answer.status_code}")
        await self._ask("DELETE", f"/recordings/stored/{name}")
        return answer.content


def _ids(event: Event) -> set[str]:
    """The channels and bridges that an event is about."""
    found = {str(event[kind]["id"]) for kind in ("channel", "bridge") if _has(event, kind)}
    arguments = event.get("args")
    if event.get("type") == "StasisStart" and isinstance(arguments, list):
        found |= {":".join(map(str, arguments))}  # "caller:<call>": who comes by the dialplan
    return found


def _has(event: Event, kind: str) -> bool:
    return isinstance(event.get(kind), dict) and "id" in event[kind]
