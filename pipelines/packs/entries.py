"""A language's lists of sentences beside English's: what a person reviews, line by line."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pipelines.packs.coverage import SOURCE
from pipelines.packs.plurals import is_exact
from pipelines.packs.review_state import Marks, State, Tally, state, tally
from pipelines.packs.toml_files import read_toml
from pipelines.packs.toml_lists import Place, lists

FILES = (  # the most important first; what only teaches (`samples`, `replies`) is not reviewed
    *("phrases", "intents", "yes_no", "language", "gate"),
    *("turn_taking", "languages", "spelling", "search"),
)
_KEY = re.compile(r'^(?:"(?P<quoted>[^"]+)"|(?P<bare>[\w-]+))[ \t]*=')
_NAMED = 3  # beginnings of names that title a section without a comment


@dataclass(frozen=True, slots=True)
class Entry:
    """A list in a file, `own` beside `source`; () where either has none."""

    file: str  # without ".toml"
    place: Place
    section: str
    source: tuple[str, ...]
    own: tuple[str, ...]

    @property
    def key(self) -> str:
        """By which review.toml names it: "ask.line", "balance.say"."""
        return ".".join(self.place)


def entries(prompts: Path, code: str) -> list[Entry]:
    """All of a language, in English's order, and behind them what English has not.

    Raises:
        ConfigurationError: a file is no TOML.
    """
    return [each for file in FILES for each in _of_file(prompts, code, file)]


def states(found: Sequence[Entry], marks: Marks) -> list[State]:
    """Of each entry, as it stands today."""
    return [state(marks.get(each.file, {}).get(each.key), each.source, each.own) for each in found]


def tallies(found: Sequence[Entry], marks: Marks) -> dict[str, Tally]:
    """By file."""
    each = list(zip(found, states(found, marks), strict=True))
    return {file: tally(s for entry, s in each if entry.file == file) for file in FILES}


def _of_file(prompts: Path, code: str, file: str) -> Iterator[Entry]:
    source, own = (_lists(prompts / each / f"{file}.toml") for each in (SOURCE, code))
    path = prompts / SOURCE / f"{file}.toml"
    titles = _sections(path.read_text(encoding="utf-8")) if file == "phrases" else {}
    for place in dict.fromkeys((*source, *own)):
        exact = file == "phrases" and is_exact(place[0]) and place not in own
        if not exact:  # a form for one number, which not every language needs
            title = titles.get(place[0], "in this language alone" if titles else place[0])
            yield Entry(file, place, title, source.get(place, ()), own.get(place, ()))


def _lists(path: Path) -> Mapping[Place, tuple[str, ...]]:
    try:
        about = path.stat()
    except OSError:
        return {}
    return _read(path, about.st_mtime_ns, about.st_size)


@lru_cache(maxsize=4 * len(FILES))  # English's are read beside every language's
def _read(path: Path, _: int, __: int) -> Mapping[Place, tuple[str, ...]]:
    return lists(read_toml(path))


def _sections(text: str) -> dict[str, str]:
    """Name of a wording -> the title of its paragraph: the comment above it, else its names."""
    found: dict[str, str] = {}
    for paragraph in re.split(r"\n[ \t]*\n", text):
        rows = paragraph.splitlines()
        names = [m["quoted"] or m["bare"] for m in map(_KEY.match, rows) if m]
        comment = " ".join(row.lstrip("# ") for row in rows if row.startswith("#"))
        begins = list(dict.fromkeys(name.partition(".")[0] for name in names))
        more = ", …" if len(begins) > _NAMED else ""
        title = comment or ", ".join(begins[:_NAMED]) + more
        found |= dict.fromkeys(names, title)
    return found
