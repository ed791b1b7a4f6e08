"""The contract of every voice engine: one per process, shared by all calls."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from typing import Protocol, Self, runtime_checkable

from pipelines.errors import EngineError

RATES = (80, 450)  # words per minute that every engine can speak at
SLOW = 0.8  # of a voice's rate, for a caller who wants it slower

__all__ = ["EngineError", "PartSynthesiser", "Synthesiser", "Voice"]


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice as an engine knows it. Everything that changes its sound is part of it.

    Every engine keeps to the rate with its own means, so a slower voice is one more voice: nothing
    stretches its sound afterwards, and what is kept of one is never heard as the other.
    """

    name: str  # the engine's own name for it, e.g. "en-gb"
    rate: int = 160  # words per minute
    pitch: int = 50  # 0..99

    def slower(self, share: float) -> Self:
        """The same voice at a share of its rate, though not below the slowest that there is."""
        return replace(self, rate=max(RATES[0], round(self.rate * share)))


class Synthesiser(Protocol):
    """An engine that turns text into sound."""

    name: str  # as in settings: "espeak", ...
    version: str  # of the engine and its data: part of the audio cache's key
    sample_rate: int  # Hz of what `synthesise` yields; valid after `start`

    async def start(self) -> None:
        """Load what all calls share. Raises EngineError naming what is missing and what to do."""
        ...

    def synthesise(self, text: str, voice: Voice) -> AsyncGenerator[bytes, None]:
        """Mono signed 16-bit little-endian PCM at `sample_rate`, in order, as it becomes ready.

        Closing it early cancels the rest. Concurrent calls are allowed. Text without a letter or
        figure yields nothing.

        Raises:
            EngineError: no text or too much of it, an unknown voice, or the engine died twice.
        """
        ...

    def serves(self, language: str) -> str | None:
        """How well the engine speaks a language, in plain words; None if not at all."""
        ...

    async def close(self) -> None:
        """End the engine's processes. Safe to call twice."""
        ...


@runtime_checkable
class PartSynthesiser(Synthesiser, Protocol):
    """An engine that can say a part of a sentence as it sounds in the whole of it."""

    def part(
        self, text: str, begin: int, end: int, voice: Voice, ahead: float = 0.0
    ) -> AsyncGenerator[bytes, None]:
        """Characters `begin` to `end` of a text; otherwise as `synthesise`.

        A part that begins or ends amid the text, between two words, overlaps what comes before or
        after it (see `joins.py`).

        Args:
            text: the whole.
            begin: 0 for its beginning.
            end: its length for its end.
            voice: as for `synthesise`.
            ahead: seconds of sound that can be heard meanwhile. The more, the fewer joins.
        """
        ...
