"""What all calls share: engines, voices, language packs, back office, counters. Opened once."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from loguru import logger

from pipelines.audio import AGENT_RATE
from pipelines.backoffice.demo import DemoBackOffice
from pipelines.backoffice.http import HttpBackOffice
from pipelines.backoffice.protocol import BackOffice
from pipelines.engine_choice import Choices, choose
from pipelines.engine_choice.asr import first_turn, open_recogniser
from pipelines.engine_choice.tts import open_voices
from pipelines.engines import vad
from pipelines.engines.asr.engine import (
    Band,
    EngineError,
    Recognised,
    Recogniser,
    RecogniserStream,
)
from pipelines.engines.asr.unavailable import UnavailableStream
from pipelines.engines.cpu_time import CpuShares
from pipelines.engines.language_id.evidence import shares
from pipelines.engines.language_id.identify import languages
from pipelines.engines.tts.cache import AudioCache
from pipelines.engines.tts.engine import Synthesiser, Voice
from pipelines.engines.tts.espeak import EspeakSynthesiser, readable
from pipelines.engines.tts.models import ModelVoices
from pipelines.engines.tts.normalisation import spoken
from pipelines.engines.tts.routing import EngineVoice, VoiceRouter
from pipelines.engines.turn_model import TurnModel
from pipelines.intents.classifier import IntentClassifier, judge
from pipelines.intents.opening import begin_intents
from pipelines.knowledge.grounded_model import (
    GroundedModel,
    KnowledgeBase,
    knowledge,
    open_grounded_model,
)
from pipelines.knowledge.meaning import Meaning, open_meaning
from pipelines.packs import line_languages
from pipelines.packs.fixed_wording import beginnings, sentences
from pipelines.packs.reader import DialogueConfig, load
from pipelines.settings import Settings
from pipelines.store.recent_calls import RecentCalls, counted
from pipelines.weights.hub import Get, asked_once, fetch


@dataclass
class Assistant:
    """Opened with `open`, closed with `close`."""

    settings: Settings
    config: DialogueConfig
    recogniser: Recogniser
    synthesiser: EspeakSynthesiser
    cache: AudioCache
    back_office: BackOffice
    grounded_model: GroundedModel | None = None
    choices: Choices = field(default_factory=Choices)
    neural: Sequence[ModelVoices] = ()
    knowledge: KnowledgeBase | None = None
    counters: Counter[str] = field(default_factory=Counter)
    calls: int = 0  # going on now
    latencies: deque[float] = field(default_factory=lambda: deque(maxlen=1000))  # s, newest last
    caches: Mapping[str, AudioCache] = field(init=False)  # by engine's name
    voice_router: VoiceRouter = field(init=False)
    recent_calls: RecentCalls | None = field(init=False)
    warming: asyncio.Task[None] | None = None  # the language model's
    meaning: Meaning | None = None  # finds pages by it
    intents: IntentClassifier | None = None  # what turns may want
    turn_model: TurnModel | None = None  # tells whether turns sound finished
    cpu_shares: CpuShares = field(default_factory=CpuShares)  # of the calls going on

    def __post_init__(self) -> None:
        calls, policy = self.settings.calls, self.config.policy
        self.recent_calls = counted(calls, policy) if self.settings.record else None
        started = {"espeak", *(engine.name for engine in self.neural)}
        embedded = {code: (EngineVoice("espeak", voice),) for code, voice in self.voices().items()}
        chosen = {
            code: tuple(s for s in choice.speakers if s.engine in started)
            for code, choice in self.choices.voices.items()
        }
        directory = self.settings.cache / "audio"
        neural = {e.name: AudioCache(directory, e, AGENT_RATE) for e in self.neural}
        self.caches = {"espeak": self.cache, **neural}
        self.voice_router = VoiceRouter(
            self.caches,
            {**embedded, **chosen},
            {"espeak": readable, **dict.fromkeys(neural, spoken)},
            self.settings.slow_rate,
        )

    @classmethod
    async def open(cls, settings: Settings) -> Self:
        """Everything loaded and warm.

        Raises:
            EngineError, ConfigurationError: naming what is missing.
        """
        config = load(settings.prompts, settings.languages)
        begins, offers = (settings.language,), settings.greeting_languages
        line_languages.check("language", begins, config.packs)
        line_languages.check("greeting_languages", line_languages.offered(offers, ()), config.packs)
        office = back_office(settings)
        choices = await asyncio.to_thread(choose, settings, config, fetching(settings))
        pages = knowledge(settings, config)
        grounded_model = await open_grounded_model(settings, config, pages)
        synthesiser = EspeakSynthesiser(settings.cache)
        recogniser = open_recogniser(choices.asr, settings, synthesiser.phonemes, config.packs)
        neural = open_voices(settings, choices.voices)
        engines: list[Recogniser | Synthesiser] = [*neural, recogniser, synthesiser]
        try:
            await asyncio.gather(
                *(engine.start() for engine in engines),
                asyncio.to_thread(vad.warm),
                asyncio.to_thread(config.warm),
                asyncio.to_thread(languages),
            )
            _warn_of_capacity(recogniser, settings.max_calls)
            await first_turn(recogniser, config.packs[settings.language])
        except BaseException:
            for engine in engines:
                await engine.close()
            raise
        cache = AudioCache(settings.cache / "audio", synthesiser, AGENT_RATE)
        assistant = cls(
            settings,
            config,
            recogniser,
            synthesiser,
            cache,
            office,
            grounded_model,
            choices,
            neural,
            pages,
        )
        assistant.meaning = open_meaning(settings, choices.embeddings, pages)
        embedder = assistant.meaning.embedder if assistant.meaning else None
        assistant.intents = begin_intents(settings, config, embedder)
        if assistant.meaning is not None:
            learn = assistant.intents.learn_meaning if assistant.intents else None
            assistant.meaning.begin(assistant._no_call, learn)
        if settings.turn_model == "smart-turn" and recogniser.dictates(settings.language):
            assistant.turn_model = await asyncio.to_thread(TurnModel)
        if grounded_model is not None:
            assistant.warming = asyncio.create_task(grounded_model.warm(tuple(config.packs)))
        return assistant

    async def recogniser_stream(
        self, language: str, band: Band, on_partial: Callable[[Recognised], None]
    ) -> tuple[str, RecogniserStream]:
        """One call's stream, and its first language; without room, a stream that hears nothing."""
        if self.recogniser.serves(language) is None:  # the keypad and a person remain
            language = self.settings.language
        try:
            return language, await self.recogniser.open(language, band, on_partial)
        except EngineError as error:
            self.counters["calls_without_asr"] += 1
            logger.warning("a call without a recogniser: {}", error)
            return language, UnavailableStream(language)

    def voices(self) -> dict[str, Voice]:
        """The embedded engine's voice for each language."""
        name = self.synthesiser.name
        packs = self.config.packs.items()
        return {code: pack.voices[name] for code, pack in packs if name in pack.voices}

    def speaking(self, language: str) -> Synthesiser:
        """The engine that speaks a language first."""
        speaker = self.voice_router.speaker(language)
        named = (e for e in self.neural if speaker is not None and e.name == speaker.engine)
        return next(named, self.synthesiser)

    @property
    def demonstrates(self) -> bool:
        """Whether an embedded engine hears or speaks the assistant's own language."""
        spoken_by = self.speaking(self.settings.language).name
        return self.recogniser.name == "pocketsphinx" or spoken_by == "espeak"

    def language_scores(
        self, text: str, told: str, sound: tuple[tuple[str, float], ...]
    ) -> tuple[tuple[str, float], ...]:
        """Which languages a turn may be in, most probable first; () where nothing tells.

        `told` is the language that the recogniser listened for, "" for what was typed; `sound` is
        what it says itself. One with a closed list of phrases hears no other language.
        """
        if told and not self.recogniser.dictates(told):
            return ()
        return shares(text, sound, told, tuple(self.config.packs))

    def notice(self, language: str) -> str:
        """What visitors are told about embedded engines, in their language; "" of others."""
        if not self.demonstrates:
            return ""
        names = ["notice.demonstration"]
        names += ["notice.voice"] if self.speaking(language).name == "espeak" else []
        names += ["notice.recogniser"] if self.recogniser.name == "pocketsphinx" else []
        wording = self.config.packs[language].language
        return " ".join(sentence for name in names for sentence in wording.sentences(name))

    def about(self, language: str) -> dict[str, object]:
        """What a visitor is told of the assistant at the start of a call."""
        packs = self.config.packs.items()
        asr, tts = self.recogniser, self.speaking(language)
        return {
            "languages": [{"code": code, "name": p.language.name} for code, p in packs],
            "engines": {
                "asr": {"name": asr.name, "note": asr.serves(language)},
                "tts": {"name": tts.name, "note": tts.serves(language)},
            },
            "judge": judge(self.intents),
            "notice": self.notice(language),
        }

    async def warm_voices(self) -> None:
        """Synthesise all fixed wording that is not on disk yet, our own language's first."""
        ours = self.settings.language
        for code in sorted(self.config.packs, key=lambda code: code != ours):
            language = self.config.packs[code].language
            try:
                await self.voice_router.warm(
                    code, sentences(language), beginnings(language), self._no_call
                )
            except EngineError as error:
                logger.warning("the voice of '{}' was not warmed: {}", code, error)

    async def _no_call(self) -> None:
        """Wait until no call goes on; what that delays is in no hurry."""
        while self.calls:  # noqa: ASYNC110 - half a second late is soon enough
            await asyncio.sleep(0.5)

    async def close(self) -> None:
        """End all engines."""
        await self.voice_router.close()
        for engine in self.neural:
            await engine.close()
        await self.recogniser.close()
        await self.synthesiser.close()
        if self.warming is not None:
            self.warming.cancel()
        for judge_of_turns in (self.intents, self.meaning, self.turn_model):
            if judge_of_turns is not None:
                await judge_of_turns.close()
        if self.grounded_model is not None:
            await self.grounded_model.model.close()
        await self.back_office.close()


def fetching(settings: Settings) -> Get:
    """Brings missing weights from the hub, saying so first."""
    return asked_once(
        lambda weights: fetch(
            weights, settings.models, settings.hub, settings.hub_patience, logger.info
        )
    )


def _warn_of_capacity(recogniser: Recogniser, max_calls: int) -> None:
    if 0 < recogniser.capacity < max_calls:
        logger.warning(
            "this machine recognises the speech of {} calls at once, max_calls is {}: "
            "further callers have the keypad only",
            recogniser.capacity,
            max_calls,
        )


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
