"""The benchmark of waiting for a turn's intents, on a clock that jumps."""

import asyncio
from itertools import pairwise
from pathlib import Path

from pipelines.bench.turn_intents import waits
from pipelines.packs.reader import load
from tests.fakes import VirtualTime
from tests.pipelines.intents.test_intents import Words, learnt


def test_words_are_asked_for_as_they_come(tmp_path: Path) -> None:
    embedder = Words()
    intents = asyncio.run(learnt(embedder, tmp_path))
    embedder.asked.clear()
    with asyncio.Runner(loop_factory=VirtualTime) as runner:
        timed = runner.run(waits(intents, load(), final=0.3, many=1, calls=1))
    assert len(timed.waits) == len(timed.decisions) == 2  # a wish and a reply
    grown = [(one, other) for one, other in pairwise(embedder.asked) if other.startswith(one)]
    assert len(grown) > 2
