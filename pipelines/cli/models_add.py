"""`waxtaan models add`: weights of one's own, merged if asked, tried before they are believed."""

import asyncio
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from pipelines.cli.errors import MISSING, WRONG_USAGE, fail
from pipelines.cli.models_add_llm import answered, require_program
from pipelines.cli.models_merge import Made, Merging, made, recogniser, require_language, use
from pipelines.engines.asr.engine import SAMPLE_RATE
from pipelines.engines.asr.faster_whisper import FasterWhisper
from pipelines.engines.asr.whisper.checkpoint import Checkpoint
from pipelines.engines.tts.engine import Voice
from pipelines.engines.tts.piper import Piper
from pipelines.errors import EngineError
from pipelines.packs.reader import load, load_with
from pipelines.settings import Settings
from pipelines.synthetic_caller.voice import CallerVoice
from pipelines.weights import adding, store
from pipelines.weights.adding import Found
from pipelines.weights.catalogue import Model
from pipelines.weights.merge_about import licence_of, spelled

_OUT = Console(highlight=False, markup=False)
_SAID = "greet"  # the wording that is said, or heard, where no clip is given


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an operator says of weights. `merging` where they are to be merged first."""

    source: Path
    name: str = ""
    languages: tuple[str, ...] = ()
    licence: str = ""
    clip: Path | None = None
    llama_server: str = ""
    token: str = ""
    use: bool = False
    merging: Merging | None = None


def add(wanted: Wanted) -> None:
    """Copy it into the models folder, try it, say what to set for it to be used."""
    settings = Settings(llama_server=wanted.llama_server) if wanted.llama_server else Settings()
    if wanted.clip is not None and not wanted.clip.is_file():
        fail(f"{wanted.clip}: no such recording", WRONG_USAGE)
    if wanted.use:
        require_language(wanted.languages, settings)
    try:
        require_program(settings.llama_server)
    except EngineError as error:
        fail(str(error), WRONG_USAGE)
    parts = settings.models / ".parts" / ".added"  # no model can have that name
    try:
        model, came = _taken(wanted, settings, parts)
    except EngineError as error:
        fail(str(error), MISSING)
    except KeyboardInterrupt:
        fail(f"{wanted.source} was not merged to the end: nothing was added", MISSING)
    finally:
        shutil.rmtree(parts, ignore_errors=True)
    try:
        said = asyncio.run(_tried(model, settings, wanted, came.token))
    except EngineError as error:
        _take_away(model, settings)
        fail(f"{model.name} does not work and was taken away again: {error}", MISSING)
    except (KeyboardInterrupt, asyncio.CancelledError):
        _take_away(model, settings)
        fail(f"{model.name} was not tried to the end, and was taken away again", MISSING)
    except BaseException:
        _take_away(model, settings)
        raise
    _OUT.print(said, soft_wrap=True)
    if wanted.use:
        try:
            _OUT.print(use(wanted.languages[0], model, came.token, settings), soft_wrap=True)
        except EngineError as error:
            fail(f"{model.name} is kept, and is not used yet: {error}", MISSING)
    if model.engine == "faster_whisper":
        for language in wanted.languages:
            _OUT.print(recogniser(language, settings), soft_wrap=True)


def _taken(wanted: Wanted, settings: Settings, parts: Path) -> tuple[Model, Made]:
    """Its entry, with its files in the models folder, and what was made on the way to it."""
    source, languages = wanted.source, wanted.languages
    if wanted.merging is None:
        found = adding.look(adding.unpacked(source, parts))
        token = spelled(wanted.token) if wanted.token else ""
        came = Made(found.folder, token, licence_of(found.folder), "")
        name = wanted.name or _named(source, found)
    else:
        name = wanted.name or source.resolve().name.lower().replace(" ", "-")
        adding.require_name(name, settings.prompts, settings.models)
        came = made(source, wanted.merging, languages, settings, parts)
        found = adding.look(came.folder)
    licence = wanted.licence or came.licence
    model = adding.describe(found, name, languages=languages, licence=licence, source=str(source))
    adding.add(found, model, settings.prompts, settings.models)
    where = settings.models / model.folder
    about = f"{model.name}: {model.what}, {model.megabytes} MB, in {where}, licence: {licence}"
    _OUT.print(f"{came.what}\n{about}".strip(), soft_wrap=True)
    return model, came


def _take_away(model: Model, settings: Settings) -> None:
    store.remove(model, settings.models)
    adding.drop(model.name, settings.models)


def _named(source: Path, found: Found) -> str:
    of_file = found.kind == "piper" or found.files[0].endswith(".gguf")
    place = source.resolve()
    whole = place.name if place.is_dir() else place.stem
    name = Path(found.files[0]).stem if of_file else whole
    return name.lower().replace(" ", "-")


async def _tried(model: Model, settings: Settings, wanted: Wanted, token: str) -> str:
    language = (*wanted.languages, settings.language)[0]
    match model.engine:
        case "faster_whisper":
            return await _transcribed(model, settings, language, token, wanted)
        case "piper":
            return await _spoken(model, settings, language)
        case _:
            folder, first = settings.models / model.folder, next(iter(model.files))
            weights = folder / first if first.endswith(".gguf") else folder
            return await answered(weights.absolute(), wanted.languages, settings)


async def _transcribed(
    model: Model, settings: Settings, language: str, token: str, wanted: Wanted
) -> str:
    from pipelines.sound_files import read_sound

    clip = wanted.clip
    packs = load_with(settings.prompts, settings.languages, language).packs
    pack = packs.get(language, packs[settings.language])
    sentence = pack.language.sentences(_SAID)[0]
    if clip is None:
        async with CallerVoice(settings, pack) as voice:
            pcm = await voice.say(sentence)
        what = f"The embedded voice's '{sentence}'"
    else:
        pcm, what = read_sound(clip, SAMPLE_RATE), str(clip)
    checkpoint = Checkpoint(settings.models / model.folder, token)
    default, own = (None, {language: checkpoint}) if token else (checkpoint, {})
    engine = FasterWhisper(default, own, workers=1, calls=1, deadline=60.0)
    await engine.start()
    try:
        served = next(c for c in (language, settings.language, "en") if engine.serves(c))
        stream = await engine.open(served, "wide", lambda _: None)
        stream.begin()
        stream.hear(pcm)
        since = time.perf_counter()
        heard = await stream.finish()
        took = time.perf_counter() - since
        await stream.close()
    finally:
        await engine.close()
    said = f"{what} was heard as '{heard.text}' ({heard.confidence:.2f}, {took:.2f} s)."
    if wanted.use:
        return said
    named = f'token = "{token}"' if token else "the token that it was trained on"
    return (
        f"{said} To hear all calls with it: WAXTAAN_WHISPER_MODEL={model.folder}; one language: "
        f'[asr] in its language.toml, model = "{model.folder}" and {named}; --use writes that.'
    )


async def _spoken(model: Model, settings: Settings, language: str) -> str:
    packs = load(settings.prompts, settings.languages).packs
    sentence = packs.get(language, packs[settings.language]).language.sentences(_SAID)[0]
    voice = Voice(Path(next(iter(model.files))).stem)
    engine = Piper(settings.models / "piper", {language: voice}, settings.piper_python)
    await engine.start()
    try:
        since = time.perf_counter()
        pcm = b"".join([chunk async for chunk in engine.synthesise(sentence, voice)])
        took = time.perf_counter() - since
    finally:
        await engine.close()
    length = len(pcm) / 2 / engine.sample_rate
    return (
        f"It said '{sentence}' in {took:.2f} s: {length:.2f} s of sound. To have it speak: "
        f'piper = "{voice.name}" under [voice] in the language\'s language.toml.'
    )
