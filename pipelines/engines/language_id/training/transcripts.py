"""The Kallaama project's transcripts (STM): what was said, and which words were borrowed.

A word followed by `:fra` was French, by `:ar` Arabic, by `:en` English; `[b]` and the like are
noises, `%hum` a hesitation, `*` a word that was not understood.
"""

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

Token = tuple[str, str]  # the word, and the language it was tagged with, "" for the recording's own

_LINE = re.compile(r"\S+ \S+ (\S+) \S+ \S+ <[^>]*> (.*)")
_NOISE = re.compile(r"\[[^\]]*\]|%\w+|\*")
_NOBODY = ("excluded_region", "inter_segment_gap")
# The tags, mistyped in all ways; others (":wolof") say nothing that the file does not.
_TAGS = {"fr": "fr", "fa": "fr", "ra": "fr", "ar": "ar", "en": "en", "an": "en"}
_SET_ASIDE = {"test": 0.25, "tune": 0.1}  # of the words


def segments(folder: Path, part: Literal["train", "tune", "test"]) -> Iterator[list[Token]]:
    """The segments of a part; whole programmes (the file name's first three figures) are apart."""
    programmes: dict[str, list[list[Token]]] = {}
    for path in sorted(folder.glob("*.stm")):
        programmes.setdefault(path.stem.split("_")[1][:3], []).extend(_read(path))
    names = sorted(programmes)
    random.Random(3).shuffle(names)
    size = {name: sum(map(len, programmes[name])) for name in names}
    total = sum(size.values())
    before = 0
    for name in names:
        if _part(before / total) == part:
            yield from programmes[name]
        before += size[name]


def _part(share: float) -> str:
    limit = 0.0
    for part, width in _SET_ASIDE.items():
        limit += width
        if share < limit:
            return part
    return "train"


def _read(path: Path) -> Iterator[list[Token]]:
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        found = _LINE.match(line)
        if found and found[1] not in _NOBODY and "ignore_time_segment" not in found[2]:
            yield _tokens(_NOISE.sub(" ", found[2]))


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    for piece in text.split():
        word, _, tag = piece.partition(":")
        language = _TAGS.get(tag[:2], "")
        if word:
            tokens.append((word, language))
        elif tokens and language:
            tokens[-1] = (tokens[-1][0], language)
    return tokens
