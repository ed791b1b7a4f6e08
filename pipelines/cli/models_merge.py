"""`waxtaan models add --merge`: a published Whisper, merged and converted on the way."""

import sys
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from pipelines.cli.errors import WRONG_USAGE, fail
from pipelines.engine_choice.asr import choose_asr
from pipelines.engines.asr.whisper.languages import token_of
from pipelines.errors import ConfigurationError, EngineError
from pipelines.packs.asr_table import with_asr
from pipelines.packs.reader import load, load_with
from pipelines.settings import Settings
from pipelines.weights import merge_about, merge_base, merge_source, merging
from pipelines.weights.catalogue import Model
from pipelines.weights.hub import Weights

_OUT = Console(highlight=False, markup=False)


@dataclass(frozen=True, slots=True)
class Merging:
    """What an operator says of it. "" where it is to be found out."""

    base: str = ""
    token: str = ""
    compute: str = ""
    python: str = ""


def merging_asked(merge: bool, base: str, token: str, compute: str, python: str) -> Merging | None:
    """What the options say; None without --merge. Ends the command for those that want it."""
    if merge:
        return Merging(base, token, compute, python)
    given = {"--base": base, "--compute": compute, "--python": python}
    if lone := [option for option, value in given.items() if value]:
        fail(f"{', '.join(lone)}: with --merge only", WRONG_USAGE)
    return None


@dataclass(frozen=True, slots=True)
class Made:
    """A Whisper for CTranslate2, what it was trained on, whose terms it has, what was done."""

    folder: Path
    token: str
    licence: str
    what: str


def made(
    source: Path, how: Merging, languages: tuple[str, ...], settings: Settings, out: Path
) -> Made:
    """Merge and convert into `out`. What can be told before anything is loaded is.

    Raises:
        EngineError: it cannot be.
    """
    compute = _compute(how.compute, settings)
    published = merge_source.look(source)
    adapter = published.adapter
    base, beside = published, Path(how.base) if how.base else None
    if adapter:
        base = merge_base.find(
            *(published.base, how.base, settings.models, settings.hub, settings.hub_patience),
            _say,
        )
        merge_source.require_fit(published, base)
    token = _token(published, how.token, languages)
    merging.tokenizer_of(published, base, beside)
    merging.require_disk(base, compute, settings.models)
    python = merging.interpreter(how.python or settings.train_python, sys.executable)
    merging.require_packages(python, adapter=adapter)
    _say(f"{'Merging' if adapter else 'Converting'} {source}, {compute}, by {python}")
    done = merging.merge(merging.Job(published, base, beside, token, compute), python, out)
    what = f"Converted from {source} to {compute}"
    if adapter:
        what = (
            f"Merged from {source} into {base.folder}: {done.layers} layers changed, by "
            f"{done.change:.2g} (root mean square); converted to {compute}"
        )
    what += f", {done.tokens} tokens, trained with <|{token}|>."
    return Made(done.folder, token, _licence(source, base.folder), what)


def _say(line: str) -> None:
    _OUT.print(line, soft_wrap=True)


def _compute(asked: str, settings: Settings) -> str:
    """int8 for a CPU, float16 for a GPU, where nobody says otherwise."""
    if asked and asked not in merging.COMPUTES:
        known = ", ".join(merging.COMPUTES)
        raise EngineError(f"--compute {asked}: there are {known}")
    if not asked and settings.whisper_compute in merging.COMPUTES:
        return settings.whisper_compute
    gpu = settings.whisper_device == "cuda"
    return asked or ("float16" if gpu else "int8")


def _token(published: merge_source.Published, asked: str, languages: tuple[str, ...]) -> str:
    """As asked, as its settings say, or the language's own."""
    if asked:
        return merge_about.spelled(asked)
    if found := merge_about.token_in([published.folder]):
        return found
    own = token_of(languages[0]) if languages else None
    if own is None:
        which = f"{languages[0]} is none of Whisper's languages" if languages else "no --language"
        raise EngineError(
            f"{published.folder} does not say which language token it was trained with, and "
            f"{which}: its page or its training script has it (language=...); name it with --token"
        )
    return own


def _licence(source: Path, base: Path) -> str:
    its = merge_about.licence_of(source)
    if base == source:
        return its
    of_base = merge_about.licence_of(base)
    return its if of_base == merge_about.UNKNOWN else f"{its}; base: {of_base}"


def use(language: str, model: Model, token: str, settings: Settings) -> str:
    """Write it into the language's language.toml; what was done.

    Raises:
        EngineError: it cannot be written.
    """
    if model.engine != "faster_whisper":
        raise EngineError(f"--use is for recognisers, and this is {model.what}")
    token = token or token_of(language) or ""
    if not token:
        raise EngineError(f"Whisper has no token for {language}: --token names the one it has")
    path = settings.prompts / language / "language.toml"
    try:
        changed = with_asr(path.read_text(encoding="utf-8"), model.folder, token)
        part = path.with_name(f".{path.name}.part")
        part.write_text(changed, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise EngineError(f"{path} cannot be written: {error.strerror}") from error
    except ConfigurationError as error:
        raise EngineError(f"{path.parent}: {error}") from error
    return f"Written into {path}: [asr] model and token."


def require_language(languages: tuple[str, ...], settings: Settings) -> None:
    """Ends the command where --use has no language, or one that has no pack."""
    if len(languages) != 1:
        fail("--use wants one --language, in whose language.toml it is written", WRONG_USAGE)
    if not (settings.prompts / languages[0] / "language.toml").is_file():
        fail(
            f"there is no {settings.prompts / languages[0]}: 'waxtaan check --start "
            f"{languages[0]}' begins a language",
            WRONG_USAGE,
        )


def recogniser(language: str, settings: Settings) -> str:
    """What hears a language as things are set now, in a sentence."""

    def get(weights: Weights) -> Path:
        if folder := weights.present(settings.models):
            return folder
        raise EngineError(f"'waxtaan models get whisper-{weights.folder.rpartition('/')[2]}'")

    packs = load_with(settings.prompts, settings.languages, language).packs
    if language not in packs:
        return f"No pack for {language}: 'waxtaan check --start {language}' begins one."
    pack = {language: packs[language]}
    try:
        choice = choose_asr(settings, pack, get)
    except EngineError as error:
        return f"{language} is not heard by Whisper: {error}"
    checkpoint = choice.checkpoints.get(language)
    if checkpoint is not None:
        folder, how = checkpoint.model, f"<|{checkpoint.token}|>, {checkpoint.compute}"
        said = f"{language} is heard by {folder}, {how}"
    elif choice.default is not None and token_of(language):
        said = f"{language} is heard by {choice.default.model}, which all languages share"
    elif choice.default is not None:
        said = f"{language} has no recogniser: Whisper does not know it, and [asr] names none"
    else:
        said = f"{language} is heard by {choice.engine}: {choice.why}"
    served = load(settings.prompts, settings.languages).packs
    draft = "" if language in served else "; no call is answered in it: WAXTAAN_LANGUAGES names it"
    return f"Now {said}{draft}."
