"""The embedded voice: espeak-ng, in a worker process. Robotic, instant, and needs no download.

What the library renders is made fit for a call here: the silence before the first sound goes (the
caller waits through it), and every voice comes out equally loud and is never cut off at full scale.
"""

import itertools
import re
import unicodedata
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import ClassVar

from loguru import logger

from pipelines.engines.tts import rule_voices
from pipelines.engines.tts.engine import RATES, EngineError, Voice
from pipelines.engines.tts.loudness import Leveller
from pipelines.engines.tts.normalisation import spoken
from pipelines.engines.tts.normalisation.cardinals import cardinal
from pipelines.engines.worker import Worker

LONGEST = 2000  # characters; two minutes of speech, which nobody can take in
CHUNK = 60  # ms
PATIENCE = 5.0  # s for the next frame: rendering takes milliseconds, a loaded machine may not
_SOUND = "1"  # grows when the same rendering comes out differently below; part of the cache's key

_EUROPEAN_UNION = "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv"
_NEIGHBOURS = "bs ca hy is ka lb mk nb no sq sr tr uk"
LANGUAGES = frozenset((*_EUROPEAN_UNION.split(), *_NEIGHBOURS.split(), *rule_voices.LANGUAGES))
_BY_RULE = "made by rule from the spelling, awaiting review: no speaker has listened; "
_NOTES = {
    "ff": _BY_RULE + "ɓ ɗ sound as b d, French words are read as if they were Pulaar",
    "mt": _BY_RULE + "ħ sounds as h, most English words are read as if they were Maltese",
    "wo": _BY_RULE + "a final b d g j keeps its voice, French words are read as if they were Wolof",
}
_PLAIN = str.maketrans("ЀѐЍѝ", "ЕеИи")
# What a voice would read as the name of a letter, and how it is written for that voice.
_RESPELT: Mapping[str, tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = {
    # The accents only tell words apart (сѐ, се); the voice names them, in English.
    "mk": (re.compile("[ЀѐЍѝ]"), lambda found: found.group().translate(_PLAIN)),
    # "L-email" begins with an article, "L" alone is a letter; our rules see a word l in both.
    "mt": (re.compile(r"\b[DLNRSTXĊŻ](?=-\w)"), lambda found: found.group().lower()),
}


class EspeakSynthesiser:
    """The engine "espeak". All calls share one worker; see `Synthesiser` for the contract.

    Args:
        cache: where voices of our own rules are made; without, there are none.
    """

    name = "espeak"
    repeatable: ClassVar[bool] = False  # whether a sentence's samples depend on nothing before it

    def __init__(self, cache: Path | None = None) -> None:
        self._args = [str(cache.absolute() / "espeak")] if cache else []
        self.version = ""
        self.sample_rate = 0
        self._worker: Worker | None = None
        self._tickets = itertools.count(1)

    async def start(self) -> None:
        """See `Synthesiser.start`."""
        try:
            self._worker = await Worker.start(
                "pipelines.engines.tts.espeak_worker", self._args, deadline=PATIENCE, on_death=_tell
            )
        except EngineError as error:
            raise EngineError(
                f"the espeak voice cannot start: {error}. Is espeakng-loader installed?"
            ) from error
        self.version = f"{self._worker.hello['version']}/{rule_voices.digest()}/{_SOUND}"
        self.sample_rate = self._worker.hello["sample_rate"]

    async def synthesise(self, text: str, voice: Voice) -> AsyncGenerator[bytes, None]:
        """See `Synthesiser.synthesise`. Chunks are of `CHUNK` ms; punctuation alone yields none.

        `voice.name` is one of espeak's languages ("en-gb"), if wanted with a variant ("fr+f3").
        """
        _check(text, voice)
        if all(unicodedata.category(letter)[0] in "PZC" for letter in text):
            return  # left alone, a "!" is read out as "exclamation mark"
        given = 0  # bytes
        for last_attempt in (False, True):
            position = 0
            try:
                async with aclosing(self._level(text, voice)) as chunks:
                    async for pcm in chunks:
                        # A second rendering differs from the first by some ten samples, no more:
                        # it can go on where the first broke off.
                        position += len(pcm)
                        if position > given:
                            fresh = pcm[given - position :]
                            given = position
                            yield fresh
                return
            except _RefusalError:
                raise
            except EngineError:
                if last_attempt:
                    raise

    async def phonemes(self, texts: Sequence[str], voice: str) -> list[str]:
        """Each text in the International Phonetic Alphabet, as `voice` reads it ("" for "").

        Raises:
            EngineError: unknown voice, or the worker died.
        """
        spelt: list[str] = []
        for start in range(0, len(texts), 500):  # keeps frames, and others' waiting, short
            part = [readable(text[:LONGEST], voice) for text in texts[start : start + 500]]
            header = {"do": "phonemes", "texts": part, "voice": voice}
            answer = (await self._running().ask(header)).header
            _raise_refusal(answer)
            spelt += answer["ipa"]
        return spelt

    def serves(self, language: str) -> str | None:
        """See `Synthesiser.serves`."""
        code = language.lower().partition("-")[0]
        if code not in LANGUAGES:
            return None
        return _NOTES.get(code, "robotic but intelligible; no listening test done")

    async def close(self) -> None:
        """See `Synthesiser.close`."""
        if self._worker is not None:
            await self._worker.close()

    def _running(self) -> Worker:
        if self._worker is None:
            raise EngineError("the espeak voice is not started: await start() first")
        return self._worker

    async def _level(self, text: str, voice: Voice) -> AsyncGenerator[bytes, None]:
        """One rendering, fit for a call, in chunks of `CHUNK` ms."""
        leveller = Leveller(self.sample_rate)
        size = 2 * self.sample_rate * CHUNK // 1000
        async with aclosing(self._render(text, voice)) as raw:
            async for pcm in raw:
                ready = leveller.add(pcm)
                for start in range(0, len(ready), size):
                    yield ready[start : start + size]
        ready = leveller.finish()
        for start in range(0, len(ready), size):
            yield ready[start : start + size]

    async def _render(self, text: str, voice: Voice) -> AsyncGenerator[bytes, None]:
        """One rendering as the worker sends it."""
        worker, ticket, ended = self._running(), next(self._tickets), False
        header = {
            "do": "speak",
            "ticket": ticket,
            "text": readable(text, voice.name),
            "voice": voice.name,
            "rate": voice.rate,
            "pitch": voice.pitch,
            "afresh": self.repeatable,
        }
        try:
            async with aclosing(worker.parts(header)) as frames:
                async for frame in frames:
                    _raise_refusal(frame.header)
                    ended = not frame.header.get("more")
                    if frame.payload:
                        yield frame.payload
        finally:
            if not ended:
                worker.send({"do": "cancel", "ticket": ticket})


def readable(text: str, voice: str) -> str:
    """A text as a voice of a language can read it: the library counts only in those that it knows.

    Letters that the voice would call by their names are written otherwise.

    What a figure counts is left as it stands where it has no name, as "GB" has none in Wolof.
    """
    code = re.split(r"[-+]", voice)[0].lower()
    if code in _RESPELT:
        letters, other = _RESPELT[code]
        text = letters.sub(other, unicodedata.normalize("NFC", text))
    if code not in rule_voices.LANGUAGES:
        return text
    return re.sub(r"\d+", lambda found: _counted(found.group(), code), spoken(text, code))


def _counted(figures: str, language: str) -> str:
    """A number in words; one that is too long for any, figure by figure."""
    number = None if figures.startswith("0") else cardinal(int(figures), language)
    said = [number] if number else [cardinal(int(figure), language) for figure in figures]
    return f" {' '.join(word for word in said if word)} "


class _RefusalError(EngineError):
    """The worker is well and says no: asking again is of no use."""


def _raise_refusal(header: dict[str, object]) -> None:
    if "refused" in header:
        raise _RefusalError(f"espeak: {header['refused']}")


def _check(text: str, voice: Voice) -> None:
    """Refuse what has no sensible rendering. The text itself is never part of a message."""
    if not text.strip():
        raise _RefusalError("espeak was given an empty text to speak: leave the sentence out")
    if len(text) > LONGEST:
        raise _RefusalError(
            f"espeak was given {len(text)} characters at once; the most is {LONGEST}: "
            "speak it sentence by sentence"
        )
    if not (RATES[0] <= voice.rate <= RATES[1] and 0 <= voice.pitch <= 99):
        raise _RefusalError(
            f"espeak cannot speak voice {voice.name!r} at rate {voice.rate}, pitch {voice.pitch}: "
            "the rate is 80..450 words per minute, the pitch 0..99"
        )


def _tell(death: EngineError) -> None:
    logger.warning("espeak is started again: {}", death)
