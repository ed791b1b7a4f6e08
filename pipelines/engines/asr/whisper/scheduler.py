"""Between the calls that wish to be decoded and the one worker that decodes: who is served when.

One batch is with the worker at a time; what comes next is chosen when it returns, so a final waits
for one batch at the most. Partials are a courtesy: they leave the worker free half of the time,
and make way for all else. Times are the event loop's.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any, Protocol

from pipelines.engines.asr.engine import EngineError
from pipelines.engines.asr.whisper.guards import Decoded
from pipelines.engines.asr.whisper.queue import Queue, Rank, Wish
from pipelines.engines.asr.whisper.turn import Material
from pipelines.engines.worker import Frame
from pipelines.engines.worker_protocol import Header

PAUSE = 1.0  # times what a batch of partials took, before the next
PATIENCE = 30.0  # s for a batch, before the worker counts as hung
SMOOTHING = 0.2  # of the newest batch, in how long a final is expected to take


class Caller(Protocol):
    """A call, as the desk knows it."""

    def material(self, wish: Wish) -> Material:
        """Its time has come."""
        ...

    def decoded(self, material: Material, decoded: Decoded) -> None:
        """What it wished for."""
        ...

    def failed(self, material: Material, error: EngineError) -> None:
        """It may wish again."""
        ...

    def too_late(self) -> None:
        """The final cannot be ready in time."""
        ...


class Decoder(Protocol):
    """The worker, as the desk knows it (workers.py)."""

    @property
    def alive(self) -> bool:
        """Whether it is there; it is started again where it died."""
        ...

    async def ask(
        self, header: Header, payload: bytes = b"", deadline: float | None = None
    ) -> Frame:
        """Raises EngineError where it died, refused, or hung."""
        ...


class Desk:
    """Serves the calls, from `open` to `close`."""

    def __init__(self, worker: Decoder, *, together: int, expected: float, deadline: float) -> None:
        self.worker = worker
        self.queue = Queue(together)
        self.expected = expected  # s that a final takes
        self.partial = 0.0  # s that the last batch of partials took
        self._deadline = deadline
        self._calls: dict[int, Caller] = {}
        self._last = 0
        self._wanted = asyncio.Event()
        self._partials_from = 0.0
        self._serving = asyncio.create_task(self._serve(), name="whisper desk")

    def __len__(self) -> int:
        """How many calls are open."""
        return len(self._calls)

    def open(self, call: Caller) -> int:
        """A new call; its number."""
        self._last += 1
        self._calls[self._last] = call
        return self._last

    def leave(self, call: int) -> None:
        """The call has ended. Safe to call twice."""
        self.queue.drop(call)
        self._calls.pop(call, None)

    def put(self, wish: Wish) -> None:
        """Wait to be decoded."""
        self.queue.put(wish)
        self._wanted.set()

    async def close(self) -> None:
        """Serve nobody any more."""
        self._serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._serving

    async def _serve(self) -> None:
        now = asyncio.get_running_loop().time
        while True:
            at = now()
            # However slow it was lately, half of the deadline is tried: else it never recovers.
            expected = min(self.expected, self._deadline / 2)
            for wish in self.queue.late(at + expected):
                self._calls[wish.call].too_late()
            batch = self.queue.take(partials=at >= self._partials_from)
            if batch:
                await self._decode(batch)
                continue
            self._wanted.clear()
            pause = self._partials_from - at
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause if pause > 0 else None):
                    await self._wanted.wait()

    async def _decode(self, batch: Sequence[Wish]) -> None:
        """Have one batch decoded, and tell its calls."""
        now = asyncio.get_running_loop().time
        since = now()
        calls = [self._calls[wish.call] for wish in batch]
        materials = [call.material(wish) for call, wish in zip(calls, batch, strict=True)]
        told = list(zip(batch, calls, materials, strict=True))
        jobs: list[dict[str, Any]] = [
            {
                "samples": len(material.pcm) // 2,
                "token": material.token,
                "hint": material.hint,
                "tokens": material.tokens,
                "whole": material.whole,
                "languages": material.languages,
                "guess": material.guess,
                "guessed_token": material.guessed_token,
            }
            for material in materials
        ]
        window = max(material.window for material in materials)
        header: Header = {"do": "decode", "model": batch[0].model, "window": window, "jobs": jobs}
        try:
            frame = await self.worker.ask(
                header, b"".join(material.pcm for material in materials), PATIENCE
            )
        except EngineError as error:
            for wish, call, material in told:
                if self._calls.get(wish.call) is call:
                    call.failed(material, error)
            await asyncio.sleep(0)  # a worker that fails at once must not hold the loop
            return
        took = now() - since
        if batch[0].rank is Rank.PARTIAL:
            self.partial = took
            self._partials_from = now() + PAUSE * took
        else:
            self.expected += SMOOTHING * (took - self.expected)
        for (wish, call, material), result in zip(told, frame.header["results"], strict=True):
            if self._calls.get(wish.call) is call:
                call.decoded(material, _decoded(result))


def _decoded(result: dict[str, Any]) -> Decoded:
    return Decoded(
        text=result["text"],
        logprob=result["logprob"],
        no_speech=result["no_speech"],
        words=tuple((text, start, end, sure) for text, start, end, sure in result["words"]),
        languages=tuple((token, chance) for token, chance in result["languages"]),
    )
