"""A leg: one call's way to a telephone network and back, whatever the network's protocol.

A bridge is a `Codec`: it turns messages into events and orders into messages, does no I/O, and
keeps no clock. What carries the messages (a WebSocket, a TCP connection) is a `Leg`.

Strangers send what they like: a codec never raises. What it cannot read becomes `Bad`, which is
counted, and too much of which ends the call with a reason.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

STEP = 0.02  # s: what telephone networks carry in one packet


@dataclass(frozen=True, slots=True)
class Start:
    """The call is there. `about` is what the network says of it; a claim, not an identity."""

    about: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Audio:
    """Caller audio: 16-bit mono PCM at the leg's rate."""

    pcm: bytes


@dataclass(frozen=True, slots=True)
class Key:
    """A telephone key: 0-9, * or #."""

    key: str


@dataclass(frozen=True, slots=True)
class Mark:
    """All audio sent before the mark of this name has been played, or was cleared."""

    name: str


@dataclass(frozen=True, slots=True)
class FlowControl:
    """Whether the network takes more audio now."""

    open: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """The network ended the call."""

    reason: str


@dataclass(frozen=True, slots=True)
class Bad:
    """A message that is not what the protocol allows; `why` is for counters, never for logs."""

    why: str


LegEvent: TypeAlias = Start | Audio | Key | Mark | FlowControl | Stop | Bad

KEYS = frozenset("0123456789*#")


class Codec(Protocol):
    """A bridge's protocol, without I/O."""

    rate: int  # Hz, both ways; known after `Start` at the latest
    fills: bool  # whether silence is sent while there is nothing to say

    def decode(self, message: str | bytes) -> list[LegEvent]:
        """What a message means. Never raises."""
        ...

    def audio(self, pcm: bytes) -> str | bytes:
        """Agent audio, `STEP` long."""
        ...

    def mark(self, name: str) -> str | bytes | None:
        """A request for `Mark(name)`; None where the protocol has none."""
        ...

    def clear(self) -> str | bytes | None:
        """What was sent and not yet played is to be forgotten; None where nothing is queued."""
        ...

    def hang_up(self) -> str | bytes | None:
        """The call is to end; None where closing the connection says so."""
        ...


class Leg(Protocol):
    """A connected call."""

    codec: Codec

    def events(self) -> AsyncIterator[LegEvent]:
        """What comes, until the connection ends."""
        ...

    async def send(self, message: str | bytes) -> None:
        """Hand a message of the codec's to the network; nothing happens once it is gone."""
        ...

    async def close(self) -> None:
        """End the connection. Safe to call twice."""
        ...
