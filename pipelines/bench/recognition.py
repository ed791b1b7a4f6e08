"""How well the recogniser hears people: recordings that nobody here made, from `WAXTAAN_DATA`.

First the English and French sets with long lists, then language by language, beside Whisper.
"""

import asyncio
from collections.abc import Iterator

from pipelines.bench.asr_accuracy import Row as Measured
from pipelines.bench.asr_accuracy import measure
from pipelines.bench.recognition_languages import measured
from pipelines.bench.row import Row
from pipelines.engines.asr.pocketsphinx import Pocketsphinx
from pipelines.engines.tts.espeak import EspeakSynthesiser
from pipelines.settings import Settings


def run(settings: Settings) -> Iterator[Row]:
    """The rows."""
    if not settings.data.is_dir():
        yield Row("recognition", [], "%", note=f"no recordings in {settings.data}: WAXTAAN_DATA")
        return
    for row in asyncio.run(_measure(settings)):
        if row.clips:
            what = f"{row.language} {row.band}: {row.name} heard right"
            share = 100 * row.correct / row.clips
            note = f"{row.correct} of {row.clips} clips, {row.wrong} wrong, list of {row.phrases}"
            yield Row(what, [share], "%", note=note)
        if row.foreign_clips:
            what = f"{row.language} {row.band}: {row.name} off the list rejected"
            share = 100 * row.foreign_rejected / row.foreign_clips
            yield Row(
                what, [share], "%", note=f"{row.foreign_rejected} of {row.foreign_clips} clips"
            )
    yield from asyncio.run(_by_language(settings))


async def _by_language(settings: Settings) -> list[Row]:
    return [count.row() async for count in measured(settings)]


async def _measure(settings: Settings) -> list[Measured]:
    voice = EspeakSynthesiser(settings.cache)
    await voice.start()
    recogniser = Pocketsphinx(phonemes=voice.phonemes)
    await recogniser.start()
    try:
        return await measure(recogniser, settings.data)
    finally:
        await recogniser.close()
        await voice.close()
