"""Sends 20 ms of sound every 20 ms: what a telephone line is, whatever else is going on.

Networks that play what they get at once need it in real time; those that queue play it in real time
anyway, and what is already queued there cannot be heard differently any more. While there is
nothing to say, silence goes out where the network wants that.

A PBX that was starved of processor time falls behind for good: it plays one packet a tick, and its
queue is as long as the time it lost. Marks measure that: the time from sending one to its return
is the queue. A long queue that holds nothing but silence is thrown away, before anything is said;
what was said stays in it, and no silence is sent behind that until it is played.
"""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from pipelines.lines.telephony.leg import STEP, Leg

_MARK_EVERY = 0.5  # s of sound between marks
_LONG = 0.12  # s of queue that are worth a gap in the silence: six packets
_LATE = 0.2  # s behind time: beyond it the lost time is not caught up, it would be a burst


class Pacer:
    """One leg's. `lag` is how long, in seconds, what is sent now waits before it is played."""

    def __init__(self, leg: Leg, clock: Callable[[], float] = time.monotonic) -> None:
        self.lag = 0.0
        self._leg = leg
        self._clock = clock
        self._silence = bytes(round(leg.codec.rate * STEP) * 2)
        self._next: bytes | None = None
        self._taken = asyncio.Event()
        self._back = asyncio.Event()  # a mark came back
        self._flushes = 0
        self._closed = False
        self._open = asyncio.Event()  # the network takes audio
        self._open.set()
        self._numbers = itertools.count(1)
        self._marks: dict[str, float] = {}
        self._since_mark = _MARK_EVERY
        self._draining = ""  # the mark after which the queue is empty
        self._sounded = clock()  # when sound last went out that is not our silence
        self._played = clock()  # what went out before it is not in the queue any more

    async def play(self, pcm: bytes) -> None:
        """Sound of `STEP`; returns once it is next to go out, or not wanted any more."""
        flushes = self._flushes
        while self._next is not None and not self._closed:
            self._taken.clear()
            await self._taken.wait()
        if flushes == self._flushes and not self._closed:
            self._next = pcm

    def close(self) -> None:
        """The leg is gone: nobody waits for it any more."""
        self._closed = True
        self._taken.set()

    async def flush(self) -> None:
        """Forget what is not played yet, here and in the network."""
        self._next = None
        self._flushes += 1
        self._taken.set()
        self._marks.clear()
        self._draining, self._played = "", self._clock()
        message = self._leg.codec.clear()
        if message is not None:
            await self._leg.send(message)

    def flow(self, going: bool) -> None:
        """The network wants audio, or has too much of it."""
        if going:
            self._open.set()
        else:
            self._open.clear()

    def marked(self, name: str) -> None:
        """A mark has come back."""
        sent = self._marks.pop(name, None)
        self._back.set()
        if sent is not None:
            self._played = sent
            self.lag = max(0.0, self._clock() - sent)
        if name == self._draining:
            self._draining, self.lag = "", 0.0

    async def run(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Until cancelled."""
        due = self._clock()
        while True:
            await self._open.wait()
            await self._step()
            due += STEP
            now = self._clock()
            if now - due > _LATE:
                due = now
            await sleep(max(0.0, due - now))

    async def _step(self) -> None:
        if self._leg.codec.fills and self._behind() > _LONG and self._sounded <= self._played:
            await self._forget_silence()
        pcm, self._next = self._next, None
        if pcm is not None:
            self._taken.set()
            self._sounded = self._clock()
        elif not self._leg.codec.fills or self._draining:
            return
        elif self.lag > _LONG:
            self._draining = await self._mark()
            return
        await self._leg.send(self._leg.codec.audio(self._silence if pcm is None else pcm))
        self._since_mark += STEP
        if self._since_mark >= _MARK_EVERY:
            await self._mark()

    def _behind(self) -> float:
        """How long the queue is at least: a mark that is not back yet tells as well."""
        waiting = self._clock() - min(self._marks.values(), default=self._clock())
        return max(self.lag, waiting)

    async def _forget_silence(self) -> None:
        message = self._leg.codec.clear()
        if message is None:
            return
        self._marks.clear()
        self._draining, self.lag, self._played = "", 0.0, self._clock()
        self._since_mark = _MARK_EVERY  # it may stand still yet: the next mark tells at once
        await self._leg.send(message)

    async def _mark(self) -> str:
        self._since_mark = 0.0
        name = f"w{next(self._numbers)}"
        message = self._leg.codec.mark(name)
        if message is None:
            return ""
        self._marks[name] = self._clock()
        await self._leg.send(message)
        return name

    async def played(self, patience: float) -> None:
        """Wait until all that was sent has been played, `patience` seconds at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self.play(self._silence)  # behind the last sound
                await self.play(self._silence)
                last = await self._mark()
                while last in self._marks:
                    self._back.clear()
                    await self._back.wait()
