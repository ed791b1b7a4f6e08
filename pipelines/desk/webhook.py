"""What a customer's system is told of handoffs: JSON over HTTP, signed, at least once.

    POST {webhook_url}
    X-Waxtaan-Signature: t=1764000000,v1=<hex HMAC-SHA256 of "1764000000.<body>">
    {"event": "handoff", "delivery": "...", "at": 1764000000.1, "call": {..., "packet": ...}}

`event` is "handoff", "person" (one has joined) or "ended" (of a call that was handed off). Retries
carry the same `delivery`; a later event may come before an earlier one that had to be retried.
The receiver compares signatures in constant time, and refuses a `t` that is minutes old.
"""

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from loguru import logger

from pipelines.lines.call_feed import CallFeed, Update
from pipelines.settings import Settings

_RETRIES = 3
_AT_ONCE = 100  # deliveries under way; further ones are lost
_LAST = 5.0  # s for deliveries under way when the server ends
_LATER = frozenset({408, 425, 429})  # refusals that may pass, besides the server's own faults


def signature(secret: str, at: int, body: bytes) -> str:
    """The header's value. `at` is Unix time."""
    signed = hmac.new(secret.encode(), b"%d.%b" % (at, body), hashlib.sha256)
    return f"t={at},v1={signed.hexdigest()}"


def payload(told: Update) -> dict[str, Any] | None:
    """What is sent of a message, None if nothing is."""
    match told.message:
        case {"type": "handoff" | "ended" as event}:
            pass
        case {"type": "person" as event, "state": "joined"}:
            pass
        case _:
            return None
    if told.entry.packet is None:
        return None
    return {"event": event, "delivery": secrets.token_hex(16), "call": told.entry.brief()}


class Webhook:
    """Sends what the feed tells, in tasks of its own."""

    def __init__(self, feed: CallFeed, settings: Settings, counters: Counter[str]) -> None:
        self._hub = feed
        self._url = settings.webhook_url
        self._secret = settings.webhook_secret.get_secret_value()
        self._pause = settings.webhook_retry_seconds
        self._client = httpx.AsyncClient(timeout=settings.webhook_timeout)
        self._counters = counters
        self._sending: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            with self._hub.subscribe() as subscriber:
                async for told in subscriber:
                    self._send(told)
            logger.warning("webhook: the server was too busy; what happened meanwhile is not sent")

    async def close(self) -> None:
        """Let what is under way arrive, but not for long."""
        if self._sending:
            await asyncio.wait(self._sending, timeout=_LAST)
        for task in self._sending:
            task.cancel()
            self._counters["webhook.lost"] += 1
        await self._client.aclose()

    def _send(self, told: Update) -> None:
        content = payload(told)
        if content is None:
            return
        if len(self._sending) >= _AT_ONCE:
            self._lost(content, "too many are under way")
            return
        task = asyncio.create_task(self._deliver({**content, "at": self._hub.now}))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _deliver(self, content: dict[str, Any]) -> None:
        body = json.dumps(content, ensure_ascii=False, default=str).encode()
        why = ""
        for attempt in range(1 + _RETRIES):
            if attempt:
                await asyncio.sleep(self._pause * 2 ** (attempt - 1))
            status, why = await self._post(body)
            if 200 <= status < 300:
                self._counters["webhook.sent"] += 1
                return
            if 300 <= status < 500 and status not in _LATER:
                break
        self._lost(content, why)

    async def _post(self, body: bytes) -> tuple[int, str]:
        """The status (0 where nobody answered), and what went wrong."""
        headers = {
            "Content-Type": "application/json",
            "X-Waxtaan-Signature": signature(self._secret, int(time.time()), body),
        }
        try:
            answer = await self._client.post(self._url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return 0, type(error).__name__  # its text may hold the address, and that a secret
        return answer.status_code, f"status {answer.status_code}"

    def _lost(self, content: dict[str, Any], why: str) -> None:
        self._counters["webhook.lost"] += 1
        call, event = content["call"]["id"], content["event"]
        logger.error("webhook: '{}' of call {} did not arrive: {}", event, call, why)


@asynccontextmanager
async def delivering(
    feed: CallFeed, settings: Settings, counters: Counter[str]
) -> AsyncIterator[None]:
    """Tell the configured system of handoffs, if there is one, until the end."""
    if not settings.webhook_url:
        yield
        return
    webhook = Webhook(feed, settings, counters)
    running = asyncio.create_task(webhook.run())
    try:
        await asyncio.sleep(0)  # it watches before the first call comes
        yield
    finally:
        await asyncio.sleep(0)  # what was told last is taken
        running.cancel()
        await asyncio.wait([running])
        await webhook.close()
