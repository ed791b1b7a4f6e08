"""Between the calls that wait to be decoded and the workers that decode: who is served when.

One batch is with a worker at a time; what comes next is chosen when it returns, so a final waits
for one batch at the most. What waits is shared out among the workers that are free. Partials are a
courtesy: they leave the workers free half of the time, go to one worker at a time, and make way for
all else. Times are the event loop's.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any, Protocol

from pipelines.engines.asr.engine import EngineError
from pipelines.engines.asr.whisper.guards import Decoded
from pipelines.engines.asr.whisper.queue import DecodeQueue, DecodeRequest, Priority
from pipelines.engines.asr.whisper.turn import FINAL_BEAMS, DecodeInput
from pipelines.engines.worker_output import Message
from pipelines.engines.worker_protocol import Header

PAUSE = 1.0  # times what a batch of partials took, before the next
PATIENCE = 30.0  # s for a batch, before the worker counts as hung
SMOOTHING = 0.2  # of the newest batch, in how long a final is expected to take


class Client(Protocol):
    """A call, as the scheduler knows it."""

    def decode_input(self, request: DecodeRequest) -> DecodeInput:
        """Its time has come."""
        ...

    def decoded(self, decode_input: DecodeInput, decoded: Decoded) -> None:
        """What it asked for."""
        ...

    def failed(self, decode_input: DecodeInput, error: EngineError) -> None:
        """It may ask again."""
        ...

    def too_late(self) -> None:
        """The final cannot be ready in time."""
        ...


class Decoder(Protocol):
    """The worker, as the scheduler knows it (engines/worker.py)."""

    @property
    def alive(self) -> bool:
        """Whether it is there; it is started again where it died."""
        ...

    async def ask(
        self, header: Header, payload: bytes = b"", deadline: float | None = None
    ) -> Message:
        """Raises EngineError where it died, refused, or hung."""
        ...


class Scheduler:
    """Serves the calls, from `open` to `close`."""

    def __init__(
        self,
        workers: Sequence[Decoder],
        *,
        together: int,
        expected: float,
        deadline: float,
        position: float = 0.0,
    ) -> None:
        self.queue = DecodeQueue(together)
        self.expected = expected  # s that a final takes
        self._position = position  # s that the encoder takes for a position of a window
        self.partial = 0.0  # s that the last batch of partials took
        self._deadline = deadline
        self._calls: dict[int, Client] = {}
        self._last = 0
        self._wanted = asyncio.Event()
        self._partials_from = 0.0
        self._workers = workers
        self._idle = len(workers)
        self._guessing = False  # a worker decodes partials
        self._serving = [
            asyncio.create_task(self._serve(worker), name="whisper scheduler") for worker in workers
        ]

    def __len__(self) -> int:
        """How many calls are open."""
        return len(self._calls)

    @property
    def alive(self) -> bool:
        """Whether a worker is there."""
        return any(worker.alive for worker in self._workers)

    def expected_in(self, window: int, instead_of: int) -> float:
        """Seconds that a final takes in another window: only the encoder minds its length."""
        return self.expected + (window - instead_of) * self._position

    def open(self, call: Client) -> int:
        """A new call; its number."""
        self._last += 1
        self._calls[self._last] = call
        return self._last

    def leave(self, call: int) -> None:
        """The call has ended. Safe to call twice."""
        self.queue.drop(call)
        self._calls.pop(call, None)

    def put(self, request: DecodeRequest) -> None:
        """Wait to be decoded."""
        self.queue.put(request)
        self._wanted.set()

    async def close(self) -> None:
        """Serve nobody any more."""
        for serving in self._serving:
            serving.cancel()
        for serving in self._serving:
            with contextlib.suppress(asyncio.CancelledError):
                await serving

    async def _serve(self, worker: Decoder) -> None:
        now = asyncio.get_running_loop().time
        while True:
            at = now()
            # However slow it was lately, half of the deadline is tried: else it never recovers.
            expected = min(self.expected, self._deadline / 2)
            for request in self.queue.late(at + expected):
                self._calls[request.call].too_late()
            partials = at >= self._partials_from and not self._guessing
            if batch := self.queue.take(partials=partials, shared_by=self._idle):
                self._idle -= 1
                self._guessing |= batch[0].priority is Priority.PARTIAL
                try:
                    await self._decode(worker, batch)
                finally:
                    self._idle += 1
                    self._guessing &= batch[0].priority is not Priority.PARTIAL
                    self._wanted.set()  # another may wait for what we held back
                continue
            self._wanted.clear()
            pause = self._partials_from - at
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause if pause > 0 else None):
                    await self._wanted.wait()

    async def _decode(self, worker: Decoder, batch: Sequence[DecodeRequest]) -> None:
        """Have one batch decoded, and tell its calls."""
        now = asyncio.get_running_loop().time
        since = now()
        calls = [self._calls[request.call] for request in batch]
        inputs = [call.decode_input(request) for call, request in zip(calls, batch, strict=True)]
        told = list(zip(batch, calls, inputs, strict=True))
        jobs: list[dict[str, Any]] = [
            {
                "samples": len(decode_input.pcm) // 2,
                "token": decode_input.listening.token,
                "tokens": decode_input.tokens,
                "whole": decode_input.whole,
                "languages": decode_input.languages,
                "guess": decode_input.guess,
                "guessed_token": decode_input.guessed_token,
                "beams": FINAL_BEAMS if decode_input.whole else 1,
                "numbers": [*decode_input.listening.expected.number_words]
                if decode_input.whole
                else [],
            }
            for decode_input in inputs
        ]
        window = max(decode_input.window for decode_input in inputs)
        header: Header = {"do": "decode", "model": batch[0].model, "window": window, "jobs": jobs}
        try:
            message = await worker.ask(
                header, b"".join(decode_input.pcm for decode_input in inputs), PATIENCE
            )
        except EngineError as error:
            for request, call, decode_input in told:
                if self._calls.get(request.call) is call:
                    call.failed(decode_input, error)
            await asyncio.sleep(0)  # a worker that fails at once must not hold the loop
            return
        took = now() - since
        if batch[0].priority is Priority.PARTIAL:
            self.partial = took
            self._partials_from = now() + PAUSE * took
        else:
            self.expected += SMOOTHING * (took - self.expected)
            position = message.header["encoding"] / (window * len(batch))
            self._position += SMOOTHING * (position - self._position)
        for (request, call, decode_input), result in zip(
            told, message.header["results"], strict=True
        ):
            if self._calls.get(request.call) is call:
                call.decoded(decode_input, _decoded(result))


def _decoded(result: dict[str, Any]) -> Decoded:
    return Decoded(
        text=result["text"],
        logprob=result["logprob"],
        no_speech=result["no_speech"],
        words=tuple((text, start, end, sure) for text, start, end, sure in result["words"]),
        languages=tuple((token, chance) for token, chance in result["languages"]),
        alternatives=tuple((text, logprob) for text, logprob in result["alternatives"]),
        numbers=tuple((text, logprob) for text, logprob in result["numbers"]),
    )
