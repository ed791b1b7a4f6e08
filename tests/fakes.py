"""Small stand-ins for what tests are not about."""

import asyncio
import selectors
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from pipelines.engines.asr.engine import (
    ANYTHING,
    SAMPLE_RATE,
    Band,
    EngineError,
    Expected,
    Recognised,
)

PATIENCE = 180.0  # s for what a test waits for: it tells a hang, on however busy a machine
HALF_A_SECOND = SAMPLE_RATE  # bytes


class ScriptedRecogniser:
    """Hears what it was told it would, one text a turn, whatever the sound; then nothing."""

    name = "scripted"
    capacity = 0
    version = "1"

    def __init__(self, texts: Iterable[str] = (), confidence: float = 1.0) -> None:
        self.texts = deque(texts)
        self.confidence = confidence
        self.expected: list[tuple[str, tuple[str, ...]]] = []
        self.open_streams = 0
        self.broken = False
        self.unserved: set[str] = set()
        self.partial = ""  # what is believed of a turn, and surely, after half a second of it

    def dictates(self, language: str) -> bool:
        return False

    async def start(self) -> None: ...

    async def open(
        self, language: str, band: Band, on_partial: Callable[[Recognised], None]
    ) -> "ScriptedStream":
        self.require(language)
        self.open_streams += 1
        return ScriptedStream(self, language, on_partial)

    def serves(self, language: str) -> str | None:
        return None if language in self.unserved else "whatever the test says"

    def require(self, language: str) -> None:
        if language in self.unserved:
            raise EngineError(f"the scripted recogniser does not know '{language}'")

    async def close(self) -> None: ...


class ScriptedStream:
    def __init__(
        self, engine: ScriptedRecogniser, language: str, on_partial: Callable[[Recognised], None]
    ) -> None:
        self._engine = engine
        self._language = language
        self._on_partial = on_partial
        self._heard = 0
        self._text = ""
        self._closed = False

    def expect(self, language: str, phrases: Sequence[str], expected: Expected = ANYTHING) -> None:
        self._engine.require(language)
        self._language = language
        self._engine.expected.append((language, tuple(phrases)))

    def begin(self) -> None:
        self._heard = 0

    def hear(self, pcm: bytes) -> None:
        before, self._heard = self._heard, self._heard + len(pcm)
        if self._engine.partial and before < HALF_A_SECOND <= self._heard:
            text = self._engine.partial
            self._on_partial(Recognised(text, self._language, 0.9, 1.0, final=False))

    async def finish(self) -> Recognised:
        if self._engine.broken:
            raise EngineError("the scripted recogniser is broken")
        self._text = self._engine.texts.popleft() if self._engine.texts else ""
        confidence = self._engine.confidence
        return Recognised(self._text, self._language, confidence, 1.0, final=True)

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._engine.open_streams -= 1


class Idle(selectors.DefaultSelector):
    """Waits for nothing: `passed` counts the seconds that it was told to."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(timeout if timeout is None else 0)
        if not ready and timeout:
            self.passed += timeout
        return ready


class VirtualTime(asyncio.SelectorEventLoop):
    """A loop whose clock stands still while anything runs, and jumps to the next timer otherwise.

    For what waits for timers only: other processes and threads have no time in it.
    """

    def __init__(self) -> None:
        self._idle = Idle()
        super().__init__(self._idle)

    def time(self) -> float:
        return self._idle.passed
