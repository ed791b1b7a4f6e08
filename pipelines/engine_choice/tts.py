"""Which engine speaks each language, and why; and which licence lets it.

`auto` is the first of coqui, Kokoro and Piper that has an environment to run in, a voice for the
language with its weights under `models`, and a licence that the profile allows; Piper's small
voices are fetched at start where the hub has them. Kokoro has to be quick enough on this machine,
too. The embedded voice speaks otherwise, and steps in wherever another one fails.
"""

import importlib.util
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.engine_choice.kokoro_speed import TooSlowError, require_quick
from pipelines.engines.tts import coqui
from pipelines.engines.tts.coqui import Coqui
from pipelines.engines.tts.engine import Voice
from pipelines.engines.tts.kokoro import MODEL, VOICES, Kokoro
from pipelines.engines.tts.models import ModelVoices
from pipelines.engines.tts.piper import Piper
from pipelines.engines.tts.routing import EngineVoice
from pipelines.errors import EngineError
from pipelines.packs.pack import Pack
from pipelines.packs.voices import Voices, load, model
from pipelines.settings import Settings
from pipelines.weights.catalogue import load as load_weights
from pipelines.weights.hub import Get, Weights
from pipelines.weights.installed import noted, require

ENGINES: Mapping[str, tuple[str, ...]] = {
    "auto": ("coqui", "kokoro", "piper"),
    "coqui": ("coqui",),
    "kokoro": ("kokoro",),
    "piper": ("piper",),
    "espeak": (),
}
_PIPER_ENVIRONMENT = Path(__file__).resolve().parents[3] / ".venvs/piper/bin/python"
_HUB = "rhasspy/piper-voices"


@dataclass(frozen=True, slots=True)
class VoiceChoice:
    """Who speaks a language: the first of `speakers`, then those who step in."""

    speakers: tuple[EngineVoice, ...]
    why: str
    name: str = ""  # the first one's, as prompts/voices.toml lists it
    licence: str = ""


@dataclass(frozen=True, slots=True)
class _Sources:
    """What the world is asked for: weights, and this machine's speed."""

    get: Get
    quick: Callable[[Path, Path], None]


def _asked_once(quick: Callable[[Path, Path], None]) -> Callable[[Path, Path], None]:
    """The same, measuring once for all languages."""
    found: list[EngineError | None] = []

    def asked(folder: Path, cache: Path) -> None:
        if not found:
            try:
                quick(folder, cache)
                found.append(None)
            except EngineError as error:
                found.append(error)
        if found[0] is not None:
            raise found[0]

    return asked


def choose_voices(
    settings: Settings,
    packs: Mapping[str, Pack],
    get: Get,
    quick: Callable[[Path, Path], None] = require_quick,
) -> dict[str, VoiceChoice]:
    """By language; a language that nobody speaks has no speakers.

    Languages without a pack are among them where the embedded voice has one for them: they can be
    listened to before their pack is written.

    `quick` raises TooSlowError where this machine is too slow for Kokoro.

    Raises:
        EngineError: what is configured by name cannot be had in any language.
    """
    sources = _Sources(get, _asked_once(quick))
    known = load(settings.prompts)
    named = {code: pack.voices for code, pack in packs.items()}
    for code, engines in known.defaults.items():
        if "espeak" in engines:
            named.setdefault(code, {})
    choices = {code: _choose(code, own, settings, known, sources) for code, own in named.items()}
    wanted = settings.tts
    if wanted in ("coqui", "kokoro", "piper") and not any(
        speaker.engine == wanted for choice in choices.values() for speaker in choice.speakers
    ):
        raise EngineError(f"tts is '{wanted}': {next(iter(choices.values())).why}")
    return choices


def open_voices(settings: Settings, choices: Mapping[str, VoiceChoice]) -> list[ModelVoices]:
    """The engines that the choices need beside the embedded one, to be started."""
    opened: list[ModelVoices] = []
    if voices := _of("coqui", choices):
        python = settings.coqui_python
        workers = settings.coqui_workers
        opened.append(Coqui(settings.models / "coqui", voices, python, workers=workers))
    if voices := _of("kokoro", choices):
        opened.append(Kokoro(settings.models / "kokoro", voices))
    if voices := _of("piper", choices):
        opened.append(Piper(settings.models / "piper", voices, piper_python(settings) or ""))
    return opened


def piper_python(settings: Settings) -> str | None:
    """The interpreter that has piper-tts; None where none is known."""
    if settings.piper_python:
        return settings.piper_python
    if importlib.util.find_spec("piper") is not None:
        return sys.executable
    return str(_PIPER_ENVIRONMENT) if _PIPER_ENVIRONMENT.exists() else None


def _of(engine: str, choices: Mapping[str, VoiceChoice]) -> dict[str, Voice]:
    return {
        code: speaker.voice
        for code, choice in choices.items()
        for speaker in choice.speakers
        if speaker.engine == engine
    }


def _choose(
    code: str, named: Mapping[str, Voice], settings: Settings, known: Voices, sources: _Sources
) -> VoiceChoice:
    embedded = _embedded(code, named, known)
    reasons, slow = [], ""
    for engine in ENGINES[settings.tts]:
        name = named[engine].name if engine in named else known.default(code, engine)
        try:
            if name is None:
                raise EngineError(f"no voice is known for '{code}'")
            rendered = _voice(engine, name, settings, known, sources)
        except EngineError as error:
            reasons.append(f"{engine}: {error}")
            if isinstance(error, TooSlowError):
                slow = f"; not {reasons[-1]}"
            continue
        voice = replace(named.get(engine, Voice(name)), name=rendered)
        why = f"{engine} voice {name}{slow}"
        speakers = (EngineVoice(engine, voice), *embedded)
        return VoiceChoice(speakers, why, name, known.licence(name).licence)
    why = "; ".join(reasons) or "configured"
    name = embedded[0].voice.name if embedded else ""
    return VoiceChoice(embedded, why, name, "GPL-3.0-or-later" if embedded else "")


def _embedded(code: str, named: Mapping[str, Voice], known: Voices) -> tuple[EngineVoice, ...]:
    voice = named.get("espeak")
    if voice is None and (name := known.default(code, "espeak")):
        voice = Voice(name)
    return (EngineVoice("espeak", voice),) if voice else ()


def _voice(engine: str, name: str, settings: Settings, known: Voices, sources: _Sources) -> str:
    """The voice's name for its engine. Raises EngineError saying why it cannot speak."""
    if refused := known.refusals(settings.profile, [name], settings.accept_licences):
        raise EngineError(refused[0])
    if engine == "coqui":
        python = settings.coqui_python or str(coqui.ENVIRONMENT)
        if not Path(python).exists():
            raise EngineError(f"no environment at {python}: make .venvs/tts/.ready")
        models = settings.models / "coqui"
        if Coqui(models, {}, python).locate(model(name)) is None:
            raise EngineError(f"{models} has no folder {model(name).replace('/', '--')}")
        return name
    if engine == "kokoro":
        return _kokoro(name, settings, sources)
    if piper_python(settings) is None:
        raise EngineError("piper-tts is not installed: make .venvs/piper/.ready")
    if Piper(settings.models / "piper", {}).locate(model(name)) is not None:
        return name
    return str(
        sources.get(piper_weights(model(name), known)) / _path(model(name)).removesuffix(".onnx")
    )


def _kokoro(name: str, settings: Settings, sources: _Sources) -> str:
    folder = settings.models / "kokoro"
    if Kokoro(folder, {}).locate(model(name)) is None:
        raise EngineError(
            f"{folder} has no {MODEL} with {VOICES}/{model(name)}.bin: 'waxtaan models get kokoro'"
        )
    published = load_weights(settings.prompts, settings.models).get("kokoro")
    if published is not None and noted(settings.models, published.name):
        require(settings.models, published)
    if settings.tts != "kokoro":  # who names it has it
        sources.quick(folder, settings.cache)
    return name


def piper_weights(name: str, known: Voices) -> Weights:
    """Where the hub has a voice of Piper's."""
    path, licence = _path(name), known.licence(name)
    files = (path, f"{path}.json")
    megabytes = round(licence.megabytes or 63)
    return Weights(f"piper/{name}", _HUB, files, files, licence.licence, megabytes)


def _path(name: str) -> str:
    """ "fr_FR-siwis-medium" -> "fr/fr_FR/siwis/medium/fr_FR-siwis-medium.onnx"."""
    locale, voice, quality = (*name.split("-", 2), "", "")[:3]
    return f"{locale.partition('_')[0]}/{locale}/{voice}/{quality}/{name}.onnx"
