"""The contract of every recogniser: one per process, shared by all calls, one stream per call.

All audio is 16 kHz mono signed 16-bit little-endian PCM. A *turn* is begun, fed and finished; a
caller who goes on after a pause is heard by beginning again and feeding the turn from its start, so
every result is about the whole turn so far.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from pipelines.errors import EngineError

__all__ = [
    "ANYTHING",
    "SAMPLE_RATE",
    "Band",
    "EngineError",
    "Expected",
    "Recognised",
    "RecognisedWord",
    "Recogniser",
    "RecogniserStream",
]

SAMPLE_RATE = 16_000  # Hz, of all audio given to a recogniser

Band: TypeAlias = Literal["wide", "telephone"]  # telephone: 300-3400 Hz at its source


@dataclass(frozen=True, slots=True)
class RecognisedWord:
    """One word of what was heard; `start` and `end` in seconds since the turn began."""

    text: str
    start: float
    end: float
    confidence: float  # 0..1


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was heard in a turn so far. `text` is "" where nothing was.

    `languages` is what the sound alone says of the language, most probable first; empty where the
    engine cannot tell. `rejected` names why something that was recognised is not believed ("" if
    nothing was): "silence", "repetition", "compression", "speed", "doubt", "overloaded".
    """

    text: str
    language: str
    confidence: float  # 0..1
    language_confidence: float  # 0..1; 1 where the engine was told the language
    final: bool
    words: tuple[RecognisedWord, ...] = ()
    languages: tuple[tuple[str, float], ...] = ()
    rejected: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the open question expects of a turn, beyond the phrases that may be said.

    An engine may take what sounds nearly as probable and answers the question for what sounds most
    probable and does not; it hears what it hears all the same.
    """

    answers: Callable[[str], bool] = lambda _: False  # whether a text is a complete answer
    digits: Callable[[str], str] = lambda _: ""  # the digits that a text says
    number_words: Sequence[str] = ()  # that digits are said with; () where no number is asked for
    languages: Sequence[str] = ()  # that the caller may go on in


ANYTHING = Expected()


class RecogniserStream(Protocol):
    """One call's recogniser."""

    def expect(self, language: str, phrases: Sequence[str], expected: Expected = ANYTHING) -> None:
        """From the next `begin` on, listen in `language` for `phrases`: hints, or a closed list.

        Raises:
            EngineError: the engine does not serve the language.
        """
        ...

    def begin(self) -> None:
        """A turn begins; whatever was heard of an unfinished one is forgotten."""
        ...

    def hear(self, pcm: bytes) -> None:
        """Audio of the turn, any length. Never blocks; partial results go to `on_partial`."""
        ...

    async def finish(self) -> Recognised:
        """The final result for all audio since `begin`; "" without `begin` or expectations.

        Raises:
            EngineError: the engine died or gave no answer in time; the stream can be used again.
        """
        ...

    async def close(self) -> None:
        """Give the stream's memory back. Safe to call twice."""
        ...


class Recogniser(Protocol):
    """An engine."""

    name: str  # as in settings: "pocketsphinx", ...

    @property
    def capacity(self) -> int:
        """Calls at once, known after `start`; 0: no limit of its own."""
        ...

    @property
    def version(self) -> str:
        """Of the engine and its model."""
        ...

    def dictates(self, language: str) -> bool:
        """Whether it hears any words of a language, or one of the phrases expected, or nothing."""
        ...

    async def start(self) -> None:
        """Load what all calls share. Raises EngineError naming what is missing and what to do."""
        ...

    async def open(
        self, language: str, band: Band, on_partial: Callable[[Recognised], None]
    ) -> RecogniserStream:
        """A stream for one call. `on_partial` is called on the event loop."""
        ...

    def serves(self, language: str) -> str | None:
        """How well it serves a language, in plain words with figures; None if not at all."""
        ...

    async def close(self) -> None:
        """End the engine's processes. Safe to call twice."""
        ...
