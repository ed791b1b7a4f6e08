"""Recorded calls through all of today's pipeline, faster than they were, in several processes.

Each process has its own engines and its own clock (`virtual_time.py`); it plays a call at a time.
"""

import multiprocessing
import multiprocessing.util
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Protocol

from pipelines.errors import ConfigurationError, EngineError
from pipelines.replay.audio_replayed import AudioReplayed
from pipelines.replay.virtual_time import EngineTime
from pipelines.settings import Settings
from pipelines.store.recorded import Recorded


def replay_audio(
    recorded: Sequence[Recorded],
    out: Path,
    settings: Settings,
    processes: int = 0,
    *,
    engine_time: EngineTime = "none",
    aligned: bool = True,
) -> Iterator[AudioReplayed]:
    """All of them, in their order, in as many processes as there are cores unless told otherwise.

    Each gets a folder `out/<its id>`, like any call. `engine_time` as in `virtual_time.py`,
    `aligned` as in `caller_channel.py`; all else is as the settings have it for calls.
    What cannot be replayed is told with its reason, as is what no process could be begun for.
    """
    out.mkdir(parents=True, exist_ok=True)
    processes = min(processes or os.cpu_count() or 1, len(recorded)) or 1
    context = multiprocessing.get_context("spawn")  # of a clock that nobody else reads
    begun = (settings, engine_time, aligned)
    with ProcessPoolExecutor(processes, context, _begin, begun) as pool:
        for one, replayed in [(each, pool.submit(_replay, each, out)) for each in recorded]:
            try:
                yield replayed.result()
            except BrokenProcessPool:
                yield AudioReplayed(one.id, left_out="a process that replays died; see above")


class _Process(Protocol):
    def replay(self, recorded: Recorded, out: Path) -> AudioReplayed: ...

    def close(self) -> None: ...


_process: _Process | str = "it was not begun"  # of the pool, or why there is none


def _begin(settings: Settings, engine_time: EngineTime, aligned: bool) -> None:
    global _process
    # Here, since the process that asks needs no pipeline, and would wait for it to be imported.
    from pipelines.replay.replay_process import ReplayProcess

    try:
        _process = ReplayProcess(settings, engine_time, aligned)
    except (EngineError, ConfigurationError) as error:
        _process = str(error)
    else:
        multiprocessing.util.Finalize(None, _process.close, exitpriority=10)


def _replay(recorded: Recorded, out: Path) -> AudioReplayed:
    if isinstance(_process, str):
        return AudioReplayed(recorded.id, left_out=f"the assistant cannot be started: {_process}")
    return _process.replay(recorded, out)
