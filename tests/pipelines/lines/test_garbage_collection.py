"""A finished call leaves nothing behind: no objects, tasks, files or streams."""

import asyncio
import gc
import os
from collections import Counter

from pipelines.lines.garbage_collection import after_call
from tests.pipelines.conftest import Open
from tests.pipelines.server import Guest, Server

CALLS = 20
KINDS = ("PipelineWorker", "Call", "DialogueProcessor", "Dialogue", "Recording", "SharedSilero")


def alive() -> Counter[str]:
    """How many of each kind of object that belongs to a call there are."""
    after_call(0)
    kinds = (type(thing) for thing in gc.get_objects())
    found = Counter(k.__name__ for k in kinds if not str(k.__module__).startswith("tests."))
    return Counter({kind: found[kind] for kind in KINDS if found[kind]})


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


async def greeted(server: Server) -> None:
    async with Guest.calling(server) as guest:
        await guest.sounds(1)
        assert alive()["PipelineWorker"] >= 1  # or the count would prove nothing
    await server.idle()


async def test_finished_calls_leave_nothing(open_assistant: Open) -> None:
    server = await open_assistant()
    await greeted(server)  # the first call of a process loads this and that
    tasks, files = len(asyncio.all_tasks()), open_files()
    for _ in range(CALLS):
        await greeted(server)
    assert server.counters["calls"] == CALLS + 1
    assert alive() == Counter()
    assert server.scripted.open_streams == 0
    assert len(asyncio.all_tasks()) <= tasks
    assert open_files() <= files
    assert server.complaints == []


async def test_calls_at_the_same_time_leave_nothing_either(open_assistant: Open) -> None:
    server = await open_assistant(max_calls=5)
    await greeted(server)
    tasks, files = len(asyncio.all_tasks()), open_files()
    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(greeted(server))
    assert alive() == Counter()
    assert (server.scripted.open_streams, server.assistant.calls) == (0, 0)
    assert len(asyncio.all_tasks()) <= tasks
    assert open_files() <= files
