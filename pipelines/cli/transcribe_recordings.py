"""`waxtaan import --transcribe`: what was said in recordings from elsewhere."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import track

from pipelines.cli.errors import MISSING, fail
from pipelines.cli.found import recordings
from pipelines.engine_choice import choose
from pipelines.engine_choice.asr import AsrChoice, open_recogniser
from pipelines.engines.tts.espeak import EspeakSynthesiser
from pipelines.errors import EngineError
from pipelines.packs.reader import load
from pipelines.replay.transcribe import transcribe, why_not
from pipelines.settings import Settings
from pipelines.store.recorded import Recorded, language_of
from pipelines.weights.hub import Weights

_PATIENCE = 120.0  # s for an utterance to be recognised; nobody is on the line


def transcribe_recordings(folder: Path) -> int:
    """All in a folder that have no words yet; returns how many could not be."""
    found = recordings([folder])
    settings = Settings().model_copy(update={"whisper_deadline": _PATIENCE})
    config = load(settings.prompts, settings.languages)

    def here(weights: Weights) -> Path:
        if (folder := weights.present(settings.models)) is None:
            raise EngineError("it is not there, and nothing is fetched for this")
        return folder

    chosen = choose(settings, config, here).asr
    if chosen.engine != "faster_whisper":
        brings = "'waxtaan models get whisper-base' brings it"
        fail(f"transcripts want Whisper: {chosen.why}. {brings}", MISSING)
    wanted = [each for each in found if not why_not(each)]
    left = asyncio.run(_all(wanted, settings, chosen))
    told = f"{len(wanted) - left} recordings transcribed, {len(found) - len(wanted)} as they were"
    print(told, file=sys.stderr)
    return left


async def _all(wanted: Sequence[Recorded], settings: Settings, chosen: AsrChoice) -> int:
    """How many could not be transcribed."""
    recogniser = open_recogniser(chosen, settings, EspeakSynthesiser(settings.cache).phonemes)
    left = 0
    shown = Console(stderr=True, markup=False)
    try:
        await recogniser.start()
        for each in track(wanted, "Transcribing", console=shown, transient=True):
            try:
                await transcribe(each, recogniser, language_of(each, settings.language))
            except (EngineError, OSError) as error:
                left += 1
                print(f"waxtaan: {each.id}: left out: {error}", file=sys.stderr)
    finally:
        await recogniser.close()
    return left
