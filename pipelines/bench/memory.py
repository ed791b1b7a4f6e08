"""Resident memory of the server and its workers: idle, per call, and after fifty calls."""

import asyncio
import time
from collections.abc import Iterator

from pipelines.bench.row import Row
from pipelines.bench.server import Server, running
from pipelines.packs.reader import load
from pipelines.settings import Settings
from pipelines.synthetic_caller.caller import Step, SyntheticCaller
from pipelines.synthetic_caller.voice import CallerVoice

_TOGETHER = 8
_FINISHED = 50
_MB = 1e6


def run(settings: Settings) -> Iterator[Row]:
    """The rows."""
    said = asyncio.run(_sentence(settings))
    with running(max_calls="20") as server:
        time.sleep(5)  # the voices are warmed in the background
        idle = server.resident() / _MB
        yield Row("idle server and workers", [idle], "MB", wanted="350 MB")
        asyncio.run(_calls(server, said, 1, 9.0))
        _quiet(server)
        before = server.resident() / _MB
        busy = asyncio.run(_calls(server, said, _TOGETHER, 12.0)) / _MB
        each = (busy - before) / _TOGETHER
        note = f"{_TOGETHER} at once"
        yield Row("each further call", [each], "MB", wanted="20 MB", note=note)
        _quiet(server)
        for _ in range(_FINISHED // 5):
            asyncio.run(_calls(server, said, 5, 7.0))
        _quiet(server)
        after = server.resident() / _MB
        note = f"{100 * (after / idle - 1):+.0f} % of idle"
        yield Row(f"after {_FINISHED} finished calls", [after], "MB", idle, "idle", "+10 %", note)


async def _sentence(settings: Settings) -> Step:
    async with CallerVoice(
        settings, load(settings.prompts, settings.languages).packs["en"]
    ) as voice:
        return Step(pcm=await voice.say("what is my balance"))


async def _calls(server: Server, said: Step, number: int, seconds: float) -> int:
    """Calls that say something, listen, and hang up after `seconds`; bytes resident before that."""
    callers = [SyntheticCaller([said, said], lambda _: None) for _ in range(number)]
    going = [asyncio.create_task(caller.call(server.url)) for caller in callers]
    await asyncio.sleep(seconds)
    resident = server.resident()
    for task in going:
        task.cancel()
    await asyncio.gather(*going, return_exceptions=True)
    return resident


def _quiet(server: Server) -> None:
    while server.busy():
        time.sleep(0.2)
    time.sleep(1)
