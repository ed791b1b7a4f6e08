"""Who may come to the desk: whoever has the token, and browsers that showed it once.

A browser gets a session, a random name in a cookie that scripts cannot read and other sites cannot
use; what is kept here is the name's hash. Wrong tokens make an address wait, longer each time.
"""

import asyncio
import hashlib
import hmac
import secrets
import time
from collections import Counter
from collections.abc import Callable, Mapping

COOKIE = "waxtaan_desk"
_STEP = 0.5  # s that each further wrong token costs its address
_LONGEST = 5.0  # s that one wrong token costs
_PATIENCE = 10.0  # s that an attempt waits; beyond, it is turned away
_FORGIVEN = 600.0  # s after which wrong tokens are forgotten
_ADDRESSES = 10_000  # that are remembered


class BusyError(Exception):
    """The address tried too many wrong tokens of late."""


class Authenticator:
    """One per server. `clock` is in seconds, and only ever goes up."""

    def __init__(
        self,
        token: str,
        session_seconds: float,
        counters: Counter[str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._token = token.encode()
        self._lasts = session_seconds
        self._counters = counters
        self._clock = clock
        self._sessions: dict[str, float] = {}  # hash of the name -> when it ends
        self._wrong: dict[str, tuple[int, float]] = {}  # address -> how often, when it may again

    async def is_token(self, token: str, address: str) -> bool:
        """Whether it is the token.

        Raises:
            BusyError: the address has to wait first.
        """
        now = self._clock()
        _, again = self._wrong.get(address, (0, now))
        if again - now > _PATIENCE:
            self._counters["desk.turned_away"] += 1
            raise BusyError
        if again > now:
            await asyncio.sleep(again - now)
        if hmac.compare_digest(token.encode(), self._token):
            self._wrong.pop(address, None)
            return True
        self.note_wrong_token(address)
        return False

    def note_wrong_token(self, address: str) -> None:
        """The address showed a wrong token."""
        self._counters["desk.wrong_token"] += 1
        now = self._clock()
        times, again = self._wrong.pop(address, (0, now))
        if now - again > _FORGIVEN:
            times = 0
        wait = min(_STEP * (times + 1), _LONGEST)
        # as many attempts at once as one likes: each adds to when the next may come
        self._wrong[address] = (times + 1, min(max(now, again) + wait, now + _FORGIVEN))
        while len(self._wrong) > _ADDRESSES:
            del self._wrong[next(iter(self._wrong))]

    def open_session(self) -> str:
        """A new session's name, for the cookie."""
        now = self._clock()
        self._sessions = {name: end for name, end in self._sessions.items() if end > now}
        name = secrets.token_urlsafe(32)
        self._sessions[_hash(name)] = now + self._lasts
        self._counters["desk.sessions"] += 1
        return name

    def close_session(self, name: str) -> None:
        """End a session."""
        self._sessions.pop(_hash(name), None)

    def seconds_left(self, cookies: Mapping[str, str]) -> float:
        """Seconds that the session in the cookie still lasts; 0.0 of none."""
        end = self._sessions.get(_hash(cookies.get(COOKIE, "")), 0.0)
        return max(0.0, end - self._clock())


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def bearer(header: str) -> str | None:
    """The token of an Authorization header (RFC 6750, 2.1)."""
    kind, _, token = header.partition(" ")
    return token.strip() if kind.lower() == "bearer" else None
