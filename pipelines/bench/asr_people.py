"""How well Whisper hears people, ours beside stock faster-whisper on the same turns.

With the configured weights, where they are: random ones hear nothing. Ours is the engine of a call,
given the whole turn at once; stock is `WhisperModel.transcribe` as it comes, with one beam and with
five. Both are told the language. Figures are from the half of each set that nothing was tuned on.
"""

import asyncio
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.bench.asr_accuracy import DIGITS
from pipelines.bench.recordings import Sound, not_for_us, numbers, pcm, recordings, turn
from pipelines.bench.row import Row
from pipelines.bench.whisper_weights import configured
from pipelines.engines.asr.engine import ANYTHING, Expected, Recognised
from pipelines.engines.asr.faster_whisper import FasterWhisper
from pipelines.engines.asr.whisper.checkpoint import Checkpoint
from pipelines.engines.asr.word_errors import plain, word_errors
from pipelines.settings import Settings

MOST = 25  # recordings of a group
STRINGS = 60  # of nine digits
ACTED_ON = 0.5  # what is below is as often wrong as right
SURE = 0.8  # and anything else below is asked back (confirm_below)
_BEAMS = (1, 5)
_DIGIT_WORDS = {word: str(n) for n, word in enumerate(DIGITS)} | {"oh": "0"}


@dataclass(frozen=True, slots=True)
class Heard:
    """One turn, as it was heard."""

    sentence: str
    text: str
    confidence: float
    seconds: float
    language: str

    @property
    def exact(self) -> bool:
        """Whether letter and figure are right; case, punctuation and spaces left aside."""
        return "".join(plain(self.text, self.language)) == "".join(
            plain(self.sentence, self.language)
        )

    @property
    def errors(self) -> int:
        """Words to put right."""
        return word_errors(plain(self.sentence, self.language), plain(self.text, self.language))

    @property
    def words(self) -> int:
        """That were said."""
        return len(plain(self.sentence, self.language))

    @property
    def invented(self) -> int:
        """Words more than were said."""
        return max(0, len(plain(self.text, self.language)) - self.words)


def run(settings: Settings) -> Iterator[Row]:
    """The rows."""
    checkpoint = configured(settings)
    if checkpoint is None or not settings.data.is_dir():
        missing = f"recordings in {settings.data} (WAXTAAN_DATA)"
        if checkpoint is None:
            missing = "Whisper's weights: waxtaan models get whisper-base"
        yield Row("people heard by Whisper", [], "%", note=f"no {missing}")
        return
    yield from asyncio.run(_measure(checkpoint, settings))


async def _measure(checkpoint: Checkpoint, settings: Settings) -> list[Row]:
    engine = FasterWhisper(checkpoint, threads=settings.whisper_threads, calls=2, deadline=60.0)
    await engine.start()
    stock = _Stock(checkpoint, settings.whisper_threads)
    try:
        rows = []
        for name, group in recordings(settings.data, "report", MOST).items():
            turns = [
                (each.sentence, sound, each.language)
                for each in group
                if (sound := turn(each)) is not None
            ]
            heard = await _hear(engine, turns)
            rows += list(_group(name, heard, await asyncio.to_thread(stock.hear, turns)))
        rows += await _numbers(engine, stock, settings.data)
        rows += await _others(engine, settings.data)
    finally:
        await engine.close()
    return rows


async def _hear(
    engine: FasterWhisper,
    turns: Sequence[tuple[str, Sound, str]],
    expected: Expected = ANYTHING,
) -> list[Heard]:
    found = []
    for sentence, sound, language in turns:
        result, seconds = await recognised(engine, sound, language, expected)
        found.append(Heard(sentence, result.text, result.confidence, seconds, language))
    return found


async def recognised(
    engine: FasterWhisper, sound: Sound, language: str, expected: Expected
) -> tuple[Recognised, float]:
    """A whole turn at once: what was heard, and the seconds that its final took."""
    stream = await engine.open(language, "telephone", lambda _: None)
    stream.expect(language, (), expected)
    stream.begin()
    stream.hear(pcm(sound))
    since = time.perf_counter()
    result = await stream.finish()
    await stream.close()
    return result, time.perf_counter() - since


class _Stock:
    """faster-whisper as it comes."""

    def __init__(self, checkpoint: Checkpoint, threads: int) -> None:
        from faster_whisper import WhisperModel

        self._model = WhisperModel(
            str(checkpoint.model),
            device=checkpoint.device,
            compute_type="int8" if checkpoint.compute == "auto" else checkpoint.compute,
            cpu_threads=threads,
            local_files_only=True,
        )

    def hear(self, turns: Sequence[tuple[str, Sound, str]]) -> Mapping[int, list[Heard]]:
        """By number of beams."""
        return {
            beams: [self._one(*each, beams=beams, options={}) for each in turns] for beams in _BEAMS
        }

    def _one(
        self, sentence: str, sound: Sound, language: str, *, beams: int, options: dict[str, Any]
    ) -> Heard:
        samples = np.frombuffer(pcm(sound), "<i2").astype(np.float32) / 32768
        since = time.perf_counter()
        segments, _ = self._model.transcribe(samples, language=language, beam_size=beams, **options)
        text = " ".join(segment.text.strip() for segment in segments)
        return Heard(sentence, text, 1.0, time.perf_counter() - since, language)


def _group(name: str, ours: list[Heard], stock: Mapping[int, list[Heard]]) -> Iterator[Row]:
    five = stock[5]
    one = f"one beam {_percent(heard.exact for heard in stock[1]):.0f}"
    refused = sum(not heard.text for heard in ours)
    invented = f"words invented {_invented(ours)}, stock {_invented(five)}"
    exact = _percent(heard.exact for heard in five)
    note = f"{len(ours)} turns, {refused} refused, {one}; {invented}"
    share = _percent(heard.exact for heard in ours)
    yield Row(f"{name}: exact", [share], "%", exact, "stock, 5 beams", "1.0", note)
    yield Row(f"{name}: word errors", [_errors(ours)], "%", _errors(five), "stock, 5 beams", "1.0")
    slow = float(np.median([heard.seconds for heard in five]))
    times = [1000 * heard.seconds for heard in ours]
    yield Row(f"{name}: time of a final", times, "ms", 1000 * slow, "stock, 5 beams", "1/3")
    sure = [heard for heard in ours if heard.text and heard.confidence >= SURE]
    right = sum(heard.exact for heard in sure)
    yield Row(f"{name}: exact where sure", [_percent(h.exact for h in sure)], "%",
              note=f"{right} of {len(sure)} with {SURE} or more")  # fmt: skip


async def _numbers(engine: FasterWhisper, stock: _Stock, data: Path) -> list[Row]:
    made = [(said, sound, "en") for said, sound, _ in numbers(data, "report", STRINGS)]
    if not made:
        return []
    expected = Expected(
        answers=lambda text: len(digits(text)) == 9,
        digits=digits,
        number_words=tuple(_DIGIT_WORDS),
    )
    heard = await _hear(engine, made, expected)
    theirs = (await asyncio.to_thread(stock.hear, made))[5]
    right = [digits(each.text) == each.sentence for each in heard]
    silent = sum(
        len(digits(each.text)) == 9 and not good and each.confidence >= SURE
        for each, good in zip(heard, right, strict=True)
    )
    base = _percent(digits(each.text) == each.sentence for each in theirs)
    note = f"{sum(right)} of {len(right)}; {silent} wrong and sure of it"
    name, stock_name = "nine digits, telephone", "stock, 5 beams"
    times = [1000 * each.seconds for each in heard]
    slow = 1000 * float(np.median([each.seconds for each in theirs]))
    return [
        Row(f"{name}: right", [_percent(right)], "%", base, stock_name, "85 %", note),
        Row(f"{name}: time of a final", times, "ms", slow, stock_name),
    ]


async def _others(engine: FasterWhisper, data: Path) -> list[Row]:
    """What is said to nobody, or in a language that the model does not know."""
    kinds: dict[str, list[Recognised]] = {}
    for kind, sound in not_for_us(data, "report"):
        for language in ("en", "fr"):
            result, _ = await recognised(engine, sound, language, ANYTHING)
            kinds.setdefault(kind, []).append(result)
    rows = []
    for kind, heard in kinds.items():
        shares = [_percent(h.text and h.confidence >= least for h in heard)
                  for least in (ACTED_ON, SURE)]  # fmt: skip
        note = f"{len(heard)} turns; {shares[1]:.0f} % with {SURE} or more"
        rows.append(Row(f"{kind} heard with {ACTED_ON} or more", [shares[0]], "%", note=note))
    return rows


def digits(text: str) -> str:
    """The English digits in a text."""
    found = re.findall(r"\d|[a-z]+", text.lower())
    return "".join(word if word.isdigit() else _DIGIT_WORDS.get(word, "") for word in found)


def _errors(heard: Sequence[Heard]) -> float:
    return 100 * sum(each.errors for each in heard) / max(1, sum(each.words for each in heard))


def _invented(heard: Sequence[Heard]) -> int:
    return sum(each.invented for each in heard)


def _percent(which: Any) -> float:
    found = [bool(each) for each in which]
    return 100 * sum(found) / max(1, len(found))
