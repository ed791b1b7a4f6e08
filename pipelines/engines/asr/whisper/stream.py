"""One call's stream to Whisper: a turn is decoded as it grows, and when it seems to have ended.

* While the caller speaks, the turn so far is decoded at intervals; what two hypotheses agree on is
  stable (local_agreement.py).
* When speech may have ended (loudness.py) the turn is decoded as for a final result, up to the end
  of speech and a little more. If the voice detector agrees a moment later, that is the final result
  and is there at once; if the caller goes on, it was one more hypothesis.
* The turn's audio is kept here until its result is out, so a worker's death costs time, not words.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from pipelines.engines.asr.engine import ANYTHING, EngineError, Expected, Recognised
from pipelines.engines.asr.whisper.guards import Decoded
from pipelines.engines.asr.whisper.queue import DecodeRequest, Priority
from pipelines.engines.asr.whisper.scheduler import Scheduler
from pipelines.engines.asr.whisper.turn import DecodeInput, Listening, Turn, TurnSettings, nothing

SPOKEN = 0.06  # s of loud audio; less is a click
FIRST = 0.24  # s of loud audio before the first hypothesis: the shortest words
ROOM = 2.0  # times what a partial takes, between two of a call
TRIES = 3  # of a final, before the worker's deaths are the turn's fault


class Source(Protocol):
    """The engine, as a stream knows it."""

    def listening(self, language: str) -> Listening:
        """Raises EngineError where the language is not served."""
        ...

    def serves(self, language: str) -> str | None:
        """None where the language is not served."""
        ...


class FasterWhisperStream:
    """See engine.py."""

    def __init__(
        self,
        source: Source,
        scheduler: Scheduler,
        settings: TurnSettings,
        language: str,
        on_partial: Callable[[Recognised], None],
    ) -> None:
        self.dropped = 0  # bytes of overlong turns
        self._source, self._scheduler, self._settings = source, scheduler, settings
        self._on_partial = on_partial
        self._expected = source.listening(language)
        self._turns = 0
        self._turn: Turn | None = None
        self._flying: DecodeInput | None = None  # of this turn, with the worker
        self._failures = 0  # of this turn
        self._final: asyncio.Future[Recognised] | None = None  # of this turn
        self._due = 0.0  # of the final, on the event loop's clock
        self._served = 0.0  # when the last hypothesis was ready
        self._call = scheduler.open(self)

    @property
    def stable(self) -> tuple[str, ...]:
        """The words of the turn's partial results that will not change in later ones."""
        return self._turn.agreement.stable if self._turn else ()

    def expect(self, language: str, phrases: Sequence[str], expected: Expected = ANYTHING) -> None:
        """See engine.py; `phrases` are no hints (tokens.py says why), `expected` chooses."""
        others = [
            self._source.listening(code) for code in expected.languages if self._source.serves(code)
        ]
        self._expected = replace(
            self._source.listening(language),
            expected=expected,
            others={each.token: each for each in others if each.own and each.language != language},
        )

    def begin(self) -> None:
        """See engine.py."""
        self._end()
        self._turns += 1
        self._turn = Turn(self._turns, self._expected, self._settings)

    def hear(self, pcm: bytes) -> None:
        """See engine.py. Audio without `begin` is not heard."""
        if self._turn is not None and self._final is None:
            self.dropped += self._turn.hear(pcm)
            self._consider(self._turn)

    async def finish(self) -> Recognised:
        """See engine.py. Text "" and `rejected` "overloaded" where it cannot be ready in time."""
        turn = self._turn
        if turn is None:
            return nothing(self._expected, "")
        if turn.loudness.loud < SPOKEN:
            self._end()
            return nothing(turn.listening, "silence" if turn.audio else "")
        loop = asyncio.get_running_loop()
        self._due = loop.time() + self._settings.deadline
        if (ready := self._ready(turn)) is not None:
            self._end()
            return ready
        final: asyncio.Future[Recognised] = loop.create_future()
        self._final = final
        if self._flying is None or not turn.covered_by(self._flying):
            self._ask(turn, Priority.FINAL)
        try:
            async with asyncio.timeout_at(self._due):
                return await final
        except TimeoutError:
            return self._out_of_time(turn)
        finally:
            if self._turn is turn:
                self._end()

    async def close(self) -> None:
        """See engine.py."""
        if self._final is not None and not self._final.done():
            self._final.set_exception(EngineError("faster_whisper: the stream was closed"))
        self._end()
        self._scheduler.leave(self._call)

    def _end(self) -> None:
        """The turn, if there is one, is over."""
        self._scheduler.queue.drop(self._call)
        self._turn = self._flying = self._final = None
        self._failures = 0

    # -- what is asked for ---------------------------------------------------------------------

    def _consider(self, turn: Turn) -> None:
        """DecodeRequest for a hypothesis if it is time for one.

        What may be final does not wait for a partial that a worker has: another may be free.
        """
        if turn.loudness.loud < FIRST:
            return
        if self._flying is not None and (self._flying.whole or not turn.whole_wanted):
            return
        waiting = self._scheduler.queue.request(self._call)
        again = max(self._settings.interval, ROOM * self._scheduler.partial)
        if turn.whole_wanted or (turn.heard_again and not self._scheduler.queue):
            if waiting is None or waiting.priority is not Priority.LIKELY:
                self._ask(turn, Priority.LIKELY)
        elif waiting is None and turn.growing and (not turn.taken or turn.untaken >= again):
            self._ask(turn, Priority.PARTIAL)

    def _ask(self, turn: Turn, priority: Priority) -> None:
        now = asyncio.get_running_loop().time()
        due = {Priority.FINAL: self._due, Priority.LIKELY: now, Priority.PARTIAL: self._served}[
            priority
        ]
        model, window = turn.way.model, turn.window(priority)
        self._scheduler.put(
            DecodeRequest(self._call, priority, model, window, due, alone=self._failures > 0)
        )

    # -- what comes of it ----------------------------------------------------------------------

    def decode_input(self, request: DecodeRequest) -> DecodeInput:
        """See scheduler.Client."""
        assert self._turn is not None, "a call without a turn has no request in the queue"
        self._flying = self._turn.decode_input(request.priority)
        return self._flying

    def decoded(self, decode_input: DecodeInput, decoded: Decoded) -> None:
        """See scheduler.Client."""
        turn = self._turn
        if turn is None or turn.number != decode_input.turn:
            return
        if self._flying is decode_input:
            self._flying = None
        self._served = asyncio.get_running_loop().time()
        if not decode_input.whole and turn.whole and turn.whole.length >= len(decode_input.pcm):
            return  # a partial that was overtaken
        partial = turn.take(decode_input, decoded)
        if self._final is None:
            if partial is not None:
                self._on_partial(partial)
            self._consider(turn)
        elif (ready := self._ready(turn)) is None:
            if self._flying is None or not turn.covered_by(self._flying):
                self._ask(turn, Priority.FINAL)
        elif not self._final.done():
            self._final.set_result(ready)

    def _ready(self, turn: Turn) -> Recognised | None:
        """The final result, where there is one or no time to hear the turn again."""
        ready = turn.ready()
        if ready is None and turn.heard_again and turn.whole is not None:
            takes = self._scheduler.expected_in(turn.window(Priority.FINAL), turn.whole.window)
            if asyncio.get_running_loop().time() + takes > self._due:
                return turn.best()
        return ready

    def failed(self, decode_input: DecodeInput, error: EngineError) -> None:
        """See scheduler.Client."""
        turn = self._turn
        if turn is None or turn.number != decode_input.turn:
            return
        self._flying = None
        self._failures += 1
        if self._final is None:
            self._consider(turn)
        elif self._failures < TRIES:
            self._ask(turn, Priority.FINAL)
        elif not self._final.done():
            self._final.set_exception(error)

    def too_late(self) -> None:
        """See scheduler.Client."""
        if self._turn is None or self._final is None or self._final.done():
            return
        try:
            self._final.set_result(self._out_of_time(self._turn))
        except EngineError as error:
            self._final.set_exception(error)

    def _out_of_time(self, turn: Turn) -> Recognised:
        """What there is of the turn. Raises EngineError for nothing of it and no worker."""
        late = turn.late()
        if not late.text and not self._scheduler.alive:
            raise EngineError(
                "faster_whisper: the worker process died during the turn and is not back yet"
            )
        return late
