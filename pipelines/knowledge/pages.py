"""An operator's Markdown pages become passages: short, titled chunks that an answer may rest on.

A page's title is its first heading; every further heading begins a section. A section longer than
`LONGEST` words is cut between paragraphs, or sentences where a paragraph alone is longer. Tables
become a sentence a row, each cell with its column's name, so that a price stands next to what it is
for.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import ConfigurationError

LONGEST = 90  # words of a passage: what a model reads in no time, and says in two sentences
LARGEST = 200_000  # bytes of a page

_COMMENT = re.compile(r"<!--.*?-->", re.S)
_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*\s*")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_EMPHASIS = re.compile(r"(?<!\w)(\*\*|__|\*|_|`)(?=\S)(.+?)(?<=\S)\1(?!\w)")
_BULLET = re.compile(r"\A[-*+]\s+")
_ITEM = re.compile(r"[-*+]\s|\d{1,2}[.)]\s")
_RULE = re.compile(r"\s*(?:\|?\s*:?-+:?\s*)+\|?\s*")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+")


class KnowledgeError(ConfigurationError):
    """A page cannot be used: names the file and what to do."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a page. `source` names it for the log: "en/roaming.md#travel-pass"."""

    source: str
    title: str
    heading: str  # the headings under the title, "A > B"; "" before the first
    body: str

    @property
    def page(self) -> str:
        """What the page is called in sources: "en/roaming.md"."""
        return self.source.partition("#")[0]

    @property
    def text(self) -> str:
        """What a language model is shown, and what may be said: headings and all."""
        return f"{' > '.join(h for h in (self.title, self.heading) if h)}\n{self.body}"


def read_page(path: Path, name: str) -> list[Chunk]:
    """The passages of a page; `name` is what it is called in sources ("en/roaming.md").

    Raises:
        KnowledgeError: it is too large, not UTF-8, or has no heading to be known by.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise KnowledgeError(f"{path}: {error.strerror}; mend or remove the page") from error
    if len(raw) > LARGEST:
        raise KnowledgeError(
            f"{path}: {len(raw)} bytes, at most {LARGEST} are read; split it into several pages"
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise KnowledgeError(
            f"{path}: byte {error.start} is not UTF-8; save the page as UTF-8"
        ) from error
    chunks = list(_passages(_COMMENT.sub("", text), path, name))
    if not chunks:
        raise KnowledgeError(f"{path}: nothing but headings; write the page or remove it")
    return chunks


def _passages(text: str, path: Path, name: str) -> Iterator[Chunk]:
    title, used = "", set[str]()
    for headings, lines in _sections(text):
        title = title or (headings[0] if headings else "")
        bodies = list(_bounded(_paragraphs(lines)))
        if bodies and not title:
            raise KnowledgeError(f"{path}: no heading; begin the page with a line '# Its title'")
        for body in bodies:
            anchor = _anchor(headings[-1], used)
            yield Chunk(f"{name}#{anchor}", title, " > ".join(headings[1:]), body)


def _sections(text: str) -> Iterator[tuple[list[str], list[str]]]:
    """Each heading's path, the title first, and the lines under it."""
    path: list[tuple[int, str]] = []
    lines: list[str] = []
    for line in text.splitlines():
        match = _HEADING.fullmatch(line)
        if match is None:
            lines.append(line)
            continue
        yield [heading for _, heading in path], lines
        level, lines = len(match[1]), []
        path = path[:1] + [(above, h) for above, h in path[1:] if above < level]
        path.append((level, _plain(match[2])))
    yield [heading for _, heading in path], lines


def _paragraphs(lines: list[str]) -> Iterator[str]:
    block: list[str] = []
    for line in [*lines, ""]:
        if line.strip() and not line.strip().startswith("```"):
            block.append(line.strip())
        elif block:
            yield _table(block) if block[0].startswith("|") else _text(block)
            block = []


def _text(block: list[str]) -> str:
    """Running text in one line, a list in a line for each item."""
    lines: list[str] = []
    for line in block:
        if not lines or _ITEM.match(line):
            lines.append("")
        lines[-1] += f" {_BULLET.sub('', line)}"
    return "\n".join(_plain(line) for line in lines)


def _table(block: list[str]) -> str:
    """ "| Zone | Call |", "|---|---|", "| Turkey | 1 euro |" -> "Zone: Turkey; Call: 1 euro." """
    cells = [[_plain(c) for c in line.strip("|").split("|")] for line in block]
    rows = [row for row, line in zip(cells, block, strict=True) if not _RULE.fullmatch(line)]
    return "\n".join(
        "; ".join(f"{name}: {cell}" for name, cell in zip(rows[0], row, strict=False) if cell) + "."
        for row in rows[1:]
    )


def _bounded(paragraphs: Iterator[str]) -> Iterator[str]:
    """Paragraphs together as long as they fit, sentences where one alone does not."""
    body: list[str] = []
    for paragraph in paragraphs:
        fits = len(paragraph.split()) <= LONGEST
        for part in [paragraph] if fits else _SENTENCE.split(paragraph.replace("\n", " \n")):
            if body and len(" ".join([*body, part]).split()) > LONGEST:
                yield "\n".join(body)
                body = []
            body.append(part.strip())
    if body:
        yield "\n".join(body)


def _plain(markdown: str) -> str:
    """Text as it is read: without links' addresses and emphasis."""
    return re.sub(r"\s+", " ", _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", markdown))).strip()


def _anchor(heading: str, used: set[str]) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFD", heading) if not unicodedata.combining(c))
    anchor = first = "-".join(re.findall(r"\w+", bare.lower()))
    number = 1
    while anchor in used:
        number += 1
        anchor = f"{first}-{number}"
    used.add(anchor)
    return anchor
