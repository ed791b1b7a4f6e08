"""What goes on in all calls, for whoever watches: the desk's page, programs, the webhook.

A call only ever puts a message into queues: a subscriber who does not keep up is dropped and has to
come again, and no call waits for one.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from pipelines.call import messages
from pipelines.lines.call_view import CallView, Line, after, line

QUEUE_SIZE = (
    256  # messages that a subscriber may leave unread: some ten seconds of ten lively calls
)


@dataclass(frozen=True, slots=True)
class Update:
    """A message of a call, and the call after it.

    The messages are those of `pipelines/call/messages.py`; of the feed's own there are two:
    {"type": "began"} and {"type": "forgotten"}, after which nothing is known of the call any more.
    """

    message: messages.Message
    entry: CallView
    line: Line | None = None  # the transcript's, where one began or changed


class Subscriber:
    """Iterate over it: ends only if it was too slow."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Update | None] = asyncio.Queue(QUEUE_SIZE)
        self.slow = False

    def tell(self, told: Update) -> bool:
        """False where the subscriber does not keep up; then it is told nothing more."""
        try:
            self._queue.put_nowait(told)
        except asyncio.QueueFull:
            self.slow = True
            while not self._queue.empty():
                self._queue.get_nowait()
            self._queue.put_nowait(None)
        return not self.slow

    async def __aiter__(self) -> AsyncIterator[Update]:
        while (told := await self._queue.get()) is not None:
            yield told


class CallFeed:
    """Of all calls. `keep` is for how many seconds a call that has ended can still be read."""

    def __init__(
        self,
        keep: float,
        counters: Counter[str],
        links: Callable[[str], dict[str, str]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._keep = keep
        self._counters = counters
        self._links = links
        self._clock = clock
        self._views: dict[str, CallView] = {}
        self._subscribers: set[Subscriber] = set()

    # What calls do

    def begin(self, call_id: str, channel: str, caller: str | None, language: str) -> None:
        """A call has come."""
        entry = CallView(call_id, channel, caller, language, self._clock())
        self._views[call_id] = entry
        self._tell(Update({"type": "began"}, entry))

    def publish(self, call_id: str, message: messages.Message) -> None:
        """The page was told this; never waits."""
        entry = self._views.get(call_id)
        if entry is None:
            return
        changed = line(entry, message) if message["type"] == "said" else None
        entry = after(entry, message, self._clock())
        if message["type"] == "call":
            entry = replace(entry, links=self._links(entry.recording))
        self._views[call_id] = entry
        self._tell(Update(message, entry, changed))

    def end(self, call_id: str) -> None:
        """The call's line is closed; it is forgotten after a while."""
        entry = self._views.get(call_id)
        if entry is None:
            return
        if entry.state != "ended":
            self.publish(call_id, messages.ended("line closed", entry.recording, entry.links))
        loop = asyncio.get_running_loop()
        loop.call_later(self._keep, self._forget, call_id, entry.since)

    def _forget(self, call_id: str, since: float) -> None:
        entry = self._views.get(call_id)
        if entry and entry.since == since:  # not a later call that the line gave the same id
            del self._views[call_id]
            gone = replace(entry, packet=None, transcript=(), slots={})
            self._tell(Update({"type": "forgotten"}, gone))

    def _tell(self, told: Update) -> None:
        for subscriber in list(self._subscribers):
            if not subscriber.tell(told):
                self._subscribers.discard(subscriber)
                self._counters["desk.slow"] += 1

    # What subscribers do

    @property
    def now(self) -> float:
        """Unix time, by the clock that the entries go by."""
        return self._clock()

    def calls(self) -> list[CallView]:
        """All that go on or ended a short while ago, oldest first."""
        return list(self._views.values())

    def call(self, call_id: str) -> CallView | None:
        """One of them."""
        return self._views.get(call_id)

    @contextmanager
    def subscribe(self) -> Iterator[Subscriber]:
        """All that happens from now on; what went before is in `calls`."""
        subscriber = Subscriber()
        self._subscribers.add(subscriber)
        try:
            yield subscriber
        finally:
            self._subscribers.discard(subscriber)
