"""What all calls share: engines, voices, language packs, back office, counters. Opened once."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from loguru import logger

from pipelines import vad
from pipelines.asr.deaf import DeafStream
from pipelines.asr.engine import (
    SAMPLE_RATE,
    Band,
    EngineError,
    Recognised,
    Recogniser,
    RecogniserStream,
)
from pipelines.audio import AGENT_RATE
from pipelines.backoffice.demo import DemoBackOffice
from pipelines.backoffice.http import HttpBackOffice
from pipelines.backoffice.protocol import BackOffice
from pipelines.catalog import Catalog, CatalogError, Pack, load
from pipelines.choice import choose_ears, open_ears
from pipelines.language_id.evidence import combine
from pipelines.language_id.identify import identify
from pipelines.mind import Mind, open_mind
from pipelines.settings import Settings
from pipelines.sounds import caller_voice
from pipelines.tts.cache import AudioCache
from pipelines.tts.engine import Voice
from pipelines.tts.espeak import EspeakSynthesiser
from pipelines.tts.speakers import Speaker, Speakers

_TONGUES = 5  # languages that a turn may be in, and no more
# wordings that are parts of sentences, or shown and not said
_PARTS = ("money.", "date", "time", "item.", "service.", "flow.", "queue.", "tongue.", "notice.")


@dataclass
class House:
    """Opened with `open`, closed with `close`."""

    settings: Settings
    catalog: Catalog
    recogniser: Recogniser
    synthesiser: EspeakSynthesiser
    cache: AudioCache
    back_office: BackOffice
    mind: Mind | None = None
    counters: Counter[str] = field(default_factory=Counter)
    calls: int = 0  # going on now
    latencies: deque[float] = field(default_factory=lambda: deque(maxlen=1000))  # s, newest last
    speakers: Speakers = field(init=False)

    def __post_init__(self) -> None:
        embedded = {code: (Speaker("espeak", voice),) for code, voice in self.voices().items()}
        self.speakers = Speakers({"espeak": self.cache}, embedded, {})

    @classmethod
    async def open(cls, settings: Settings) -> Self:
        """Everything loaded and warm. Raises EngineError or CatalogError naming what is missing."""
        catalog = load(settings.prompts)
        if settings.language not in catalog.packs:
            known = ", ".join(catalog.packs)
            raise CatalogError(
                f"setting language: no pack '{settings.language}'; there are {known}"
            )
        office = back_office(settings)
        synthesiser = EspeakSynthesiser()
        choice = await asyncio.to_thread(choose_ears, settings, catalog.packs, logger.info)
        recogniser = open_ears(choice, settings, synthesiser.phonemes)
        mind = await open_mind(settings, catalog)
        await asyncio.gather(synthesiser.start(), recogniser.start(), asyncio.to_thread(vad.warm))
        await _first_turn(recogniser, catalog.packs[settings.language])
        cache = AudioCache(settings.cache / "audio", synthesiser, AGENT_RATE)
        return cls(settings, catalog, recogniser, synthesiser, cache, office, mind)

    async def ears(
        self, language: str, band: Band, on_partial: Callable[[Recognised], None]
    ) -> tuple[str, RecogniserStream]:
        """One call's ears, and the language they begin with; deaf ones where there is no room."""
        if self.recogniser.serves(language) is None:  # the keypad and a person remain
            language = self.settings.language
        try:
            return language, await self.recogniser.open(language, band, on_partial)
        except EngineError as error:
            self.counters["deaf"] += 1
            logger.warning("a call without ears: {}", error)
            return language, DeafStream(language)

    def voices(self) -> dict[str, Voice]:
        """The configured engine's voice for each language."""
        name = self.synthesiser.name
        packs = self.catalog.packs.items()
        return {code: pack.voices[name] for code, pack in packs if name in pack.voices}

    def caller_voice(self, language: str) -> Voice:
        """A voice for sample callers, unlike the agent's."""
        return caller_voice(self.voices()[language], language)

    def tongues(
        self, text: str, told: str, sound: tuple[tuple[str, float], ...]
    ) -> tuple[tuple[str, float], ...]:
        """Which languages a turn may be in, most probable first; () where nothing tells.

        `told` is the language that the ears listened for, "" for what was typed; `sound` is what
        they say themselves. Ears with a closed list of phrases hear no other language.
        """
        if told and not self.recogniser.dictates:
            return ()
        found = combine(sound, identify(text), told=told, expected=tuple(self.catalog.packs))
        return tuple((code, round(share, 3)) for code, share in found[:_TONGUES])

    def notice(self, language: str) -> str:
        """What visitors are told about the engines, in their language."""
        return " ".join(self.catalog.packs[language].language.sentences("notice.demonstration"))

    def about(self, language: str) -> dict[str, object]:
        """What a visitor is told of the house at the start of a call."""
        packs = self.catalog.packs.items()
        ears, voice = self.recogniser, self.synthesiser
        return {
            "languages": [{"code": code, "name": p.language.name} for code, p in packs],
            "engines": {
                "ears": {"name": ears.name, "note": ears.serves(language)},
                "voice": {"name": voice.name, "note": voice.serves(language)},
            },
            "notice": self.notice(language),
        }

    async def warm_voices(self) -> None:
        """Synthesise all fixed wording that is not on disk yet."""
        voices = self.voices()
        sentences = [
            (sentence, voices[code])
            for code, pack in self.catalog.packs.items()
            if code in voices
            for name, wording in pack.language.phrases.items()
            if not name.startswith(_PARTS)
            for sentence in wording
            if "{" not in sentence
        ]
        try:
            await self.cache.warm(sentences)
        except EngineError as error:
            logger.warning("voices were not warmed: {}", error)

    async def close(self) -> None:
        """End all engines."""
        await self.cache.close()
        await self.recogniser.close()
        await self.synthesiser.close()
        await self.back_office.close()


async def _first_turn(recogniser: Recogniser, pack: Pack) -> None:
    """A turn of silence, so that the first caller is heard as quickly as the next."""
    stream = await recogniser.open(pack.language.code, "wide", lambda _: None)
    stream.expect(pack.language.code, pack.expected(tuple(pack.language.intents)))
    stream.begin()
    stream.hear(bytes(SAMPLE_RATE * 3))
    await stream.finish()
    await stream.close()


def back_office(settings: Settings) -> BackOffice:
    """The configured back office."""
    if settings.back_office == "demo":
        return DemoBackOffice()
    if not settings.back_office_url:
        raise EngineError(
            "back_office is 'http' but back_office_url is empty: set WAXTAAN_BACK_OFFICE_URL to "
            "where yours answers, such as http://localhost:8010"
        )
    return HttpBackOffice(
        settings.back_office_url,
        token=settings.back_office_token.get_secret_value() or None,
        timeout=settings.back_office_timeout,
    )
