"""Which engine hears, and why.

`auto` is Whisper where its weights lie under `models` or the hub hands them over at start, and the
embedded engine otherwise, at once and said plainly.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from loguru import logger

from pipelines.engines.asr.engine import SAMPLE_RATE, Recogniser
from pipelines.engines.asr.faster_whisper import FasterWhisper
from pipelines.engines.asr.pocketsphinx import Pocketsphinx
from pipelines.engines.asr.pronunciation import Phonemes
from pipelines.engines.asr.routing import RoutedRecogniser
from pipelines.engines.asr.whisper.checkpoint import Checkpoint
from pipelines.errors import EngineError
from pipelines.packs.pack import Pack
from pipelines.settings import Settings
from pipelines.weights.catalogue import load
from pipelines.weights.hub import Get, Weights
from pipelines.weights.installed import noted, require

_FILES = ("model.bin", "config.json", "*.json", "vocabulary.*")
_NEEDS = ("model.bin", "config.json", "tokenizer.json")


def _whisper(size: str, repository: str, megabytes: int) -> Weights:
    return Weights(f"whisper/{size}", repository, _FILES, _NEEDS, "MIT", megabytes)


# What faster-whisper itself names by size; megabytes as their hub pages give them.
WHISPER: Mapping[str, Weights] = {
    "tiny": _whisper("tiny", "Systran/faster-whisper-tiny", 78),
    "tiny.en": _whisper("tiny.en", "Systran/faster-whisper-tiny.en", 78),
    "base": _whisper("base", "Systran/faster-whisper-base", 148),
    "small": _whisper("small", "Systran/faster-whisper-small", 486),
    "medium": _whisper("medium", "Systran/faster-whisper-medium", 1530),
    "large-v3": _whisper("large-v3", "Systran/faster-whisper-large-v3", 3090),
    "large-v3-turbo": _whisper(
        "large-v3-turbo", "mobiuslabsgmbh/faster-whisper-large-v3-turbo", 1620
    ),
}


class DamagedError(EngineError):
    """Weights are here and cannot be used: cut short, altered, or not all of them."""


@dataclass(frozen=True, slots=True)
class AsrChoice:
    """The engine that hears, and why it is that one. Checkpoints only for faster_whisper."""

    engine: str
    why: str
    default: Checkpoint | None = None
    checkpoints: Mapping[str, Checkpoint] = field(default_factory=dict)  # by language


def choose_asr(settings: Settings, packs: Mapping[str, Pack], get: Get) -> AsrChoice:
    """The configured recogniser, or the best there are.

    Raises:
        EngineError: what is configured by name cannot be had.
    """
    if settings.asr == "pocketsphinx":
        return AsrChoice("pocketsphinx", "configured")
    device = _device(settings)
    compute = settings.whisper_compute
    if compute == "auto":
        compute = "float16" if device == "cuda" else "int8"
    size = settings.whisper_model
    if size == "auto":
        size = "large-v3-turbo" if device == "cuda" else "base"
    try:
        folder = _folder(size, settings, get)
    except EngineError as error:
        if settings.asr == "faster_whisper":
            raise
        if isinstance(error, DamagedError):
            logger.warning("{}; the embedded recogniser serves instead", error)
        return AsrChoice("pocketsphinx", str(error))
    checkpoints = {
        code: Checkpoint(
            _folder(pack.asr.model, settings, get),
            pack.asr.token,
            pack.asr.compute or compute,
            pack.asr.device or device,
        )
        for code, pack in packs.items()
        if pack.asr is not None
    }
    why = f"Whisper {size} from {folder}, {compute} on {device}"
    return AsrChoice("faster_whisper", why, Checkpoint(folder, "", compute, device), checkpoints)


def open_recogniser(
    choice: AsrChoice, settings: Settings, phonemes: Phonemes, languages: Iterable[str] = ()
) -> Recogniser:
    """The chosen engine, to be started; with the embedded one for `languages` that it lacks.

    `phonemes` serve the embedded one.
    """
    embedded = Pocketsphinx(phonemes=phonemes)
    if choice.engine == "pocketsphinx":
        return embedded
    whisper = FasterWhisper(
        choice.default,
        choice.checkpoints,
        threads=settings.whisper_threads,
        workers=settings.whisper_workers,
        calls=settings.whisper_calls,
        deadline=settings.whisper_deadline,
        longest_turn=settings.max_turn_seconds,
    )
    lacking = {code for code in languages if whisper.serves(code) is None}
    lacking = {code for code in lacking if embedded.serves(code)}
    return RoutedRecogniser(whisper, embedded, lacking) if lacking else whisper


def _device(settings: Settings) -> str:
    if settings.whisper_device != "auto":
        return settings.whisper_device
    if not any(Path(device).exists() for device in ("/dev/nvidiactl", "/dev/dxg")):
        return "cpu"  # without loading what a driver would be asked with
    import ctranslate2

    return "cuda" if ctranslate2.get_cuda_device_count() else "cpu"


def _refuse_damaged(model: str, settings: Settings) -> None:
    """Raises DamagedError where a published model is here and not whole, or not what it was."""
    if model not in WHISPER:
        return
    folder = settings.models / WHISPER[model].folder
    known = {m.folder: m for m in load(settings.prompts, settings.models).values()}
    published = known.get(WHISPER[model].folder)
    if published is not None and noted(settings.models, published.name):
        try:
            require(settings.models, published)
        except EngineError as error:
            raise DamagedError(f"Whisper {model} is not loaded: {error}") from error
    missing = [name for name in _NEEDS if not (folder / name).is_file()]
    if missing and folder.is_dir() and any(folder.iterdir()):
        raise DamagedError(
            f"Whisper {model} is not loaded: {folder} lacks {', '.join(missing)}; add them, or "
            "remove the folder"
        )


def _folder(model: str, settings: Settings, get: Get) -> Path:
    """Where a checkpoint lies: a folder's path, a folder under `models`, or a size by name."""
    for folder in (Path(model), settings.models / model):
        if (folder / "model.bin").is_file():
            return folder
    _refuse_damaged(model, settings)
    weights = WHISPER.get(model)
    if weights is None and "/" in model and not Path(model).is_absolute():
        weights = Weights(f"whisper/{model}", model, _FILES, _NEEDS, "see its page", 0)
    if weights is None:
        raise EngineError(
            f"no Whisper checkpoint {model!r}: neither a folder with model.bin, here or under "
            f"{settings.models}, nor one of {', '.join(WHISPER)}"
        )
    try:
        return get(weights)
    except EngineError as error:
        raise EngineError(
            f"Whisper {model} ({weights.megabytes} MB, {weights.licence}) is not in "
            f"{settings.models / weights.folder}: {error}"
        ) from error


async def first_turn(recogniser: Recogniser, pack: Pack) -> None:
    """A turn of silence, so that the first caller is heard as quickly as the next."""
    stream = await recogniser.open(pack.language.code, "wide", lambda _: None)
    stream.expect(pack.language.code, pack.expected(tuple(pack.language.intents)))
    stream.begin()
    stream.hear(bytes(SAMPLE_RATE * 3))
    await stream.finish()
    await stream.close()
