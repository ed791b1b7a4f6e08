"""How well each language is heard: the embedded recogniser beside Whisper, on the same recordings.

The embedded one chooses from a closed list. Whisper takes dictation: what it writes is counted
where it is exact, and where, of the list, what was said comes nearest to it by its letters. Nothing
was tuned on these recordings, so all of them count; half of French's words chose how many readings
a word has (pronunciation.py).
"""

import difflib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.bench.asr_accuracy import CHUNK, audio
from pipelines.bench.language_clips import KINDS, Kind, LanguageClip, language_clips
from pipelines.bench.row import Row
from pipelines.bench.whisper_weights import configured
from pipelines.engines.asr.engine import Band, Recogniser
from pipelines.engines.asr.faster_whisper import FasterWhisper
from pipelines.engines.asr.pocketsphinx import Pocketsphinx
from pipelines.engines.asr.word_errors import plain
from pipelines.engines.tts.espeak import EspeakSynthesiser
from pipelines.settings import Settings

MOST = 60  # recordings of a language
WHISPER = 20  # of them for Whisper, which takes seconds for each on a busy machine
BANDS: tuple[Band, ...] = ("wide", "telephone")


@dataclass(frozen=True, slots=True)
class Count:
    """Of one language, kind and band. Whisper is given the first of the same recordings."""

    language: str
    kind: Kind
    band: Band
    clips: int
    right: int  # by the embedded recogniser
    wrong: int  # taken for another of the list; the rest was not heard
    given: int = 0  # recordings that Whisper heard; 0 without weights
    exact: int = 0  # by Whisper, to the letter
    near: int = 0  # what it wrote comes nearest to what was said, of the list

    def row(self) -> Row:
        """For the table."""
        of = "21 numbers" if self.kind == "numbers" else f"ten {self.kind}"
        note = f"{self.right} of {self.clips}, {self.wrong} wrong"
        if self.given:
            note += f"; Whisper {self.given}: exact {self.exact}, nearest of the list {self.near}"
        base = 100 * self.near / self.given if self.given else None
        return Row(
            f"{self.language} {self.band}: one of {of} heard right",
            [100 * self.right / self.clips],
            "%",
            base,
            "Whisper, nearest of the list" if base else "",
            note=note,
        )


async def measured(settings: Settings, bands: Sequence[Band] = BANDS) -> AsyncIterator[Count]:
    """Language by language, as far as there are recordings."""
    checkpoint = configured(settings)
    async with _embedded(settings.cache) as embedded:
        whisper = None
        if checkpoint is not None:
            whisper = FasterWhisper(checkpoint, threads=1, workers=1, calls=1, deadline=60.0)
            await whisper.start()
        try:
            for language, clips in language_clips(settings.data, MOST).items():
                for kind in KINDS:
                    some = [clip for clip in clips if clip.kind == kind]
                    few = some[: WHISPER if len(some) == len(clips) else WHISPER // 2]
                    for band in bands if some else ():
                        count = await _embedded_count(embedded, some, language, band)
                        if whisper is not None and whisper.serves(language) is not None:
                            count = await _beside(whisper, few, count)
                        yield count
        finally:
            if whisper is not None:
                await whisper.close()


@asynccontextmanager
async def _embedded(cache: Path) -> AsyncIterator[Pocketsphinx]:
    voice = EspeakSynthesiser(cache)
    await voice.start()
    recogniser = Pocketsphinx(phonemes=voice.phonemes)
    await recogniser.start()
    try:
        yield recogniser
    finally:
        await recogniser.close()
        await voice.close()


async def _embedded_count(
    embedded: Pocketsphinx, clips: Sequence[LanguageClip], language: str, band: Band
) -> Count:
    heard = await _heard(embedded, clips, language, band)
    right = sum(clip.said == text for clip, text in heard)
    wrong = sum(text not in ("", clip.said) for clip, text in heard)
    return Count(language, clips[0].kind, band, len(clips), right, wrong)


async def _beside(whisper: FasterWhisper, clips: Sequence[LanguageClip], count: Count) -> Count:
    language = count.language
    written = await _heard(whisper, clips, language, count.band)
    exact = sum(_bare(clip.said, language) == _bare(text, language) for clip, text in written)
    near = sum(nearest(text, clip.phrases, language) == clip.said for clip, text in written)
    return replace(count, given=len(clips), exact=exact, near=near)


async def _heard(
    recogniser: Recogniser, clips: Sequence[LanguageClip], language: str, band: Band
) -> list[tuple[LanguageClip, str]]:
    stream = await recogniser.open(language, band, lambda _: None)
    found = []
    try:
        for clip in clips:
            stream.expect(language, clip.phrases)
            pcm = audio(clip.path, band)
            stream.begin()
            whole = recogniser.dictates(language)  # the turn at once: no partial results
            size = len(pcm) if whole else CHUNK
            for start in range(0, len(pcm), size):
                stream.hear(pcm[start : start + size])
            found.append((clip, (await stream.finish()).text))
    finally:
        await stream.close()
    return found


def nearest(text: str, phrases: Sequence[str], language: str) -> str:
    """The phrase that has most letters in common with a text; "" where none has six of ten."""
    bare = {_bare(phrase, language): phrase for phrase in phrases}
    close = difflib.get_close_matches(_bare(text, language), list(bare), n=1)
    return bare[close[0]] if close else ""


def _bare(text: str, language: str) -> str:
    """Letters alone, numbers in words."""
    return "".join(plain(text, language))
