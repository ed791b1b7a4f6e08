"""`waxtaan check --start`: the folder of a new language, English to translate in every file."""

import re

from rich.console import Console

from pipelines.cli.errors import WRONG_USAGE, fail
from pipelines.packs.coverage import SOURCE
from pipelines.packs.skeleton import FILES, write_skeleton
from pipelines.settings import Settings

_OUT = Console(highlight=False, markup=False)
_CODE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")


def start_language(code: str) -> None:
    """Write `prompts/<code>/`: every file of English as comments, to be translated line by line."""
    settings = Settings()
    require_code(code)
    folder = settings.prompts / code
    if folder.exists():
        fail(f"{folder} exists already", WRONG_USAGE)
    write_skeleton(settings.prompts, code, SOURCE)
    _OUT.print(f"Wrote {folder}: language.toml, {', '.join(f'{name}.toml' for name in FILES)}.")
    _OUT.print(
        "Translate line by line: what stays a comment falls back to English. What is missing: "
        f"waxtaan languages {code}. What is wrong: waxtaan check --language {code}. A language "
        f"model drafts it: waxtaan translate --to {code}"
    )


def require_code(code: str) -> None:
    """End where it cannot be the name of a language's folder."""
    if not _CODE.fullmatch(code):
        fail(f"'{code}' is no lower-case BCP 47 code, such as 'wo' or 'pt-br'", WRONG_USAGE)
