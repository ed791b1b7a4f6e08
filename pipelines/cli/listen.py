"""`waxtaan check --listen`: what the voices say to everyone, as Whisper hears it.

A round trip: each fixed sentence is rendered in the voice that would speak it, and recognised. A
word that does not come back is the voice's fault, or the recogniser's; a sentence far worse than
the others of its voice is worth being listened to by a person.
"""

import asyncio
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
from rich.console import Console
from rich.progress import track
from rich.table import Table

from pipelines.audio import AGENT_RATE
from pipelines.cli.errors import MISSING, fail
from pipelines.engine_choice import Choices, choose
from pipelines.engine_choice.asr import open_recogniser
from pipelines.engine_choice.tts import open_voices
from pipelines.engines.asr.engine import SAMPLE_RATE, Recogniser
from pipelines.engines.asr.word_errors import word_errors
from pipelines.engines.tts.cache import AudioCache
from pipelines.engines.tts.engine import Synthesiser
from pipelines.engines.tts.espeak import EspeakSynthesiser, readable
from pipelines.engines.tts.normalisation import spoken
from pipelines.engines.tts.routing import VoiceRouter
from pipelines.errors import EngineError
from pipelines.packs.fixed_wording import sentences
from pipelines.packs.reader import DialogueConfig, load
from pipelines.settings import Settings
from pipelines.weights.hub import Weights

WORST = 5  # sentences named for each voice
_PATIENCE = 60.0  # s for a sentence to be recognised; nobody is on the line
_OUT = Console(highlight=False, markup=False)


@dataclass(frozen=True, slots=True)
class Trip:
    """A sentence there and back. `wrong` words of `words`: changed, lost, or added."""

    said: str
    heard: str
    wrong: int
    words: int


def listen(language: str = "", most: int = 0) -> None:
    """Every language that Whisper and a voice serve; ends with `MISSING` without Whisper.

    Args:
        language: this one alone; "": those that calls are answered in.
        most: sentences of each, taken at equal distances; 0: all.
    """
    settings = Settings()
    settings = settings.model_copy(update={"whisper_deadline": _PATIENCE})
    config = load(settings.prompts, (language,) if language else settings.languages)

    def here(weights: Weights) -> Path:
        if (folder := weights.present(settings.models)) is None:
            raise EngineError("it is not there, and nothing is fetched for a check")
        return folder

    choices = choose(settings, config, here)
    if choices.asr.engine != "faster_whisper":
        fail(
            f"the round trip wants Whisper: {choices.asr.why}. 'waxtaan models get whisper-base' "
            "brings it",
            MISSING,
        )
    asyncio.run(_listen(settings, config, choices, most))


async def _listen(settings: Settings, config: DialogueConfig, choices: Choices, most: int) -> None:
    embedded = EspeakSynthesiser(settings.cache)
    recogniser = open_recogniser(choices.asr, settings, embedded.phonemes)
    neural = open_voices(settings, choices.voices)
    engines: list[Synthesiser] = [embedded, *neural]
    try:
        await asyncio.gather(recogniser.start(), *(engine.start() for engine in engines))
        directory = settings.cache / "audio"
        caches = {engine.name: AudioCache(directory, engine, AGENT_RATE) for engine in engines}
        router = VoiceRouter(
            caches,
            {code: choice.speakers for code, choice in choices.voices.items()},
            {"espeak": readable, **{engine.name: spoken for engine in neural}},
        )
        table = Table("language", "voice", "sentences", "words", "word error", "heard as said")
        for code, pack in config.packs.items():
            speaker = router.speaker(code)
            if speaker is None or not recogniser.dictates(code):
                continue
            said = spread(sentences(pack.language), most)
            trips = [
                await there_and_back(router, recogniser, code, sentence)
                for sentence in track(said, f"{code}: listening", console=_OUT, transient=True)
            ]
            table.add_row(code, f"{speaker.engine} {speaker.voice.name}", *figures(trips))
            for line in named(trips):
                _OUT.print(f"{code}: {line}")
        await router.close()
    finally:
        for engine in engines:
            await engine.close()
        await recogniser.close()
    _OUT.print(table)


def spread(said: Sequence[str], most: int) -> Sequence[str]:
    """So many of them at equal distances; all of them if `most` is 0 or they are fewer."""
    if not 0 < most < len(said):
        return said
    return [said[number * len(said) // most] for number in range(most)]


async def there_and_back(
    router: VoiceRouter, recogniser: Recogniser, language: str, sentence: str
) -> Trip:
    """A sentence rendered, without hurry, and recognised."""
    await router.warm(language, [sentence])
    pcm = b"".join([piece async for piece in router.audio(sentence, language, fixed=True)])
    wave = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
    narrow = soxr.resample(np.pad(wave, AGENT_RATE // 4), AGENT_RATE, SAMPLE_RATE)
    stream = await recogniser.open(language, "wide", lambda _: None)
    try:
        stream.expect(language, ())
        stream.begin()
        stream.hear(np.clip(narrow, -32768, 32767).astype("<i2").tobytes())
        heard = (await stream.finish()).text
    finally:
        await stream.close()
    wanted, got = words(sentence, language), words(heard, language)
    return Trip(sentence, heard, word_errors(wanted, got), len(wanted))


def words(text: str, language: str) -> list[str]:
    """What is compared: words without case and marks, figures spelt out."""
    folded = unicodedata.normalize("NFC", spoken(text, language).lower().replace("’", "'"))
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", folded)


def figures(trips: Sequence[Trip]) -> tuple[str, str, str, str]:
    """Sentences, words, word error, sentences without any."""
    total = sum(trip.words for trip in trips)
    share = sum(trip.wrong for trip in trips) / total if total else 0.0
    whole = sum(not trip.wrong for trip in trips)
    return str(len(trips)), str(total), f"{share:.1%}", str(whole)


def named(trips: Sequence[Trip]) -> list[str]:
    """The worst sentences, and what was heard of them."""
    wrong = sorted((t for t in trips if t.wrong), key=lambda t: -t.wrong / max(1, t.words))
    return [f"{t.wrong} of {t.words} words: '{t.said}' -> '{t.heard}'" for t in wrong[:WORST]]
