"""How soon Kokoro is heard in a sentence with a value, and whether it then falls silent.

Every sentence of a language's pack that holds a value of a caller's, once, with the beginnings
kept as `waxtaan serve` keeps them. The baseline is the same engine rendering the same sentences
whole, in the same minute: what a caller would wait without parts. A sentence is played from its
first sound on; where the next is not there in time, that is silence amid it.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.audio import AGENT_RATE, seconds
from pipelines.bench.row import Row
from pipelines.engines.tts.cache import UNHURRIED, AudioCache
from pipelines.engines.tts.engine import EngineError, Voice
from pipelines.engines.tts.kokoro import Kokoro
from pipelines.engines.tts.normalisation import spoken
from pipelines.engines.tts.routing import EngineVoice, VoiceRouter
from pipelines.packs.fixed_wording import beginnings, with_values
from pipelines.packs.reader import load as load_packs
from pipelines.packs.voices import load as load_voices
from pipelines.settings import Settings


@dataclass
class _Found:
    """In seconds; of each sentence."""

    first: list[float] = field(default_factory=list)
    silent: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    factor: list[float] = field(default_factory=list)
    whole_factor: list[float] = field(default_factory=list)


def run(settings: Settings) -> Iterator[Row]:
    """The rows; where the weights are missing, that is said."""
    folder, known = settings.models / "kokoro", load_voices(settings.prompts)
    for code, pack in load_packs(settings.prompts).packs.items():
        name = known.default(code, "kokoro")
        if name is None or Kokoro(folder, {}).locate(name) is None:
            note = f"not measured: no Kokoro voice for it in {folder}"
            yield Row(f"kokoro, {code}", [], "s", note=note)
            continue
        texts = with_values(pack.language)
        try:
            found = asyncio.run(_measure(folder, Voice(name), code, texts, settings))
        except EngineError as error:
            yield Row(f"kokoro, {code}", [], "s", note=f"not measured: {error}")
            continue
        whole = statistics.median(found.whole)
        yield Row(
            f"kokoro {name}: first audio of a sentence with a value", found.first, "s", whole,
            "whole sentence", wanted="0.3, 0.6 s",
        )  # fmt: skip
        yield Row(f"kokoro {name}: silence amid it, worst", found.silent, "s")
        yield Row(
            f"kokoro {name}: for 1 s of speech", found.factor, "s",
            statistics.median(found.whole_factor), "whole sentence", wanted="< 1 s",
        )  # fmt: skip


async def _measure(
    folder: Path, voice: Voice, code: str, texts: list[str], settings: Settings
) -> _Found:
    found = _Found()
    engine = Kokoro(folder, {code: voice})
    await engine.start()
    try:
        with tempfile.TemporaryDirectory() as kept:
            cache = AudioCache(Path(kept), engine, AGENT_RATE)
            speakers = {code: (EngineVoice("kokoro", voice),)}
            router = VoiceRouter({"kokoro": cache}, speakers, {"kokoro": spoken})
            language = load_packs(settings.prompts).packs[code].language
            await router.warm(code, [], beginnings(language))
            for text in texts:
                await _parts(router, code, text, found)
                await _whole(engine, voice, spoken(text, code), found)
            await cache.close()
    finally:
        await engine.close()
    return found


async def _parts(router: VoiceRouter, code: str, text: str, found: _Found) -> None:
    began, first, length, silent = time.perf_counter(), 0.0, 0.0, 0.0
    async with aclosing(router.audio(text, code)) as chunks:
        async for pcm in chunks:
            now = time.perf_counter() - began
            first = first or now
            silent = max(silent, now - first - length)
            length += seconds(pcm, AGENT_RATE)
    found.first.append(first)
    found.silent.append(silent)
    found.factor.append((time.perf_counter() - began) / length)


async def _whole(engine: Kokoro, voice: Voice, text: str, found: _Found) -> None:
    began, length = time.perf_counter(), 0.0
    async with aclosing(engine.part(text, 0, len(text), voice, UNHURRIED)) as chunks:
        async for pcm in chunks:
            length += seconds(pcm, AGENT_RATE)
    found.whole.append(time.perf_counter() - began)
    found.whole_factor.append(found.whole[-1] / length)
