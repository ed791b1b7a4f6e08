"""`waxtaan models add`: weights of one's own, tried before they are believed."""

import asyncio
import shutil
import time
from pathlib import Path

from rich.console import Console

from pipelines.cli.errors import MISSING, WRONG_USAGE, fail
from pipelines.cli.models_add_llm import answered, require_program
from pipelines.engines.asr.engine import SAMPLE_RATE
from pipelines.engines.asr.faster_whisper import FasterWhisper
from pipelines.engines.asr.whisper.checkpoint import Checkpoint
from pipelines.engines.tts.engine import Voice
from pipelines.engines.tts.piper import Piper
from pipelines.errors import EngineError
from pipelines.packs.reader import load
from pipelines.settings import Settings
from pipelines.synthetic_caller.voice import CallerVoice
from pipelines.weights import adding, store
from pipelines.weights.adding import Found
from pipelines.weights.catalogue import Model

_OUT = Console(highlight=False, markup=False)
_SAID = "greet"  # the wording that is said, or heard, where no clip is given


def add(
    source: Path,
    name: str,
    languages: tuple[str, ...],
    licence: str,
    clip: Path | None,
    llama_server: str = "",
) -> None:
    """Copy it into the models folder, try it, say what to set for it to be used."""
    settings = Settings(llama_server=llama_server) if llama_server else Settings()
    if clip is not None and not clip.is_file():
        fail(f"{clip}: no such recording", WRONG_USAGE)
    try:
        require_program(settings.llama_server)
    except EngineError as error:
        fail(str(error), WRONG_USAGE)
    parts = settings.models / ".parts" / "added"
    try:
        found = adding.look(adding.unpacked(source, parts))
        chosen = name or _named(source, found)
        model = adding.describe(
            found, chosen, languages=languages, licence=licence, source=str(source)
        )
        adding.add(found, model, settings.prompts, settings.models)
    except EngineError as error:
        fail(str(error), MISSING)
    finally:
        shutil.rmtree(parts, ignore_errors=True)
    where = settings.models / model.folder
    _OUT.print(
        f"{model.name}: {model.what}, {model.megabytes} MB, in {where}",
        soft_wrap=True,
    )
    try:
        said = asyncio.run(_tried(model, settings, languages, clip))
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


def _take_away(model: Model, settings: Settings) -> None:
    store.remove(model, settings.models)
    adding.drop(model.name, settings.models)


def _named(source: Path, found: Found) -> str:
    of_file = found.kind == "piper" or found.files[0].endswith(".gguf")
    place = source.resolve()
    whole = place.name if place.is_dir() else place.stem
    name = Path(found.files[0]).stem if of_file else whole
    return name.lower().replace(" ", "-")


async def _tried(
    model: Model, settings: Settings, languages: tuple[str, ...], clip: Path | None
) -> str:
    language = (*languages, settings.language)[0]
    match model.engine:
        case "faster_whisper":
            return await _transcribed(model, settings, language, clip)
        case "piper":
            return await _spoken(model, settings, language)
        case _:
            folder, first = settings.models / model.folder, next(iter(model.files))
            weights = folder / first if first.endswith(".gguf") else folder
            return await answered(weights.absolute(), languages, settings)


async def _transcribed(model: Model, settings: Settings, language: str, clip: Path | None) -> str:
    from pipelines.sound_files import read_sound

    packs = load(settings.prompts, settings.languages).packs
    pack = packs.get(language, packs[settings.language])
    sentence = pack.language.sentences(_SAID)[0]
    if clip is None:
        async with CallerVoice(settings, pack) as voice:
            pcm = await voice.say(sentence)
        what = f"The embedded voice's '{sentence}'"
    else:
        pcm, what = read_sound(clip, SAMPLE_RATE), str(clip)
    folder = settings.models / model.folder
    engine = FasterWhisper(Checkpoint(folder), workers=1, calls=1, deadline=60.0)
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
    return (
        f"{what} was heard as '{heard.text}' ({heard.confidence:.2f}, {took:.2f} s). To hear all "
        f"calls with it: WAXTAAN_WHISPER_MODEL={model.folder}; one language: [asr] in its "
        f'language.toml, model = "{model.folder}" and the token that it was trained on.'
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
