"""One-time tokens: a WebSocket may carry a call only if we have just been asked to take that call.

Each is part of its stream's address, so that the signature of the upgrade is over it: whoever has
neither is turned away before the connection stands. (Twilio drops a query from a stream's address,
not a path.) What is known of the caller stays here, with the token.
"""

import hashlib
import secrets
import time
from collections.abc import Callable, Mapping

_MOST = 10_000  # unspent at once; the oldest go first


class Tokens:
    """All unspent tokens of the process; `seconds` is how long each lasts."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._unspent: dict[bytes, tuple[dict[str, str], float]] = {}  # hash -> about, until

    def mint(self, about: Mapping[str, str]) -> str:
        """A token for the call `about["call"]`; an earlier one of it is good no longer."""
        now = self._clock()
        self._unspent = {
            name: (known, until)
            for name, (known, until) in self._unspent.items()
            if until > now and known["call"] != about["call"]
        }
        while len(self._unspent) >= _MOST:
            del self._unspent[next(iter(self._unspent))]
        token = secrets.token_urlsafe(32)
        self._unspent[_hashed(token)] = (dict(about), now + self._seconds)
        return token

    def spend(self, token: str) -> dict[str, str] | None:
        """What the call is about, if the token is one, in time and for the first time."""
        about, until = self._unspent.pop(_hashed(token), ({}, 0.0))
        return about if about and self._clock() < until else None


def _hashed(token: str) -> bytes:
    """What is kept: how long looking a token up takes tells nothing of it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
