"""`waxtaan bench`: figures of this machine, each next to a baseline run in the same minute."""

import json as json_module
import platform
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from pipelines.bench.labelled import LabelledSet
from pipelines.bench.row import Row
from pipelines.cli.errors import WRONG_USAGE, fail
from pipelines.settings import Settings


def _benchmarks() -> dict[str, Callable[[Settings], Iterator[Row]]]:
    from pipelines.bench import (
        asr,
        asr_people,
        call_cost,
        call_sound,
        calls,
        embeddings,
        endpointing,
        intents,
        knowledge,
        language_id,
        llm,
        memory,
        no_match,
        recognition,
        replay,
        report,
        tts,
        tts_cache,
        understanding,
    )
    from pipelines.bench.tau2 import bench as tau2

    return {
        "calls": calls.run,
        "call-cost": call_cost.run,
        "tts-cache": tts_cache.run,
        "tts": tts.run,
        "endpointing": endpointing.run,
        "replay": replay.run,
        "call-sound": call_sound.run,
        "report": report.run,
        "memory": memory.run,
        "recognition": recognition.run,
        "intents": intents.run,
        "no-match": no_match.run,
        "understanding": understanding.run,
        "asr": asr.run,
        "asr-people": asr_people.run,
        "llm": llm.run,
        "knowledge": knowledge.run,
        "embeddings": embeddings.run,
        "language-id": language_id.run,
        "tau2": tau2.run,
    }


def bench(
    name: str | None, json: bool, own: LabelledSet | None = None, data: Path | None = None
) -> None:
    """Run one benchmark, or all; `own` is a set of sentences for the one of understanding.

    `data` is the folder to measure with, in place of the setting.
    """
    benchmarks = _benchmarks()
    if own is not None:
        from pipelines.bench import understanding

        if name != "understanding":
            fail("--train, --test and --out-of-scope are for 'understanding'", WRONG_USAGE)
        benchmarks[name] = partial(understanding.run, own=own)
    if name is not None and name not in benchmarks:
        fail(f"no benchmark '{name}'; there are {', '.join(benchmarks)}", WRONG_USAGE)
    settings = Settings(data=data) if data else Settings()
    console = Console(stderr=True, highlight=False, markup=False)
    rows: list[Row] = []
    for each in [name] if name else benchmarks:
        with console.status(f"Measuring: {each} (minutes)"):
            for row in benchmarks[each](settings):
                rows.append(row)
                if json:
                    print(json_module.dumps({"machine": machine(), **row.as_dict()}), flush=True)
    if not json:
        print_table(rows)


def machine() -> str:
    """The machine in a line."""
    cpu = platform.processor()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [x for x in info.read_text().splitlines() if x.startswith("model name")]
        cpu = f"{len(names)} x {names[0].partition(': ')[2]}" if names else cpu
    memory = Path("/proc/meminfo")
    total = int(memory.read_text().split()[1]) // 2**20 if memory.exists() else 0
    return f"{cpu}, {total} GiB, {platform.system()}, Python {sys.version.split()[0]}"


def print_table(rows: list[Row]) -> None:
    """Figures as a table under the machine's name."""
    columns = ("what", "n", "median", "p95", "p99", "worst", "baseline", "ratio", "wanted")
    table = Table(*columns, title=machine())
    for row in rows:
        table.add_row(*row.cells())
    Console(width=150, markup=False).print(table)
