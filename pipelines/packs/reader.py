"""Reads `prompts/`: language packs, escalation policy, and the use cases there are.

The only place that does. Whatever is missing or wrong is said at start, naming file and key.
"""

import importlib
import pkgutil
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

import agent.flows
from agent.flow import Flow
from agent.gate import GateRules
from agent.hours import ALWAYS, DAYS, Hours, Span, spans
from agent.language import Intent, Language
from agent.policy import Policy, Queue, RuleSetting
from pipelines.engines.tts.engine import Voice
from pipelines.packs.gate_file import GateFile

Model = TypeVar("Model", bound=BaseModel)

PROMPTS = Path(__file__).resolve().parents[2] / "prompts"
_NOT_LANGUAGES = {"llm"}


class ConfigurationError(ValueError):
    """Something under `prompts/` cannot be used: names the file, the key and what to do."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _LanguageFile(_Strict):
    name: str
    review: str
    fallback: str | None = None
    months: tuple[str, ...] = Field(min_length=12, max_length=12)
    decimal_point: str = "."
    voice: dict[str, str | int]
    expected_phrases: int = Field(default=200, ge=10)  # see Pack
    digits: dict[str, str]
    asr: "AsrFile | None" = None


class AsrFile(_Strict):
    """A checkpoint of a language's own: `[asr]` in language.toml.

    `token` is the language token it speaks: Whisper knows neither Wolof, Pulaar nor Irish, so a
    checkpoint for them was trained on the token of another language.
    """

    model: str
    token: str = Field(pattern="^[a-z]{2,3}$")
    compute: str = ""
    device: str = Field(default="", pattern="^(cpu|cuda)?$")


class _IntentEntry(_Strict):
    kind: str = Field(pattern="^(flow|answer|command|signal)$")
    say: tuple[str, ...] = Field(min_length=1)
    words: tuple[str, ...] = ()
    must: tuple[str, ...] = ()


class _RuleEntry(_Strict):
    after: int = Field(ge=1)
    queue: str


class _WeekEntry(_Strict):
    """Opening hours by day of the week; a day that is not named is a day off."""

    mon: str = ""
    tue: str = ""
    wed: str = ""
    thu: str = ""
    fri: str = ""
    sat: str = ""
    sun: str = ""

    @field_validator("*")
    @classmethod
    def _readable(cls, text: str) -> str:
        spans(text)
        return text

    def week(self) -> tuple[tuple[Span, ...], ...]:
        return tuple(spans(getattr(self, day)) for day in DAYS)


class _QueueEntry(_Strict):
    language: str = Field(default="en", pattern="^[a-z]{2,3}(-[a-z0-9]+)*$")
    ring: tuple[str, ...] = ()
    hours: _WeekEntry | None = None
    holidays: tuple[date, ...] = ()
    expected_wait: float = Field(default=0.0, ge=0)
    max_waiting: int = Field(default=0, ge=0)
    ring_seconds: float = Field(default=25.0, gt=0)

    def queue(self) -> Queue:
        week = self.hours.week() if self.hours else ALWAYS
        hours = Hours(week, frozenset(day.isoformat() for day in self.holidays))
        return Queue(
            self.language,
            self.ring,
            hours,
            self.expected_wait,
            self.max_waiting,
            self.ring_seconds,
        )


class _PolicyFile(_Strict):
    rules: dict[str, _RuleEntry]
    queues: dict[str, _QueueEntry] = Field(default_factory=dict)
    dialogue: dict[str, float | int]


class SampleStep(_Strict):
    """One step of a sample caller: something said, or keys pressed."""

    say: str = ""
    keys: str = Field(default="", pattern=r"^[0-9*#]*$")
    interrupt: bool = False  # speaks while the agent is still speaking


class SampleCaller(_Strict):
    """A caller to listen in on."""

    name: str = ""
    title: str
    steps: tuple[SampleStep, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Pack:
    """A language pack and what belongs to it outside the dialogue."""

    language: Language
    review: str
    voices: Mapping[str, Voice]  # engine -> voice
    callers: tuple[SampleCaller, ...]
    expected_phrases: int  # how many sentences the recogniser is told to expect at once
    asr: AsrFile | None = None  # a checkpoint of its own

    def expected(self, intents: Sequence[str]) -> list[str]:
        """Sentences to expect for these intents, as many of each as fit; the likely ones first."""
        says = [
            self.language.intents[name].say for name in intents if name in self.language.intents
        ]
        longest = max((len(say) for say in says), default=0)
        share = next(
            (
                n
                for n in range(longest, 1, -1)
                if sum(len(s[:n]) for s in says) <= self.expected_phrases
            ),
            1,
        )
        return [sentence for say in says for sentence in say[:share]]


@dataclass(frozen=True, slots=True)
class DialogueConfig:
    """All that `prompts/` and `agent/flows/` hold; shared by all calls."""

    packs: Mapping[str, Pack]
    flows: Mapping[str, Flow]  # in the order in which a menu offers them
    policy: Policy

    @property
    def languages(self) -> dict[str, Language]:
        """The languages the dialogue can speak."""
        return {code: pack.language for code, pack in self.packs.items()}


@cache
def load(prompts: Path = PROMPTS) -> DialogueConfig:
    """Everything, read once for the process.

    Raises:
        ConfigurationError: a file is missing or wrong.
    """
    return DialogueConfig(
        load_packs(prompts), load_flows(), load_policy(prompts / "escalation.toml")
    )


def load_flows() -> dict[str, Flow]:
    """Every `FLOW` in `agent/flows/`, by name."""
    modules = pkgutil.iter_modules(agent.flows.__path__)
    found = [importlib.import_module(f"agent.flows.{m.name}") for m in modules]
    flows = [m.FLOW for m in found if hasattr(m, "FLOW")]
    return {flow.name: flow for flow in sorted(flows, key=lambda f: f.name)}


def load_policy(path: Path) -> Policy:
    """The escalation policy."""
    raw = _parse(_PolicyFile, path)
    try:
        return Policy(
            rules={name: RuleSetting(r.after, r.queue) for name, r in raw.rules.items()},
            queues={name: q.queue() for name, q in raw.queues.items()},
            **raw.dialogue,  # type: ignore[arg-type]
        )
    except TypeError as error:
        raise ConfigurationError(f"{path}: [dialogue] {error}") from error


def load_packs(prompts: Path) -> dict[str, Pack]:
    """Every language folder, fallbacks linked, English first."""
    if not prompts.is_dir():
        raise ConfigurationError(f"{prompts}: no such folder; set 'prompts' or WAXTAAN_PROMPTS")
    codes = sorted(
        (d.name for d in prompts.iterdir() if d.is_dir() and d.name not in _NOT_LANGUAGES),
        key=lambda code: (code != "en", code),
    )
    packs: dict[str, Pack] = {}
    for code in codes:
        if (prompts / code / "language.toml").exists():
            _load_pack(prompts, code, packs, ())
    if not packs:
        raise ConfigurationError(f"{prompts}: no language pack; run 'waxtaan check --start en'")
    return packs


def _load_pack(prompts: Path, code: str, packs: dict[str, Pack], chain: tuple[str, ...]) -> Pack:
    if code in packs:
        return packs[code]
    if code in chain:
        raise ConfigurationError(f"{prompts / code}/language.toml: fallback goes round: {chain}")
    folder = prompts / code
    about = _parse(_LanguageFile, folder / "language.toml")
    fallback = None
    if about.fallback:
        fallback = _load_pack(prompts, about.fallback, packs, (*chain, code)).language
    phrases = _load_phrases(folder / "phrases.toml")
    intents = _load_intents(folder / "intents.toml")
    gate = _load_gate(folder / "gate.toml", about, fallback)
    gaps = tuple(sorted(set(fallback.phrases) - set(phrases))) if fallback else ()
    language = Language(
        code=code,
        name=about.name,
        phrases=phrases,
        intents=intents,
        digits=about.digits,
        months=about.months,
        decimal_point=about.decimal_point,
        fallback=fallback,
        gaps=gaps,
        gate=gate,
    )
    voices = _voices(about.voice)
    callers = _load_callers(folder / "callers.toml")
    packs[code] = Pack(language, about.review, voices, callers, about.expected_phrases, about.asr)
    return packs[code]


def _voices(table: Mapping[str, str | int]) -> dict[str, Voice]:
    rate, pitch = int(table.get("rate", 160)), int(table.get("pitch", 50))
    engines = {k: str(v) for k, v in table.items() if k not in ("rate", "pitch")}
    return {engine: Voice(name, rate, pitch) for engine, name in engines.items()}


def _load_phrases(path: Path) -> dict[str, tuple[str, ...]]:
    phrases: dict[str, tuple[str, ...]] = {}
    for name, sentences in _toml(path).items():
        if not isinstance(sentences, list) or not all(isinstance(s, str) for s in sentences):
            raise ConfigurationError(f"{path}: {name}: expected a list of sentences")
        phrases[name] = tuple(sentences)
    return phrases


def _load_gate(path: Path, about: _LanguageFile, fallback: Language | None) -> GateRules:
    """Without a file of its own a language is checked by its figures only."""
    file = _parse(GateFile, path) if path.exists() else GateFile()
    return file.rules(about.months, about.decimal_point, fallback.gate if fallback else None)


def _load_intents(path: Path) -> dict[str, Intent]:
    intents = {}
    for name, entry in _toml(path).items():
        e = _validated(_IntentEntry, entry, path, name)
        intents[name] = Intent(name, e.kind, e.say, e.words, e.must)  # type: ignore[arg-type]
    return intents


def _load_callers(path: Path) -> tuple[SampleCaller, ...]:
    if not path.exists():
        return ()
    return tuple(
        _validated(SampleCaller, {"name": name, **entry}, path, name)
        for name, entry in _toml(path).items()
    )


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path}: missing") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from error


def _parse(model: type[Model], path: Path) -> Model:
    return _validated(model, _toml(path), path, "")


def _validated(model: type[Model], data: Any, path: Path, under: str) -> Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join([under, *map(str, first["loc"])]).strip(".")
        raise ConfigurationError(f"{path}: {where}: {first['msg']}") from error
