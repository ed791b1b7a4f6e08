"""Takes calls: as many as there is room for, each in a task of its own; knows which go on."""

import asyncio
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from loguru import logger

from pipelines.assistant import Assistant
from pipelines.call import messages
from pipelines.call.call import Call
from pipelines.call.caller import Caller
from pipelines.call.connection import Connection
from pipelines.lines.call_feed import CallFeed
from pipelines.lines.garbage_collection import after_call

Service = TypeVar("Service")

_ASKED_WITHIN = 60.0  # s after which a network does not ask any more


@dataclass(frozen=True, slots=True)
class ActiveCall:
    """A call that is going on."""

    id: str
    call: Call
    connection: Connection
    caller: Caller
    task: asyncio.Task[None]
    since: float = field(default_factory=time.time)  # Unix time


class ActiveCalls:
    """Of one assistant."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        self.live: dict[str, ActiveCall] = {}
        settings = assistant.settings
        self.public_url = settings.public_url.rstrip("/")
        keep = settings.desk_keep_seconds if settings.desk_token.get_secret_value() else 0.0
        self.feed = CallFeed(keep, assistant.counters, self._links)
        self._next_steps: dict[str, tuple[str, float]] = {}  # call -> (step, until when)
        self._packets: dict[str, Mapping[str, Any]] = {}  # of calls that go on to people
        self._services: dict[type[object], object] = {}

    def provide(self, service: object) -> None:
        """A telephone bridge shares `service` with all calls, the PBX's interface say."""
        self._services[type(service)] = service

    def service(self, kind: type[Service]) -> Service | None:
        """What a bridge provides of that type; None where none does."""
        found = self._services.get(kind)
        return found if isinstance(found, kind) else None

    def set_next_step(self, call: str, where: str) -> None:
        """What the telephone network is to do with a caller whose leg we are about to end."""
        now = time.monotonic()
        self._next_steps = {k: v for k, v in self._next_steps.items() if v[1] > now}
        self._next_steps[call] = (where, now + _ASKED_WITHIN)
        entry = self.feed.call(call)
        if entry is not None and entry.packet is not None:
            self._packets[call] = entry.packet
        self._packets = {k: v for k, v in self._packets.items() if k in self._next_steps}

    def take_next_step(self, call: str) -> str:
        """The step that was set for a call, once; "" where none was."""
        self._packets.pop(call, None)
        return self._next_steps.pop(call, ("", 0.0))[0]

    def handoff_packet(self, call: str) -> Mapping[str, Any]:
        """The handoff packet of a call that goes on to people, until its next step is taken."""
        return self._packets.get(call, {})

    def has_room(self) -> bool:
        """Whether there is room for a further call; a caller who is turned away is counted."""
        room = self.assistant.calls < self.assistant.settings.max_calls
        if not room:
            self.assistant.counters["refused.busy"] += 1
        return room

    def turn_away(self, call: str) -> None:
        """No room: so says the answer to what the telephone network is to do with that caller."""
        self.set_next_step(call, "full")

    def take(self, connection: Connection, caller: Caller, number: str = "") -> ActiveCall:
        """Begin a call. `number` is the line's own for it, else one is made up."""
        number = number or secrets.token_hex(8)
        call = Call(self.assistant, connection, caller, partial(self.feed.publish, number))
        self.assistant.calls += (
            1  # and not before: a full disk must not cost room for a call each time
        )
        self.assistant.counters["calls"] += 1
        self.feed.begin(number, connection.channel, caller.number, caller.language)
        task = asyncio.create_task(self._run(call, number))
        self.live[number] = ActiveCall(number, call, connection, caller, task)
        return self.live[number]

    async def _run(self, call: Call, number: str) -> None:
        try:
            await call.run()
        except Exception:
            self.assistant.counters["failed"] += 1
            logger.exception("a call failed")
        finally:
            self.assistant.calls -= 1
            self.live.pop(number, None)
            self.feed.end(number)
            after_call(self.assistant.calls)

    def reaches_people(self, call_id: str) -> bool:
        """Whether a person can be brought into a call now."""
        live = self.live.get(call_id)
        return live is not None and live.call.reaches_people

    async def take_over(self, call_id: str, person: str) -> bool:
        """Somebody at the desk wants a call; False where there is none to be had."""
        live = self.live.get(call_id)
        return live is not None and live.call.take_over(person)

    async def give_back(self, call_id: str) -> bool:
        """The agent is to go on with a call; False where no person has it."""
        live = self.live.get(call_id)
        return live is not None and await live.call.give_back()

    def _links(self, recording: str) -> dict[str, str]:
        if not (recording and self.assistant.settings.downloads):
            return {}
        return {
            what: self.public_url + path for what, path in messages.downloads(recording).items()
        }

    async def close(self) -> None:
        """End all calls."""
        tasks = [live.task for live in self.live.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
