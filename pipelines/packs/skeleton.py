"""The files of a new language: another's, every line a comment, to be translated in place."""

import json
from pathlib import Path

FILES = (
    *("phrases", "intents", "yes_no", "spelling", "gate", "search"),
    *("turn_taking", "languages", "llm", "callers"),
)
_ABOUT = """\
# Begun from another language: what is behind "# " is that one's still. Translate a line and take
# the "# " away; until then it falls back, and 'waxtaan languages {code}' lists it.
name = {name} # in the language itself
review = "untranslated skeleton" # then: "reviewed by A.N., 2026-12-01"
draft = true # take this away once a speaker has looked at it: calls are answered in it from then on
fallback = "{source}" # whose wording is said where there is none here
{months} # translate
"""


def skeleton(prompts: Path, code: str, source: str, name: str = "") -> dict[str, str]:
    """The text of each file by its name, "language" among them.

    Args:
        code: lower-case BCP 47.
        source: whose files they are made from.
        name: what the language calls itself; its code where nobody said.
    """
    texts = {
        each: _commented((prompts / source / f"{each}.toml").read_text(encoding="utf-8"))
        for each in FILES
    }
    about = (prompts / source / "language.toml").read_text(encoding="utf-8")
    return {"language": _language(about, code, source, name or code), **texts}


def write_skeleton(prompts: Path, code: str, source: str, name: str = "") -> Path:
    """The same as files of a new folder, which is returned. Raises FileExistsError."""
    texts = skeleton(prompts, code, source, name)
    folder = prompts / code
    folder.mkdir(parents=True)
    for each, text in texts.items():
        (folder / f"{each}.toml").write_text(text, encoding="utf-8")
    return folder


def _comment(line: str) -> str:
    return f"# {line}" if line and line[0] != "#" else line


def _commented(text: str) -> str:
    """Every line a comment; those that were and empty ones stay as they are."""
    return "\n".join(map(_comment, text.splitlines())) + "\n"


def _language(text: str, code: str, source: str, name: str) -> str:
    """What a pack cannot be read without stands where the other has it; the rest is commented."""
    lines = text.splitlines()
    months = next(line for line in lines if line.startswith("months ="))
    quoted = json.dumps(name, ensure_ascii=False)
    made = _ABOUT.format(code=code, name=quoted, source=source, months=months).splitlines()
    table = ""
    for line in lines[next(n for n, line in enumerate(lines) if not line.startswith("#")) :]:
        if line.startswith("["):
            table = line[1 : line.index("]")]
        if table == "voice":
            made += ["[voice]", f'espeak = "{code}"', "rate = 160", ""] if line[:1] == "[" else []
        elif line.startswith("[digits]"):
            made.append("[digits] # every way to say a digit, as here")
        elif table or not line.startswith(_SAID_ABOVE):
            made.append(_comment(line))
    return "\n".join(made) + "\n"


_SAID_ABOVE = ("name =", "review =", "months =", "draft =", "fallback =")
