"""A loop whose clock jumps where nothing is to be done, and stands while it waits for others."""

import asyncio
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from pipelines.engines import outside
from pipelines.engines.worker import Worker
from pipelines.replay.virtual_time import EngineTime, VirtualTimeLoop


def run(work: Coroutine[Any, Any, Any], engine_time: EngineTime = "none") -> Any:
    """What comes of it, in virtual time."""
    with asyncio.Runner(loop_factory=lambda: VirtualTimeLoop(engine_time)) as runner:

        async def virtual() -> Any:
            loop = asyncio.get_running_loop()
            assert isinstance(loop, VirtualTimeLoop)
            with loop.virtual():
                return await work

        return runner.run(virtual())


@contextmanager
def settling() -> Iterator[None]:
    Worker.settles = True
    try:
        yield
    finally:
        Worker.settles = False


def now() -> float:
    return asyncio.get_running_loop().time()


def test_an_hour_passes_at_once_and_exactly() -> None:
    async def wait() -> tuple[float, float, float]:
        began, told, wall = now(), time.monotonic(), time.time()
        await asyncio.sleep(3600)
        return now() - began, time.monotonic() - told, time.time() - wall

    assert run(wait()) == (3600, 3600, 3600)


def test_timers_come_in_their_order_whatever_their_sums_round_to() -> None:
    async def wait() -> list[str]:
        came: list[str] = []

        async def steps(name: str, each: float, many: int) -> None:
            began = now()
            for number in range(1, many + 1):
                await asyncio.sleep(began + number * each - now())
                came.append(f"{name}{round(number * each, 3)}")

        await asyncio.gather(steps("a", 0.02, 50), steps("b", 0.1, 10))
        return came

    came = run(wait())
    times = [float(each[1:]) for each in came]
    assert times == sorted(times)
    assert run(wait()) == came


def test_time_stands_while_a_thread_works() -> None:
    go = threading.Event()

    async def wait() -> tuple[float, bool]:
        began = now()
        timer = asyncio.create_task(asyncio.sleep(0.001))
        working = asyncio.create_task(asyncio.to_thread(go.wait, 60))
        await asyncio.sleep(0)
        threading.Timer(0.05, go.set).start()
        await working
        return now() - began, timer.done()

    assert run(wait()) == (0, False)
    assert outside.waited_for() == 0


def test_measured_a_thread_takes_what_it_took() -> None:
    async def wait() -> float:
        began = now()
        await asyncio.to_thread(threading.Event().wait, 0.05)
        return now() - began

    assert run(wait(), "measured") >= 0.05


def test_time_stands_while_a_worker_answers_or_deals_with_what_it_was_sent() -> None:
    async def ask() -> tuple[float, list[str]]:
        heard: list[str] = []
        worker = await Worker.start("tests.pipelines.engines.test_worker")
        stream = worker.listen(lambda message: heard.append(message.header["said"]))
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualTimeLoop)
        with loop.virtual():
            began = now()
            worker.send({"do": "echo", "id": stream, "say": "told"})
            await asyncio.sleep(0.02)
            seen = list(heard)
            await worker.ask({"do": "sleep", "seconds": 0.05})
            took = now() - began
        await worker.close()
        return took, seen

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner, settling():
        took, seen = runner.run(ask())
    assert (round(took, 6), seen) == (0.02, ["told"])
    assert outside.waited_for() == 0


def test_clocks_are_everybodys_again_afterwards() -> None:
    before = time.monotonic, time.monotonic_ns, time.time
    run(asyncio.sleep(1))
    assert (time.monotonic, time.monotonic_ns, time.time) == before
