"""The sentences in Mozilla's language packs: what a program says to people, in many languages.

They teach Albanian, Turkish, Ukrainian, Russian and Arabic, of which `WAXTAAN_DATA` has no text,
and are taught in the other languages as well, lest "e-mail" and "network" be signs of those five.
Debian packages them (`firefox-esr-l10n-sq`, `thunderbird-l10n-sq`, ...): the folder given holds
their `.xpi` files at any depth.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from pipelines.errors import EngineError

_NOT_TAUGHT = {"nb", "nn"}  # would take its short sentences from Danish
_OTHER_SCRIPT = {"ar", "bg", "el", "ru", "uk"}  # where Latin letters are names, or untranslated
_FLUENT = re.compile(r"\s*[.\-\w]+\s*=\s*(.*)|\s*\*?\[\w+\]\s*(.*)|\s+(.*)")
_MARKUP = re.compile(
    r"<[^>]*>|\{[^}]*\}?|\\u[0-9a-fA-F]{4}|\\[nt]|%\S*|https?:\S+|\w+\.\w+\S*|&\w*;?"
    r"|\b[A-Z][A-Za-z]*[A-Z]\w*"  # camel case and capitals: names
    r"|\b(?:Firefox|Mozilla|Thunderbird|Google|Windows|Linux|Microsoft|Ctrl|Shift|Alt)\b"
)
_FEWEST = 3  # words


def interface_texts(folder: Path) -> dict[str, list[str]]:
    """Sentences by language, sorted, each once.

    Raises:
        EngineError: there are no language packs.
    """
    found: dict[str, set[str]] = {}
    for path in sorted(folder.rglob("*.xpi")):
        name = path.name.partition("@")[0].removeprefix("langpack-")
        code = name.partition("-")[0].lower()
        if code not in _NOT_TAUGHT:
            found.setdefault(code, set()).update(_sentences(path))
    if not found:
        raise EngineError(
            f"no langpack-*.xpi under {folder}: unpack Debian's firefox-esr-l10n-* there "
            "(apt-get download, dpkg-deb -x)"
        )
    for code in _OTHER_SCRIPT & set(found):
        found[code] = {s for s in found[code] if not re.search("[a-zA-Z]", s)}
    untranslated = found.get("en", set())
    return {
        code: sorted(sentences if code == "en" else sentences - untranslated)
        for code, sentences in sorted(found.items())
    }


def _sentences(path: Path) -> Iterator[str]:
    with zipfile.ZipFile(path) as pack:
        for name in pack.namelist():
            if name.endswith((".ftl", ".properties")):
                text = pack.read(name).decode("utf-8", errors="replace")
                for value in _fluent(text) if name.endswith(".ftl") else _properties(text):
                    sentence = " ".join(_MARKUP.sub(" ", value).split())
                    if sentence.count(" ") >= _FEWEST - 1:
                        yield sentence


def _fluent(text: str) -> Iterator[str]:
    for line in text.splitlines():
        found = None if line.startswith("#") else _FLUENT.match(line)
        if found:
            yield found[1] or found[2] or found[3] or ""


def _properties(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if not line.startswith("#"):
            yield line.partition("=")[2]
