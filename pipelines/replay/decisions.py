"""Recorded events through today's dialogue: its decisions alone, bit for bit, on all cores.

Whatever is wrong with one log, the others are replayed; what could not be is told, never dropped.
"""

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from agent.dialogue import Dialogue
from agent.log import LogError, read
from agent.replay import Difference, Unmatched, differences, unmatched
from pipelines.packs.reader import DialogueConfig, load

_FEW = 200  # logs that are through before other processes have begun
_AT_ONCE = 16  # logs that a process is given


@dataclass(frozen=True, slots=True)
class Replayed:
    """One log. `left_out` is why it cannot be replayed, "" if it was.

    `unmatched` are the recorded answers, and today's requests, that do not find each other; they
    are looked for where something differs.
    """

    path: Path
    differences: list[Difference] = field(default_factory=list)
    unmatched: list[Unmatched] = field(default_factory=list)
    left_out: str = ""


def replay_log(path: Path, config: DialogueConfig) -> Replayed:
    """One log through a fresh dialogue."""
    try:
        with path.open(encoding="utf-8") as lines:
            entries = list(read(lines))
    except (LogError, OSError) as error:
        return Replayed(path, left_out=str(error))
    except (UnicodeDecodeError, RecursionError):
        return Replayed(path, left_out="no log of a call: a recording's is its log.jsonl")
    if not entries:
        return Replayed(path, left_out="nothing happens in it")
    try:
        found = differences(entries, fresh(config))
        lost = unmatched(entries, fresh(config)) if found else []
    except Exception as error:  # events in an order or a language that there is not
        return Replayed(path, left_out=f"no call of this dialogue: {type(error).__name__} {error}")
    return Replayed(path, found, lost)


def replay_logs(
    paths: Sequence[Path], config: DialogueConfig, prompts: Path, processes: int = 0
) -> Iterator[Replayed]:
    """All of them, in their order, in as many processes as there are cores unless told otherwise.

    `config` is what was read from `prompts`, where the other processes read it.
    """
    processes = processes or os.cpu_count() or 1
    if processes == 1 or len(paths) <= _FEW:
        for path in paths:
            yield replay_log(path, config)
        return
    # Forked processes would share what threads hold locked.
    context = multiprocessing.get_context("spawn")
    begun = (prompts, tuple(config.packs))
    with ProcessPoolExecutor(processes, context, _begin, begun) as pool:
        yield from pool.map(_replay, paths, chunksize=_AT_ONCE)


def fresh(config: DialogueConfig) -> Dialogue:
    """A dialogue in which nothing has happened."""
    return Dialogue(config.languages, config.flows, config.policy)


_config: DialogueConfig | None = None  # of a process of the pool


def _begin(prompts: Path, languages: tuple[str, ...]) -> None:
    global _config
    _config = load(prompts, languages)


def _replay(path: Path) -> Replayed:
    if _config is None:
        raise RuntimeError("a process of the pool that was not begun")
    return replay_log(path, _config)
