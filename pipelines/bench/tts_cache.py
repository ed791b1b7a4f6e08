"""How soon the voice has its first sound: from the cache, and synthesised (the baseline)."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

from pipelines.audio import AGENT_RATE
from pipelines.bench.row import Row
from pipelines.engines.tts.cache import AudioCache
from pipelines.engines.tts.engine import Voice
from pipelines.engines.tts.espeak import EspeakSynthesiser
from pipelines.packs.reader import load
from pipelines.settings import Settings

_TIMES = 100
_TEXT = "You have twelve euros fifty left, and your data is valid until the end of December."


def run(settings: Settings) -> Iterator[Row]:
    """The rows."""
    voice = load(settings.prompts, settings.languages).packs["en"].voices["espeak"]
    cached, fresh = asyncio.run(_measure(voice))
    base = statistics.median(fresh)
    yield Row("first sound of fixed wording, cached", cached, "ms", base, "synthesised")
    yield Row("first sound of personal wording, synthesised", fresh, "ms")


async def _measure(voice: Voice) -> tuple[list[float], list[float]]:
    synthesiser = EspeakSynthesiser()
    await synthesiser.start()
    with tempfile.TemporaryDirectory() as folder:
        cache = AudioCache(Path(folder), synthesiser, AGENT_RATE)
        await cache.warm([(_TEXT, voice)])
        cached = [await _first(cache, voice, fixed=True) for _ in range(_TIMES)]
        fresh = [await _first(cache, voice, fixed=False) for _ in range(_TIMES)]
        await cache.close()
    await synthesiser.close()
    return cached, fresh


async def _first(cache: AudioCache, voice: Voice, fixed: bool) -> float:
    began = time.perf_counter()
    async with aclosing(cache.audio(_TEXT, voice, fixed=fixed)) as pieces:
        await anext(pieces)
        return (time.perf_counter() - began) * 1000
