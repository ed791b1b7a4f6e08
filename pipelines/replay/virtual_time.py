"""An event loop whose clock jumps to the next moment at which something is to happen.

Rules:
* Until it is `virtual`, time passes as for everybody. Then, nothing being ready, it jumps to
  the next timer.
* While something outside is waited for (a thread, a worker process, a server: `outside.py`), time
  stands still and the loop really waits: what is waited for takes no time. With engine_time
  "measured" it takes what it really took.
* While there is something to do, what comes from outside waits: it is let in when all else is done,
  so that it comes in the same order each time.
* What is waited for longer than `PATIENCE` real seconds counts as hung: then time goes on, and the
  timeouts of those who wait strike.
* `time.monotonic`, `monotonic_ns` and `time` tell the loop's time meanwhile, since pipecat paces,
  measures and gives up by them, past any loop. So such a loop wants a process of its own.

Timers are met on a grid of a microsecond: two that are due at the same moment are, however their
sums were rounded, and a call is the same whenever it begins.

Libraries that were looked at: looptime lets time run on in steps during real I/O and does not know
what is waited for; aiofastforward is told by hand how far to go; freezegun and time-machine stop
clocks and know no loop.
"""

import asyncio
import math
import selectors
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from pipelines.engines import outside

EngineTime: TypeAlias = Literal["none", "measured"]

PATIENCE = 60.0  # real s: longer than any worker takes for an answer on a busy machine
_GRID = 2.0**20  # moments a second
_SELDOM = 10_000  # rounds of the loop without a pause, then it looks outside all the same
_ROUND = 1024.0  # s: calls begin at multiples of it, so that sums of their times round alike

_monotonic = time.monotonic


@dataclass
class Clock:
    """The loop's time, s. `jumping` while it is virtual."""

    engine_time: EngineTime = "none"
    now: float = _ROUND
    jumping: bool = False
    _real: float = field(default_factory=_monotonic)

    def pass_real(self) -> None:
        """As much time has passed as really has since this or `forget_real` was called last."""
        real = _monotonic()
        self.now += real - self._real
        self._real = real

    def forget_real(self) -> None:
        """What has really passed until now counts for nothing."""
        self._real = _monotonic()

    def jump(self, seconds: float) -> None:
        """So much time has passed."""
        self.now = round((self.now + seconds) * _GRID) / _GRID


class _JumpingSelector(selectors.DefaultSelector):
    """Jumps where a selector would wait."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._unlooked = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        clock = self._clock
        if not clock.jumping:
            return super().select(timeout)
        waits = bool(outside.waited_for())
        measured = clock.engine_time == "measured"
        if measured and not waits:
            clock.forget_real()
        if timeout == 0:
            self._unlooked += 1
            if self._unlooked % _SELDOM:
                return []
        ready = super().select(0)
        if not ready and timeout != 0:
            if not waits and timeout is not None:
                clock.jump(timeout)
                return []
            ready = super().select(timeout if measured else PATIENCE)
            if not (ready or measured or timeout is None):
                clock.jump(timeout)
        if measured and waits:
            clock.pass_real()
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """See above."""

    def __init__(self, engine_time: EngineTime = "none") -> None:
        self.clock = Clock(engine_time)
        super().__init__(_JumpingSelector(self.clock))
        self._clock_resolution = 1 / _GRID  # a timer this near is due

    def time(self) -> float:
        """See asyncio."""
        if not self.clock.jumping:
            self.clock.pass_real()
        return self.clock.now

    def run_in_executor(  # type: ignore[override]  # its variadic types add nothing here
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """See asyncio; what threads do is waited for."""
        future = super().run_in_executor(executor, func, *args)
        outside.begin()
        future.add_done_callback(lambda _: outside.end())
        return future

    @contextmanager
    def virtual(self) -> Iterator[None]:
        """Time jumps, from a round number on, and everybody in this process is told the loop's."""
        clock, wall = self.clock, time.time()
        clock.now = (math.floor(self.time() / _ROUND) + 1) * _ROUND
        began = clock.now
        clock.jumping = True
        theirs = time.monotonic, time.monotonic_ns, time.time
        time.monotonic = self.time
        time.monotonic_ns = lambda: round(clock.now * 1e9)
        time.time = lambda: wall + clock.now - began
        try:
            yield
        finally:
            time.monotonic, time.monotonic_ns, time.time = theirs
            clock.jumping = False
            clock.forget_real()
