"""`waxtaan check`: settings, language packs, engines; and the skeleton of a new language."""

import asyncio
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent.languages.wording import word
from pipelines.cli.check_llm import show_sheet, try_llm, unanswering
from pipelines.cli.errors import WRONG_USAGE, fail
from pipelines.engine_choice import Choices, choose
from pipelines.engine_choice.asr import open_recogniser
from pipelines.engines.tts import rule_voices
from pipelines.engines.tts.espeak import EspeakSynthesiser
from pipelines.engines.tts.normalisation import gaps
from pipelines.errors import ConfigurationError, EngineError
from pipelines.intents.opening import expected_judge
from pipelines.packs import voices as licences
from pipelines.packs.coverage import SOURCE, coverage
from pipelines.packs.language_files import EVERY
from pipelines.packs.must_sentences import misunderstood
from pipelines.packs.pack import Pack
from pipelines.packs.reader import DialogueConfig, load
from pipelines.packs.sources import stale_of
from pipelines.settings import Settings
from pipelines.weights.catalogue import load as load_weights
from pipelines.weights.hub import Weights, asked_once, offer
from pipelines.weights.installed import faults, present

_OUT = Console(highlight=False, markup=False)


def check(what: str = "") -> None:
    """Ends with 1 if something is wrong. `what` is "" or "llm": its servers, asked live."""
    settings = Settings()
    config = load(settings.prompts, settings.languages)
    if what == "llm":
        _conclude(asyncio.run(try_llm(settings, config)), config)
        return
    if what:
        fail(
            f"'waxtaan check {what}': there is 'waxtaan check' and 'waxtaan check llm'", WRONG_USAGE
        )
    problems = [p for pack in config.packs.values() for p in pack_problems(pack, config)]
    problems += policy_problems(config)
    _OUT.print(
        f"Settings: profile {settings.profile}, asr {settings.asr}, tts {settings.tts}, "
        f"language model {settings.llm}, embeddings {settings.embeddings}, "
        f"port {settings.port}; weights under {settings.models}"
    )
    _OUT.print(f"Back office: {settings.back_office}; recordings under {settings.calls}/")
    _OUT.print(f"Use cases: {', '.join(config.flows)}")
    problems += _damaged(settings)
    problems += _engines(settings, config)
    if settings.llm != "none":
        problems += asyncio.run(_language_model(settings, config))
    for code, pack in config.packs.items():
        if pack.language.gaps:
            _OUT.print(f"{code} falls back for: {', '.join(pack.language.gaps)}")
    _conclude(problems, config)


def check_language(code: str) -> None:
    """One language's pack. Ends with 1 if something is wrong with it."""
    settings = Settings()
    try:
        config = load(settings.prompts, tuple(dict.fromkeys((SOURCE, code))))
    except ConfigurationError as error:
        fail(str(error), WRONG_USAGE)
    pack = config.packs[code]
    if pack.language.gaps:
        _OUT.print(f"{code} falls back for: {', '.join(pack.language.gaps)}")
    for part in coverage(settings.prompts, code, tuple(load(settings.prompts, (EVERY,)).packs)):
        if part.missing:
            _OUT.print(f"missing of {part.name}: {', '.join(part.missing)}", soft_wrap=True)
    if stale := stale_of(settings.prompts, code):
        anew = f"waxtaan translate --to {code}"
        _OUT.print(
            f"warning: translated from what has changed since: {', '.join(stale)}. "
            f"Anew: {anew} --stale; or by hand, and then: {anew} --record",
            soft_wrap=True,
        )
    _conclude(pack_problems(pack, config), replace(config, packs={code: pack}))


def _judge(settings: Settings, choices: Choices) -> str:
    if settings.intents == "none":
        return "nearest sample: intents is 'none'"
    by = expected_judge(settings, choices.embeddings)
    return f"{by}, once learnt in the background of the first start"


def _conclude(problems: list[str], config: DialogueConfig) -> None:
    for problem in problems:
        _OUT.print(Text.assemble(("problem", "red"), f" {problem}"))
    _OUT.print(f"{len(config.packs)} languages, {len(problems)} problems")
    if problems:
        raise SystemExit(1)


def _damaged(settings: Settings) -> list[str]:
    """Weights that are here and not what was put here."""
    known = load_weights(settings.prompts, settings.models).values()
    return [
        f"{fault}: 'waxtaan models get {model.name}' mends it"
        for model in known
        if present(settings.models, model)
        for fault in faults(settings.models, model)
    ]


def _engines(settings: Settings, config: DialogueConfig) -> list[str]:
    """What would hear and speak each language, and why; what cannot. Nothing is fetched."""

    def get(weights: Weights) -> Path:
        return offer(weights, settings.models, settings.hub, settings.hub_patience)

    try:
        choices = choose(settings, config, asked_once(get))
    except EngineError as error:
        return [str(error)]
    voice = EspeakSynthesiser()
    recogniser = open_recogniser(choices.asr, settings, voice.phonemes, config.packs)
    table = Table("language", "pack", "recogniser", "voice", "licence", title="What serves what")
    known, problems = licences.load(settings.prompts), []
    for code, pack in config.packs.items():
        missing = f"{len(pack.language.gaps)} gaps; " if pack.language.gaps else ""
        choice = choices.voices[code]
        if not choice.speakers:
            problems.append(
                f"prompts/{code}/language.toml: [voice]: no voice, so nothing can be said"
            )
            continue
        engine = choice.speakers[0].engine
        free = engine == "espeak" or known.licence(choice.name).commercial
        table.add_row(
            f"{code} {pack.language.name}",
            missing + pack.review,
            recogniser.serves(code) or "not served: keypad and a person",
            f"{engine} {choice.name}",
            choice.licence + ("" if free else " (not for commercial use)"),
        )
    _OUT.print(table)
    _OUT.print(f"Recogniser {choices.asr.engine}: {choices.asr.why}")
    by = "words and meaning" if choices.embeddings.engine != "none" else "words alone"
    _OUT.print(f"Pages are found by {by}: {choices.embeddings.why}")
    _OUT.print(f"Intents are judged by {_judge(settings, choices)}")
    for code, choice in choices.voices.items():
        if choice.speakers:
            engine = choice.speakers[0].engine
            _OUT.print(f"{code}'s voice is {engine}'s: {choice.why}")
            if engine == "espeak" and (how := voice.serves(code)):
                _OUT.print(f"{code}: {how}")
            counted = engine == "espeak" and code not in rule_voices.LANGUAGES  # by the engine
            if not counted and (unsaid := gaps().get(code)):
                _OUT.print(f"{code}: not read out right: {', '.join(unsaid)}")
            if code not in config.packs:
                _OUT.print(f"{code} has no pack yet: only 'waxtaan say' speaks it")
    return problems


async def _language_model(settings: Settings, config: DialogueConfig) -> list[str]:
    from pipelines.knowledge.grounded_model import open_grounded_model

    try:
        grounded_model = await open_grounded_model(settings, config)
    except EngineError as error:
        return [str(error)]
    problems: list[str] = []
    if grounded_model is not None:
        problems = await unanswering(grounded_model.model)
        await grounded_model.model.close()
    show_sheet(settings, config)
    for code, pack in config.packs.items():
        if not pack.language.gate.reads_words:
            _OUT.print(
                f"prompts/{code}/gate.toml: missing, so promises and numbers in words are not "
                "caught in what the language model says"
            )
    _OUT.print(f"Language model: {', '.join(settings.llm_urls)}; knowledge {settings.knowledge}/")
    return problems


def pack_problems(pack: Pack, config: DialogueConfig) -> list[str]:
    """What is wrong with a language pack, each naming file and key."""
    language = pack.language
    folder = f"prompts/{language.code}"
    found = []
    english = config.packs["en"].language if "en" in config.packs else language
    for name in english.phrases:
        if not language.has(name):
            found.append(f"{folder}/phrases.toml: {name}: missing")
    for name in english.intents:
        if name not in language.intents:
            found.append(f"{folder}/intents.toml: [{name}]: missing")
    for flow in config.flows:
        if flow not in language.intents:
            found.append(f"{folder}/intents.toml: [{flow}]: a use case that nobody can ask for")
    found += [
        f"{folder}/intents.toml: [{each.intent}]: '{each.sentence}' is understood as "
        f"'{each.taken_for or 'nothing'}'"
        for each in misunderstood(language, config.flows, config.policy)
    ]
    if len(word(language, "greet.disclosure")) != 1:
        found.append(f"{folder}/phrases.toml: greet.disclosure: must be one sentence")
    return found


def policy_problems(config: DialogueConfig) -> list[str]:
    """What is wrong with the escalation policy."""
    found = []
    for name, setting in config.policy.rules.items():
        for pack in config.packs.values():
            if not pack.language.has(f"reason.{name}"):
                found.append(
                    f"prompts/escalation.toml: [rules.{name}]: no wording 'reason.{name}' in "
                    f"prompts/{pack.language.code}/phrases.toml, so people are not told why"
                )
            if not pack.language.has(f"queue.{setting.queue}"):
                found.append(
                    f"prompts/escalation.toml: [rules.{name}]: queue '{setting.queue}' has no "
                    f"wording 'queue.{setting.queue}' in prompts/{pack.language.code}/phrases.toml"
                )
    return found
