"""Takes calls: as many as there is room for, each in a task of its own; knows which go on."""

import asyncio
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from loguru import logger

from pipelines.assistant import House
from pipelines.call import messages as page
from pipelines.call.call import Call, Caller
from pipelines.call.connection import Connection
from pipelines.lines.call_feed import Hub
from pipelines.lines.garbage_collection import after_call

if TYPE_CHECKING:
    from pipelines.lines.telephony.asterisk.transfers import Pbx

_ASKED_WITHIN = 60.0  # s after which a network does not ask any more


@dataclass(frozen=True, slots=True)
class Live:
    """A call that is going on."""

    id: str
    call: Call
    connection: Connection
    caller: Caller
    task: asyncio.Task[None]
    since: float = field(default_factory=time.time)  # Unix time


class Reception:
    """One per house."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.live: dict[str, Live] = {}
        settings = house.settings
        self.public_url = settings.public_url.rstrip("/")
        keep = settings.desk_keep_seconds if settings.desk_token.get_secret_value() else 0.0
        self.hub = Hub(keep, house.counters, self._links)
        self._leads: dict[str, tuple[str, float]] = {}  # call -> (where, until when)
        self._packets: dict[str, Mapping[str, Any]] = {}  # of calls that were led to people
        self.pbx: Pbx | None = None  # where people can be rung

    def lead(self, call: str, where: str) -> None:
        """What the telephone network is to do with a caller whose leg we are about to end."""
        now = time.monotonic()
        self._leads = {k: v for k, v in self._leads.items() if v[1] > now}
        self._leads[call] = (where, now + _ASKED_WITHIN)
        entry = self.hub.call(call)
        if entry is not None and entry.packet is not None:
            self._packets[call] = entry.packet
        self._packets = {k: v for k, v in self._packets.items() if k in self._leads}

    def led(self, call: str) -> str:
        """What `lead` said of a call, once; "" where nothing was."""
        self._packets.pop(call, None)
        return self._leads.pop(call, ("", 0.0))[0]

    def handed(self, call: str) -> Mapping[str, Any]:
        """The handoff packet of a call that `lead` led to people, until `led` is asked."""
        return self._packets.get(call, {})

    def room(self) -> bool:
        """Whether there is room for a further call; a caller who is turned away is counted."""
        room = self.house.calls < self.house.settings.max_calls
        if not room:
            self.house.counters["refused.busy"] += 1
        return room

    def turn_away(self, call: str) -> None:
        """No room: so says the answer to what the telephone network is to do with that caller."""
        self.lead(call, "full")

    def take(self, connection: Connection, caller: Caller, number: str = "") -> Live:
        """Begin a call. `number` is the line's own for it, else one is made up."""
        number = number or secrets.token_hex(8)
        call = Call(self.house, connection, caller, partial(self.hub.publish, number))
        self.house.calls += 1  # and not before: a full disk must not cost room for a call each time
        self.house.counters["calls"] += 1
        self.hub.begin(number, connection.channel, caller.number, caller.language)
        task = asyncio.create_task(self._run(call, number))
        self.live[number] = Live(number, call, connection, caller, task)
        return self.live[number]

    async def _run(self, call: Call, number: str) -> None:
        try:
            await call.run()
        except Exception:
            self.house.counters["failed"] += 1
            logger.exception("a call failed")
        finally:
            self.house.calls -= 1
            self.live.pop(number, None)
            self.hub.end(number)
            after_call(self.house.calls)

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
        if not (recording and self.house.settings.downloads):
            return {}
        return {what: self.public_url + path for what, path in page.downloads(recording).items()}

    async def close(self) -> None:
        """End all calls."""
        tasks = [live.task for live in self.live.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
