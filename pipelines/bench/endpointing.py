"""How long turns are waited for, beside how many callers are cut off: policies on the same turns.

Recordings of people, paused by us: digits one by one in groups, with pauses between the groups; and
sentences with one pause between two words. Whisper hears each turn up to each pause, and whole, and
Smart Turn judges the same sound. A policy says what silence ends the turn; one shorter than a pause
within it cuts the caller off. What recogniser and detector take themselves is not in it.
"""

import asyncio
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import soxr

from agent.actions import Expecting
from agent.endpointing import answers, expecting, pause
from agent.languages.language import Language, words
from agent.question import OpenQuestion
from agent.slots.values import spoken_digits
from pipelines.bench.asr_accuracy import telephone
from pipelines.bench.asr_people import recognised
from pipelines.bench.recordings import (
    Half,
    Recording,
    Sound,
    digit_strings,
    pcm,
    recordings,
    without_silence,
)
from pipelines.bench.row import Row
from pipelines.bench.whisper_weights import configured
from pipelines.engines.asr.engine import ANYTHING, SAMPLE_RATE, Expected
from pipelines.engines.asr.faster_whisper import FasterWhisper
from pipelines.engines.turn_model import TurnModel
from pipelines.packs.reader import load
from pipelines.settings import Settings

MOST = 200  # strings of digits; recordings of a group
_PAUSES = (0.3, 1.5)  # s, of a caller within a turn
_FIXED = (0.3, 0.4, 0.6, 0.8, 1.2, 1.6, 2.0)
_DETECTED = 0.2  # s of silence that pipecat's detector takes, and then Smart Turn decides
_UNSURE = 3.0  # s that it waits where Smart Turn takes a turn for unfinished
_HUSH = 3e-4  # a quiet line's noise
_GROUPS = ((3, 3, 3), (2, 3, 2, 2), (3, 2, 2, 2))

Policy: TypeAlias = Callable[[str, float], float]


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known after some of a turn: its words, and how finished it sounds."""

    text: str
    finished: float


@dataclass(frozen=True, slots=True)
class Turn:
    """`before` is what is known at each pause within, which lasts as long as `pauses` says."""

    before: Sequence[Heard]
    pauses: Sequence[float]
    whole: Heard
    language: str

    def cut_off(self, policy: Policy) -> bool:
        """Whether somebody begins to speak in one of its pauses."""
        known = zip(self.before, self.pauses, strict=True)
        return any(policy(heard.text, heard.finished) < lasts for heard, lasts in known)


def run(settings: Settings) -> Iterator[Row]:
    """The rows, of the half of each set on which nothing was chosen."""
    if configured(settings) is None or not settings.data.is_dir():
        missing = f"Whisper's weights, or recordings in {settings.data} (WAXTAAN_DATA)"
        yield Row("delay beside cut-offs", [], "s", note=f"no {missing}")
        return
    yield from asyncio.run(measure(settings, "report"))


async def measure(settings: Settings, half: Half, most: int = MOST) -> list[Row]:
    """The rows of a half."""
    config = load(settings.prompts, settings.languages)
    languages = {code: pack.language for code, pack in config.packs.items()}
    line = next(s for flow in config.flows.values() for s in flow.slots if s.name == "line")
    checkpoint = configured(settings)
    assert checkpoint is not None
    engine = FasterWhisper(checkpoint, threads=settings.whisper_threads, calls=1, deadline=60.0)
    await engine.start()
    model = TurnModel()
    hears = _Hears(engine, model)
    try:
        question = expecting(OpenQuestion("line", line), languages["en"])
        strings = [
            await hears.digits(each, question, languages["en"])
            for each in _strings(settings, half, most)
        ]
        sentences = [
            turn
            for group, found in recordings(settings.data, half, most).items()
            if not group.startswith(("digits", "words"))
            for n, each in enumerate(found)
            if each.language in languages
            and (turn := await hears.sentence(each, random.Random(n))) is not None
        ]
    finally:
        await engine.close()
        await model.close()
    asked = {"en": question}
    openly = {code: expecting(OpenQuestion("open"), each) for code, each in languages.items()}
    return [
        *_rows("nine digits in groups", strings, languages, asked),
        *_rows("sentences with a pause", sentences, languages, openly),
    ]


def _rows(
    name: str,
    turns: Sequence[Turn],
    languages: Mapping[str, Language],
    asked: Mapping[str, Expecting],
) -> Iterator[Row]:
    """One for each policy: delays, and how many are cut off."""

    def ours(turn: Turn) -> Policy:
        return lambda text, finished: (
            pause(text, asked[turn.language], languages[turn.language], finished).seconds
        )

    def smart(_: Turn) -> Policy:
        return lambda _, finished: _DETECTED if finished > 0.5 else _UNSURE

    def fixed(seconds: float) -> Callable[[Turn], Policy]:
        return lambda _: lambda *_: seconds

    policies = {"ours": ours, "Smart Turn": smart}
    policies |= {f"always {seconds} s": fixed(seconds) for seconds in _FIXED}
    for policy, of in policies.items():
        cut = sum(turn.cut_off(of(turn)) for turn in turns)
        waits = [of(turn)(turn.whole.text, turn.whole.finished) for turn in turns]
        note = f"{cut} of {len(turns)} cut off"
        yield Row(f"{name}, {policy}: silence that ends it", waits, "s", note=note)


class _Hears:
    """Both judges."""

    def __init__(self, engine: FasterWhisper, model: TurnModel) -> None:
        self._engine = engine
        self._model = model

    async def digits(
        self,
        string: tuple[Sequence[Sound], Sequence[float]],
        question: Expecting,
        language: Language,
    ) -> Turn:
        groups, pauses = string
        expected = Expected(
            answers=lambda text: answers(text, question, language),
            digits=lambda text: spoken_digits(words(text), language),
            number_words=tuple(language.digits),
        )
        known = []
        for n in range(1, len(groups) + 1):
            parts = [groups[0]]
            for lasts, group in zip(pauses, groups[1:n], strict=False):
                parts += [_hush(lasts), group]
            known.append(await self._heard(np.concatenate(parts), "en", expected))
        return Turn(known[:-1], pauses, known[-1], "en")

    async def sentence(self, recording: Recording, chance: random.Random) -> Turn | None:
        """None where there are fewer than four words, or too long."""
        if len(recording.sentence.split()) < 4:
            return None
        sound = without_silence(recording.path)
        if recording.band == "telephone":
            sound = telephone(sound)
        if not len(sound) < 12 * SAMPLE_RATE:
            return None
        result, _ = await recognised(self._engine, sound, recording.language, ANYTHING)
        if len(result.words) < 4:
            return None
        word = chance.choice(result.words[1:-1])
        end = round(word.end * SAMPLE_RATE)
        near = range(max(0, end - 960), min(len(sound) - 320, end + 960), 80)
        cut = min(near, key=lambda at: float(np.mean(sound[at : at + 160] ** 2)), default=end)
        begun = await self._heard(sound[:cut], recording.language, ANYTHING)
        lasts = chance.uniform(*_PAUSES)
        paused = np.concatenate([sound[:cut], _hush(lasts), sound[cut:]])
        whole = await self._heard(paused, recording.language, ANYTHING)
        return Turn([begun], [lasts], whole, recording.language)

    async def _heard(self, sound: Sound, language: str, expected: Expected) -> Heard:
        sound = np.concatenate([_hush(0.5), sound, _hush(_DETECTED)])
        result, _ = await recognised(self._engine, sound, language, expected)
        return Heard(result.text, await self._model.finished(pcm(sound)))


def _hush(seconds: float) -> Sound:
    noise: Sound = np.random.default_rng(1).normal(0, _HUSH, round(seconds * SAMPLE_RATE))
    return noise


def _strings(
    settings: Settings, half: Half, most: int
) -> Iterator[tuple[Sequence[Sound], Sequence[float]]]:
    """Groups of one speaker's digits, and the pauses between them, s."""
    chance = random.Random(5)
    for n, string in enumerate(digit_strings(settings.data, half, most)):
        digits = [soxr.resample(sound, 8000, SAMPLE_RATE) for sound in string.sounds]
        sizes, at, groups = _GROUPS[n % len(_GROUPS)], 0, []
        for size in sizes:
            parts = []
            for digit, gap in zip(digits[at : at + size], string.gaps[at:], strict=False):
                parts += [digit, _hush(gap / 2)]
            groups.append(telephone(np.concatenate(parts)))
            at += size
        yield groups, [chance.uniform(*_PAUSES) for _ in sizes[1:]]
