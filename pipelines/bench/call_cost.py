"""What listening costs: processor time of a call-second while callers say nothing.

Callers send a room's faint noise and let the agent ask. The server has one core, the callers the
others, so that neither waits for the other; stock pipecat (`stock_pipecat.py`) runs right before
and after ours, and its calls do less: they echo. Without weights: what they cost is another row's.
"""

import asyncio
import os
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import websockets

from pipelines.bench.row import Row
from pipelines.bench.server import Server, running
from pipelines.engines.asr.engine import SAMPLE_RATE
from pipelines.settings import Settings
from pipelines.synthetic_caller.web_client import audio, ready

STOCK = "pipelines.bench.stock_pipecat"
_CALLS = (5, 10)
_ROUNDS = 3
_STEP = 0.02  # s
_WARM = 10.0  # s of a call before it is measured: the greeting is over
_SECONDS = 10.0
_SETTLED = 12.0  # s after a start: our voices are warmed in the background
_NOISE = 30.0  # of 32,768: -60 dBFS


def run(settings: Settings) -> Iterator[Row]:
    """The rows."""
    for calls in _CALLS:
        ours, stock = [], []
        for _ in range(_ROUNDS):
            stock.append(_measured(calls, STOCK))
            ours.append(_measured(calls, "pipelines"))
        yield Row(
            f"processor time of a call-second, {calls} calls",
            ours,
            "ms",
            statistics.median(stock),
            "stock pipecat with an echo",
            "1/3 of stock's",
        )


def _measured(calls: int, program: str) -> float:
    settings = {"models": "none", "intents": "none", "embeddings": "none", "max_calls": "200"}
    with running(program, **settings) as server:
        if program != STOCK:
            time.sleep(_SETTLED)
        with _apart(server):
            return asyncio.run(_cost(server, calls)) * 1000


async def _cost(server: Server, calls: int) -> float:
    """Seconds of processor time for each second of each call."""
    noise = np.random.default_rng(1).normal(0, _NOISE, (50, int(SAMPLE_RATE * _STEP)))
    steps = [audio(each.astype("<i2").tobytes()) for each in noise]
    callers = [asyncio.create_task(_caller(server.url, steps)) for _ in range(calls)]
    try:
        await asyncio.sleep(_WARM)
        before, began = server.processor_time(), time.monotonic()
        await asyncio.sleep(_SECONDS)
        return (server.processor_time() - before) / (time.monotonic() - began) / calls
    finally:
        for caller in callers:
            caller.cancel()
        await asyncio.gather(*callers, return_exceptions=True)


async def _caller(url: str, steps: list[bytes]) -> None:
    """Sends in real time and reads what comes, until cancelled."""
    async with websockets.connect(url, max_size=None, compression=None) as line:
        await line.send(ready("bench"))
        reading = asyncio.create_task(_read(line))
        try:
            began = time.monotonic()
            for number in range(1 << 30):
                await line.send(steps[number % len(steps)])
                await asyncio.sleep(max(0.0, began + (number + 1) * _STEP - time.monotonic()))
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


async def _read(line: websockets.ClientConnection) -> None:
    async for _ in line:
        pass


@contextmanager
def _apart(server: Server) -> Iterator[None]:
    """A server has a core to itself, where there are several."""
    cores = os.sched_getaffinity(0)
    first, *others = sorted(cores)
    if others:
        server.pin({first})
        os.sched_setaffinity(0, others)
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
