"""One-time tokens in the address of a call's stream: whoever connects there was told it by us.

A signed webhook mints one and puts it into the stream's address, the WebSocket's upgrade spends it,
before it is accepted. What the webhook said of the call is kept here meanwhile, so that nothing a
stream claims of itself is taken for it.
"""

import hashlib
import secrets
import time
from collections.abc import Callable, Mapping

_MOST = 10_000  # unspent at once; the oldest go first


class StreamTokens:
    """All unspent tokens of a bridge; `seconds` is how long each lasts."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._unspent: dict[str, tuple[Mapping[str, str], float]] = {}  # oldest first

    def mint(self, about: Mapping[str, str]) -> str:
        """A token for the call of that `about`, which has its id under "call".

        An earlier one of the same call stays good: a network that asks twice may use either.
        """
        now = self._clock()
        while self._unspent:
            oldest = next(iter(self._unspent))
            if self._unspent[oldest][1] > now and len(self._unspent) < _MOST:
                break
            del self._unspent[oldest]
        token = secrets.token_urlsafe(32)
        self._unspent[_name(token)] = (dict(about), now + self._seconds)
        return token

    def spend(self, given: str) -> Mapping[str, str] | None:
        """What the token was minted for; None unless it is good, in time and for the first time.

        All tokens of the call are spent with it.
        """
        about, until = self._unspent.get(_name(given), ({}, 0.0))
        if not about or self._clock() >= until:
            return None
        call = about["call"]
        self._unspent = {k: v for k, v in self._unspent.items() if v[0]["call"] != call}
        return about


def _name(token: str) -> str:
    """What a token is looked up by: of a digest, the time that a look-up takes tells nothing."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
