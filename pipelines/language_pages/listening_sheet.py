"""A folder to listen by: sentences as a language's voice says them, rated from 1 to 5 on a page.

The page works from the disk, without a server and without a network; what is rated leaves it as a
file that the browser saves.
"""

import base64
import hashlib
import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from agent.languages.language import Language
from pipelines.packs.fixed_wording import sentences
from pipelines.quality.html import PAGE as HOUSE

OWN = Path(__file__).parent / "page"
MOST = 50  # sentences: an hour's work is not done; twenty minutes are


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence and its sound, a WAV file."""

    text: str
    wav: bytes


def chosen(language: Language, most: int = MOST) -> list[str]:
    """Fixed sentences from all over the wording, the same each time."""
    found = sentences(language)
    if len(found) <= most:
        return found
    return [found[number * len(found) // most] for number in range(most)]


def write_sheet(out: Path, code: str, name: str, spoken: Sequence[Spoken], made: date) -> None:
    """`index.html` and `01.wav`, `02.wav`, ... Raises OSError where it cannot be written."""
    out.mkdir(parents=True, exist_ok=True)
    width = len(str(len(spoken)))
    rows = []
    for number, each in enumerate(spoken, 1):
        file = f"{number:0{max(2, width)}}.wav"
        (out / file).write_bytes(each.wav)
        rows.append({"file": file, "text": each.text})
    page = _page({"code": code, "name": name, "made": made.isoformat(), "rows": rows})
    (out / "index.html").write_text(page, encoding="utf-8")


def _page(data: dict[str, object]) -> str:
    """Nothing in the data can become a part of the page: it is JSON without a "<"."""
    style = "".join(
        path.read_text(encoding="utf-8")
        for path in (HOUSE / "theme.css", HOUSE / "controls.css", OWN / "sheet.css")
    )
    script = (OWN / "sheet.js").read_text(encoding="utf-8")
    told = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    parts = {
        "POLICY": html.escape(policy_of(script, style), quote=False),
        "NAME": html.escape(str(data["name"])),
        "STYLE": style,
        "DATA": told,
        "SCRIPT": script,
    }
    page = (OWN / "sheet.html").read_text(encoding="utf-8")
    pieces = page.split("%%")
    return "".join(parts[piece] if n % 2 else piece for n, piece in enumerate(pieces))


def policy_of(script: str, style: str) -> str:
    """The Content-Security-Policy of a page that holds no more than these, and sounds beside it."""
    return (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; "
        "img-src data:; media-src 'self' file:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
