"""`waxtaan languages CODE --review | --listening-sheet`: for people who own a language."""

import asyncio
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.progress import track

from pipelines.cli.errors import MISSING, WRONG_USAGE, fail
from pipelines.cli.review import listening
from pipelines.errors import ConfigurationError, EngineError
from pipelines.language_pages.app import create_app
from pipelines.language_pages.folder import LanguageFolder
from pipelines.language_pages.listening_sheet import Spoken, chosen, write_sheet
from pipelines.language_pages.voice import LanguageVoice
from pipelines.packs.coverage import SOURCE
from pipelines.packs.language_files import EVERY
from pipelines.packs.reader import DialogueConfig, load
from pipelines.packs.review_file import read_marks
from pipelines.settings import Settings

_LONGEST_NAME = 100


def review(code: str, reviewer: str, port: int) -> None:
    """Serve until interrupted, to this machine alone."""
    settings = Settings()
    config = _config(settings, code)
    name = reviewer.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        fail(
            'whose word it is stands beside every line: --as "A. N.", '
            f"{_LONGEST_NAME} characters at most",
            WRONG_USAGE,
        )
    try:
        read_marks(settings.prompts / code)
    except ConfigurationError as error:
        fail(str(error), WRONG_USAGE)
    asyncio.run(_serve(settings, config, code, name, port))


async def _serve(
    settings: Settings, config: DialogueConfig, code: str, reviewer: str, port: int
) -> None:
    import uvicorn

    listener = listening(port)
    host, port = listener.getsockname()[:2]
    folder = LanguageFolder(settings.prompts, code, reviewer, config)
    voice = LanguageVoice(settings, config, code)
    app = create_app(folder, voice, f"{host}:{port}", date.today)
    served = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off")
    print(f"Review it on http://{host}:{port}/ (Ctrl-C ends it)", flush=True)
    try:
        await uvicorn.Server(served).serve(sockets=[listener])
    finally:
        await voice.close()


def sheet(code: str, out: Path) -> None:
    """Write the sounds and the page into a folder that is not there yet, or empty."""
    settings = Settings()
    config = _config(settings, code)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        fail(f"{out}: is there already and not empty; name a new folder", WRONG_USAGE)
    language = config.packs[code].language
    said = chosen(language)
    if not said:
        fail(f"prompts/{code}/phrases.toml: no sentence without a {{value}} to listen to", 1)
    try:
        spoken = asyncio.run(_spoken(settings, config, code, said))
        write_sheet(out, code, language.name, spoken, date.today())
    except EngineError as error:
        fail(str(error), MISSING)
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}; name another folder", WRONG_USAGE)
    print(f"{len(spoken)} sentences: open {out / 'index.html'} in a browser")


async def _spoken(
    settings: Settings, config: DialogueConfig, code: str, said: list[str]
) -> list[Spoken]:
    voice = LanguageVoice(settings, config, code)
    shown = Console(stderr=True, markup=False)
    try:
        return [
            Spoken(sentence, await voice.wav(sentence))
            for sentence in track(said, f"{code}: speaking", console=shown, transient=True)
        ]
    finally:
        await voice.close()


def _config(settings: Settings, code: str) -> DialogueConfig:
    """The language and English."""
    if not code:
        fail("which language? waxtaan languages CODE --review", WRONG_USAGE)
    if code == EVERY:
        fail(f"'{EVERY}' is no language; one at a time", WRONG_USAGE)
    try:
        return load(settings.prompts, tuple(dict.fromkeys((SOURCE, code))))
    except ConfigurationError as error:
        fail(str(error), WRONG_USAGE)
