"""How fast the dialogue decides: recorded calls, beside reading their logs, and single turns."""

import itertools
import time
from collections.abc import Iterator
from pathlib import Path

from agent.dialogue import Dialogue
from agent.log import read
from agent.replay import differences
from pipelines.bench import turn_intents
from pipelines.bench.row import Row
from pipelines.packs.reader import load
from pipelines.settings import Settings

_CALLS = 1000
_LOGS = Path(__file__).parents[2] / "tests" / "calls"


def run(settings: Settings) -> Iterator[Row]:
    """The rows."""
    logs = sorted([*_LOGS.glob("*.jsonl"), *settings.calls.glob("*/log.jsonl")])
    if not logs:
        yield Row("replay of 1,000 calls", [], "s", note="no recorded call found")
        return
    texts = [log.read_text(encoding="utf-8").splitlines(keepends=True) for log in logs]
    chosen = list(itertools.islice(itertools.cycle(texts), _CALLS))
    config = load(settings.prompts, settings.languages)
    began = time.perf_counter()
    for text in chosen:
        list(read(text))
    reading = time.perf_counter() - began
    began = time.perf_counter()
    for text in chosen:
        dialogue = Dialogue(config.languages, config.flows, config.policy)
        differences(read(text), dialogue)
    took = time.perf_counter() - began
    note = f"{len(logs)} different logs"
    yield Row("replay of 1,000 calls", [took], "s", reading, "reading only", "10 s", note)
    yield from turn_intents.decisions(logs, config)
