"""How often a number has called of late, for the escalation rule `calls_again`.

Counted are the recordings that there are: nothing more is kept of anybody than their log, and who
has theirs deleted has not called. In memory a number is a hash under a key of this process. Nothing
is read where the rule is off or nothing is recorded.
"""

import asyncio
import hashlib
import re
import secrets
import time
from itertools import islice
from pathlib import Path
from threading import Lock

from loguru import logger

from agent.events import CallStarted
from agent.log import LogError, read
from agent.policy import Policy

_DAY = 86_400  # s
_NATIONAL = 9  # digits by which a number is the same with a country's code and without
_PATIENCE = 0.3  # s that a caller may wait for it; what was not read by then is for the next one
_FIRST = 5  # lines of a log within which its call has started
_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{12}")


class RecentCalls:
    """Of the last `days`, by the recordings under `calls`."""

    def __init__(self, calls: Path, days: int) -> None:
        self._calls = calls
        self._days = days
        self._key = secrets.token_bytes(32)
        self._callers: dict[str, bytes] = {}  # recording's id -> the hash of who called
        self._lock = Lock()

    async def before(self, number: str, this: str) -> int:
        """Calls of that number, the recording `this` not counted; 0 where it takes too long."""
        reading = asyncio.create_task(asyncio.to_thread(self.count, number, this))
        try:
            async with asyncio.timeout(_PATIENCE):
                return await asyncio.shield(reading)
        except TimeoutError:
            logger.warning("{}: too many recordings to be read at once", self._calls)
            return 0

    def count(self, number: str, this: str) -> int:
        """The same, however long it takes."""
        with self._lock:
            self._refresh()
            caller = self._hash(number)
            return sum(known == caller for id_, known in self._callers.items() if id_ != this)

    def _refresh(self) -> None:
        since = time.strftime("%Y%m%d-%H%M%S", time.localtime(time.time() - self._days * _DAY))
        try:
            found = {p.name for p in self._calls.iterdir() if p.name >= since}
        except OSError:
            found = set()
        self._callers = {id_: known for id_, known in self._callers.items() if id_ in found}
        for id_ in found - set(self._callers):
            started = self._started(id_) if _ID.fullmatch(id_) else None
            if started is not None:
                self._callers[id_] = self._hash(started.caller or "")

    def _started(self, id_: str) -> CallStarted | None:
        """How a recorded call began; None where that is not written yet, or cannot be read."""
        try:
            with (self._calls / id_ / "log.jsonl").open(encoding="utf-8") as log:
                entries = list(read(islice(log, _FIRST)))
        except (OSError, UnicodeDecodeError, LogError):
            return None
        return next((entry for entry in entries if isinstance(entry, CallStarted)), None)

    def _hash(self, number: str) -> bytes:
        digits = re.sub(r"\D", "", number)
        if not digits:
            return b""
        return hashlib.blake2b(digits[-_NATIONAL:].encode(), key=self._key, digest_size=16).digest()


def counted(calls: Path, policy: Policy) -> RecentCalls | None:
    """What counts the calls recorded under `calls`; None where no rule asks for it."""
    rule = policy.rules.get("calls_again")
    return RecentCalls(calls, rule.days) if rule else None


async def calls_before(recent: RecentCalls | None, number: str | None, this: str) -> int:
    """How often the number has called of late; 0 where it is withheld or nobody counts."""
    return await recent.before(number, this) if recent and number else 0
