"""`waxtaan check --start`: the folder of a new language, English to translate in every file."""

import re

from rich.console import Console

from pipelines.cli.errors import WRONG_USAGE, fail
from pipelines.packs.coverage import SOURCE
from pipelines.settings import Settings

_OUT = Console(highlight=False, markup=False)
_CODE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_FILES = (
    *("phrases", "intents", "yes_no", "spelling", "gate", "search"),
    *("turn_taking", "languages", "llm", "callers"),
)
_ABOUT = """\
# Begun from English: what is behind "# " is English still. Translate a line and take the "# " away;
# until then it falls back, and 'waxtaan languages {code}' lists it.
name = "{code}" # in the language itself
review = "untranslated skeleton" # then: "reviewed by A.N., 2026-12-01"
draft = true # take this away once a speaker has looked at it: calls are answered in it from then on
fallback = "{source}" # whose wording is said where there is none here
{months} # translate
"""


def start_language(code: str) -> None:
    """Write `prompts/<code>/`: every file of English as comments, to be translated line by line."""
    settings = Settings()
    if not _CODE.fullmatch(code):
        fail(f"'{code}' is no lower-case BCP 47 code, such as 'wo' or 'pt-br'", WRONG_USAGE)
    folder = settings.prompts / code
    if folder.exists():
        fail(f"{folder} exists already", WRONG_USAGE)
    source = settings.prompts / SOURCE
    folder.mkdir(parents=True)
    for name in _FILES:
        text = (source / f"{name}.toml").read_text(encoding="utf-8")
        (folder / f"{name}.toml").write_text(_commented(text), encoding="utf-8")
    about = (source / "language.toml").read_text(encoding="utf-8")
    (folder / "language.toml").write_text(_language(about, code), encoding="utf-8")
    _OUT.print(f"Wrote {folder}: language.toml, {', '.join(f'{name}.toml' for name in _FILES)}.")
    _OUT.print(
        "Translate line by line: what stays a comment falls back to English. What is missing: "
        f"waxtaan languages {code}. What is wrong: waxtaan check --language {code}."
    )


def _commented(text: str) -> str:
    """Every line a comment; those that were and empty ones stay as they are."""
    lines = text.splitlines()
    return "\n".join(f"# {line}" if line and line[0] != "#" else line for line in lines) + "\n"


def _language(english: str, code: str) -> str:
    """What a pack cannot be read without stands; the rest is commented."""
    months = next(line for line in english.splitlines() if line.startswith("months ="))
    rest = "\n".join(
        line
        for line in english.splitlines()
        if not line.startswith(("name =", "review =", "months =", "# English"))
    )
    head = _ABOUT.format(code=code, source=SOURCE, months=months)
    voice = f'[voice]\nespeak = "{code}"\nrate = 160\n'
    digits = "[digits] # every way to say a digit, as in English below\n"
    return f"{head}\n{voice}\n{digits}\n{_commented(rest)}"
