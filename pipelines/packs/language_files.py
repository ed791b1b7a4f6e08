"""A language's folder under `prompts/`, read into its pack."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

from loguru import logger
from pydantic import Field

from agent.events import NO_INTENT
from agent.grounding.gate import GateRules
from agent.languages.language import Intent, Language, words
from agent.numbers.digits import DigitWords
from agent.numbers.phone_numbers import REGION
from pipelines.engines.tts.engine import Voice
from pipelines.errors import ConfigurationError
from pipelines.packs.gate_file import GateFile
from pipelines.packs.moments_file import MomentsTable
from pipelines.packs.pack import AsrFile, LlmFile, Pack, Replies, SampleCaller
from pipelines.packs.phrase_lists import load_turn_taking, load_yes_no
from pipelines.packs.plurals import is_exact, plurals
from pipelines.packs.spelling_file import load_spelling
from pipelines.packs.toml_files import Strict, parse, read_toml, validated

EVERY = "all"  # languages, drafts with them
_NOT_LANGUAGES = {"llm"}
_OWN_WISHES = {"en": "english", "fr": "french"}  # intents of packs that began with those two


class _DigitStrings(Strict):
    times: dict[str, int] = Field(default_factory=dict)
    plurals: dict[str, str] = Field(default_factory=dict)
    beside: frozenset[str] = frozenset()
    instead: tuple[str, ...] = ()
    plus: frozenset[str] = frozenset()
    exclaims: frozenset[str] = frozenset()


class _LanguageFile(Strict):
    name: str
    review: str
    draft: bool = False  # taken for calls only where the setting `languages` names it
    fallback: str | None = None
    months: tuple[str, ...] = Field(min_length=12, max_length=12)
    # beside a day, where that is another form: "5 grudnia"
    months_in_dates: tuple[str, ...] | None = Field(default=None, min_length=12, max_length=12)
    months_heard: dict[str, Annotated[int, Field(ge=1, le=12)]] = Field(default_factory=dict)
    decimal_point: str = "."
    voice: dict[str, str | int]
    expected_phrases: int = Field(default=200, ge=10)  # see Pack
    samples_alone: bool = False  # see Pack
    digits: dict[str, str]
    digit_strings: _DigitStrings = _DigitStrings()
    moments: MomentsTable = MomentsTable()
    joins: tuple[str, ...] = ()
    day_parts: dict[str, int] = Field(default_factory=dict)
    both: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    least: tuple[str, ...] = ()
    most: tuple[str, ...] = ()
    ordinals: dict[str, int] = Field(default_factory=dict)
    asr: AsrFile | None = None
    llm: LlmFile | None = None


class _IntentEntry(Strict):
    kind: str = Field(pattern="^(flow|answer|command|signal)$")
    say: tuple[str, ...] = Field(min_length=1)
    words: tuple[str, ...] = ()
    must: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


def load_packs(
    prompts: Path, region: str = REGION, languages: Sequence[str] = ()
) -> dict[str, Pack]:
    """Language folders, as they are spoken in a region; fallbacks linked, English first.

    Args:
        languages: whose; none named: all that are no drafts; `EVERY`: drafts, too.

    Raises:
        ConfigurationError: a file is missing or wrong, or there is no folder of that language.
    """
    if not prompts.is_dir():
        raise ConfigurationError(f"{prompts}: no such folder; set 'prompts' or WAXTAAN_PROMPTS")
    codes = sorted(
        (d.name for d in prompts.iterdir() if d.is_dir() and d.name not in _NOT_LANGUAGES),
        key=lambda code: (code != "en", code),
    )
    there = [code for code in codes if (prompts / code / "language.toml").exists()]
    if not there:
        raise ConfigurationError(f"{prompts}: no language pack; run 'waxtaan check --start en'")
    for code in languages:
        if code not in there and code != EVERY:
            known = ", ".join(there)
            raise ConfigurationError(f"no language '{code}' in {prompts}; there are {known}")
    served = [code for code in there if _is_served(prompts / code, code, languages)]
    read: dict[str, Pack] = {}
    for code in served:
        _load_pack(prompts, code, read, (), (region, served))
    return {code: read[code] for code in served}


def _is_served(folder: Path, code: str, languages: Sequence[str]) -> bool:
    if languages:
        return code in languages or EVERY in languages
    return not parse(_LanguageFile, folder / "language.toml").draft


def _load_pack(
    prompts: Path,
    code: str,
    packs: dict[str, Pack],
    chain: tuple[str, ...],
    where: tuple[str, Sequence[str]],
) -> Pack:
    """`where` are the region, and the languages that calls are answered in there."""
    region, served = where
    if code in packs:
        return packs[code]
    if code in chain:
        raise ConfigurationError(f"{prompts / code}/language.toml: fallback goes round: {chain}")
    folder = prompts / code
    about = parse(_LanguageFile, folder / "language.toml")
    fallback = None
    if about.fallback:
        fallback = _load_pack(prompts, about.fallback, packs, (*chain, code), where).language
    phrases = _load_phrases(folder / "phrases.toml")
    own = _load_intents(folder / "intents.toml")
    # What nobody has put into this language yet is told by meaning, from another's samples.
    intents = {**(fallback.intents if fallback else {}), **own}
    gate = _load_gate(folder / "gate.toml", about, fallback)
    lacking = sorted(set(fallback.phrases) - set(phrases)) if fallback else []
    gaps = tuple(name for name in lacking if not is_exact(name))
    gaps += tuple(f"[{name}]" for name in intents if name not in own)
    said = about.digit_strings
    digit_words = DigitWords(
        about.digits,
        gate.numerals,
        said.times,
        said.plurals,
        said.beside,
        said.instead,
        said.plus,
        said.exclaims,
    )
    language = Language(
        code=code,
        name=about.name,
        phrases=phrases,
        intents=intents,
        digits=about.digits,
        months=about.months,
        months_in_dates=about.months_in_dates or about.months,
        plural=plurals(code),
        decimal_point=about.decimal_point,
        fallback=fallback,
        gaps=gaps,
        gate=gate,
        yes_no_words=load_yes_no(folder / "yes_no.toml", intents),
        digit_words=digit_words,
        turn_taking=load_turn_taking(folder / "turn_taking.toml"),
        spelling=load_spelling(folder / "spelling.toml", digit_words),
        moments=about.moments.words(gate.numerals, said.instead),
        joins=about.joins,
        day_parts={hour: part for part, hour in about.day_parts.items()},
        both=tuple(map(words, about.both)),
        asks=tuple(map(words, about.asks)),
        least=tuple(map(words, about.least)),
        most=tuple(map(words, about.most)),
        ordinals={words(name): place for name, place in about.ordinals.items()},
        languages=_load_languages(folder / "languages.toml", own),
        served=tuple(served),
        region=region,
        report=_report,
    )
    voices = _voices(about.voice)
    callers = _load_callers(folder / "callers.toml")
    packs[code] = Pack(
        *(language, about.review, voices, callers, about.expected_phrases),
        about.asr,
        about.llm,
        _load_samples(folder / "samples.toml", intents),
        _load_replies(folder / "replies.toml"),
        about.draft,
        about.samples_alone,
    )
    return packs[code]


def _report(fault: str) -> None:
    logger.warning("{}", fault)


def _voices(table: Mapping[str, str | int]) -> dict[str, Voice]:
    rate, pitch = int(table.get("rate", 160)), int(table.get("pitch", 50))
    engines = {k: str(v) for k, v in table.items() if k not in ("rate", "pitch")}
    return {engine: Voice(name, rate, pitch) for engine, name in engines.items()}


def _load_phrases(path: Path) -> dict[str, tuple[str, ...]]:
    phrases: dict[str, tuple[str, ...]] = {}
    for name, sentences in read_toml(path).items():
        if not isinstance(sentences, list) or not all(isinstance(s, str) for s in sentences):
            raise ConfigurationError(f"{path}: {name}: expected a list of sentences")
        phrases[name] = tuple(sentences)
    return phrases


def _load_gate(path: Path, about: _LanguageFile, fallback: Language | None) -> GateRules:
    """Without a file of its own a language is checked by its figures only."""
    file = parse(GateFile, path) if path.exists() else GateFile()
    months = (*about.months, *(about.months_in_dates or ()))
    gate = fallback.gate if fallback else None
    return file.rules(months, about.decimal_point, gate, about.months_heard)


def _load_intents(path: Path) -> dict[str, Intent]:
    intents = {}
    for name, entry in read_toml(path).items():
        e = validated(_IntentEntry, entry, path, name)
        intents[name] = Intent(name, e.kind, e.say, e.words, e.must, e.unless)  # type: ignore[arg-type]
    return intents


def _load_languages(path: Path, own: Mapping[str, Intent]) -> dict[str, tuple[str, ...]]:
    """How other languages are asked for; those with an intent of the pack's own have samples."""
    asked = _load_phrases(path) if path.exists() else {}
    return {code: said for code, said in asked.items() if _OWN_WISHES.get(code) not in own}


class _Replies(Strict):
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    open: tuple[str, ...] = ()


class _RepliesFile(_Replies):
    question: dict[str, _Replies] = Field(default_factory=dict)


def _load_replies(path: Path) -> dict[str, Replies]:
    file = parse(_RepliesFile, path) if path.exists() else _RepliesFile()
    return {
        question: {"yes": said.yes, "no": said.no, "open": said.open}
        for question, said in (("", file), *file.question.items())
    }


def _load_samples(path: Path, intents: Mapping[str, Intent]) -> dict[str, tuple[str, ...]]:
    if not path.exists():
        return {}
    found = _load_phrases(path)
    for name in found:
        if name != NO_INTENT and (name not in intents or intents[name].kind == "answer"):
            raise ConfigurationError(
                f"{path}: {name}: no wish of intents.toml; sentences that are none go to "
                f"'{NO_INTENT}'"
            )
    return found


def _load_callers(path: Path) -> tuple[SampleCaller, ...]:
    if not path.exists():
        return ()
    return tuple(
        validated(SampleCaller, {"name": name, **entry}, path, name)
        for name, entry in read_toml(path).items()
    )
