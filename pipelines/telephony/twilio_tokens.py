"""One-time tokens: a WebSocket may carry a call only if we have just been asked to take that call.

The webhook mints one for the call and puts it into the stream's parameters; the stream's `start`
spends it. A WebSocket's signature alone would not do: it is the same for every call, so that who
saw one could call as anybody.
"""

import hmac
import secrets
import time
from collections.abc import Callable

_MOST = 10_000  # unspent at once; the oldest go first


class Tokens:
    """All unspent tokens of the process; `seconds` is how long each lasts."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._unspent: dict[str, tuple[str, float]] = {}  # call -> token, good until; oldest first

    def mint(self, call: str) -> str:
        """A token for the call; an earlier one of the same call is good no longer."""
        now = self._clock()
        self._unspent.pop(call, None)
        while self._unspent:
            oldest = next(iter(self._unspent))
            if self._unspent[oldest][1] > now and len(self._unspent) < _MOST:
                break
            del self._unspent[oldest]
        token = secrets.token_urlsafe(32)
        self._unspent[call] = (token, now + self._seconds)
        return token

    def spend(self, call: str, given: str) -> bool:
        """Whether this is the call's token, in time and for the first time."""
        token, until = self._unspent.get(call, ("", 0.0))
        right = hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())
        if not token or not right or self._clock() >= until:
            return False
        del self._unspent[call]
        return True
