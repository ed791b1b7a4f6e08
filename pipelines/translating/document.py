"""A TOML file changed as text: what nobody asked to change stays as it is, byte for byte.

A skeleton's line is a comment (`# "goodbye" = ["Goodbye."]`). Putting a value there takes the
comment's place; a refusal leaves it, with the reason in a line above.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

_KEY = re.compile(r'("(?:[^"\\]|\\.)*"|[A-Za-z0-9_-]+)[ \t]*=')
_HEADER = re.compile(r"\[([A-Za-z0-9_.-]+)\][ \t]*(#.*)?")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_MARK = "# not drafted: "
_WIDE = 120  # letters a line
_LONGEST = 400  # lines of one entry


@dataclass(slots=True)
class _Block:
    """Lines that belong together: a table's head, an entry, or anything else."""

    kind: Literal["head", "entry", "other"]
    lines: list[str]
    table: str = ""
    key: str = ""
    comment: bool = False  # it is one


class Document:
    """A file's text; "" is an empty file. Tables are named as in "moments.days", "" is the top."""

    def __init__(self, text: str) -> None:
        self._blocks = list(_blocks(text.removesuffix("\n").split("\n") if text else []))

    @property
    def text(self) -> str:
        """As it stands now."""
        lines = [line for block in self._blocks for line in block.lines]
        return "\n".join(lines) + "\n" if lines else ""

    def waits(self, table: str, key: str = "") -> bool:
        """Whether an entry, or any entry of a table, stands there as a comment."""
        return any(
            block.kind == "entry" and block.comment and block.table == table
            for block in self._blocks
            if key in ("", block.key)
        )

    def put(self, table: str, key: str, value: Any, note: str = "") -> None:
        """Write an entry: in place of what is there, live or a comment; else at the table's end.

        `note` is a comment above it.
        """
        at = self._find(table, key)
        spelt = name(key) if at is None else self._spelt(at)
        lines = [f"# {note}"] if note else []
        block = _Block("entry", lines + written(spelt, value), table, key)
        if at is None:
            self._insert(block)
        else:
            self._blocks[self._unmark(at)] = block
        self._wake(table)

    def put_table(self, table: str, values: Mapping[str, Any], notes: Sequence[str] = ()) -> None:
        """Write all entries of a table; what stood there as a comment goes."""
        self._blocks = [
            block
            for block in self._blocks
            if block.table != table or not (block.comment and block.kind == "entry")
        ]
        for key, value in values.items():
            self.put(table, key, value)
        self._note(table, notes)

    def refuse(self, table: str, key: str, reasons: Sequence[str]) -> None:
        """Leave an entry, or with key "" a table, as it is and say why above it."""
        at = self._find(table, key) if key else None
        if at is None:
            self._note(table, reasons)
            return
        at = self._unmark(at)
        self._blocks.insert(at, _Block("other", [_marked(each) for each in reasons], table))

    def _find(self, table: str, key: str) -> int | None:
        """A live entry before one that is a comment."""
        found = [
            (block.comment, at)
            for at, block in enumerate(self._blocks)
            if block.kind == "entry" and (block.table, block.key) == (table, key)
        ]
        return min(found)[1] if found else None

    def _spelt(self, at: int) -> str:
        """An entry's key as it is written there, in quotes or not."""
        block = self._blocks[at]
        found = _KEY.match(_bare(block.lines[0]) if block.comment else block.lines[0])
        return found[1] if found else name(block.key)

    def _unmark(self, at: int) -> int:
        """Take away why an entry was refused before; where the entry is then."""
        while at and self._blocks[at - 1].lines[-1].startswith(_MARK):
            del self._blocks[at - 1]
            at -= 1
        return at

    def _head(self, table: str) -> int | None:
        found = [
            (block.comment, at)
            for at, block in enumerate(self._blocks)
            if block.kind == "head" and block.table == table
        ]
        return min(found)[1] if found else None

    def _wake(self, table: str) -> None:
        """A table with an entry has a head that is no comment."""
        at = self._head(table)
        if at is not None and self._blocks[at].comment:
            head = self._blocks[at]
            head.lines, head.comment = [_bare(head.lines[0])], False

    def _insert(self, block: _Block) -> None:
        entries = [
            at
            for at, each in enumerate(self._blocks)
            if each.table == block.table and each.kind != "other"
        ]
        if entries:
            self._blocks.insert(entries[-1] + 1, block)
        elif block.table:
            head = _Block("head", [f"[{block.table}]"], block.table)
            gap = [_Block("other", [""])] if self._blocks else []
            self._blocks += [*gap, head, block]
        else:
            heads = (at for at, each in enumerate(self._blocks) if each.kind == "head")
            self._blocks.insert(next(heads, len(self._blocks)), block)

    def _note(self, table: str, reasons: Sequence[str]) -> None:
        """Say below a table's head what it lacks, and why; no more what was said there before."""
        at = self._head(table)
        at = 0 if at is None else at + 1
        while at < len(self._blocks) and self._blocks[at].lines[0].startswith(_MARK):
            del self._blocks[at]
        for reason in reversed(reasons):
            self._blocks.insert(at, _Block("other", [_marked(reason)], table))


def written(key: str, value: Any) -> list[str]:
    """An entry's lines; `key` as it is written there."""
    begin = f"{key} = "
    line = begin + inline(value)
    if len(line) <= _WIDE or not isinstance(value, (list, tuple)):
        return [line]
    lines, row = [f"{begin}["], ""
    for each in map(inline, value):
        if row and len(row) + len(each) > _WIDE - 6:
            lines.append(f"    {row}")
            row = ""
        row += f"{' ' if row else ''}{each},"
    return [*lines, f"    {row}", "]"]


def inline(value: Any) -> str:
    """A value in one line: a string, a number, a list or a table of them."""
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{name(key)} = {inline(each)}" for key, each in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(inline, value))}]"
    return _quoted(value)


def _quoted(value: Any) -> str:
    """As JSON, whose escapes TOML reads alike; TOML wants one more."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def name(key: str) -> str:
    """A key as it is written."""
    return key if _BARE.fullmatch(key) else _quoted(key)


def _marked(reason: str) -> str:
    return _MARK + " ".join(reason.split())


def _bare(line: str) -> str:
    """What a comment would be without its sign."""
    return line[2:] if line.startswith("# ") else line.removeprefix("#")


def _blocks(lines: Sequence[str]) -> Iterator[_Block]:
    table, at = "", 0
    while at < len(lines):
        comment = lines[at].startswith("#")
        bare = _bare(lines[at]) if comment else lines[at]
        head = _HEADER.fullmatch(bare)
        if head:
            table = head[1]
            yield _Block("head", [lines[at]], table, "", comment)
            at += 1
        elif found := _entry(lines[at:], comment):
            length, key = found
            yield _Block("entry", list(lines[at : at + length]), table, key, comment)
            at += length
        else:
            yield _Block("other", [lines[at]], table)
            at += 1


def _entry(lines: Sequence[str], comment: bool) -> tuple[int, str] | None:
    """How many lines the entry that begins here has, and its key."""
    if not _KEY.match(_bare(lines[0]) if comment else lines[0]):
        return None
    text = ""
    for length, line in enumerate(lines[:_LONGEST], 1):
        if comment and line and not line.startswith("#"):
            return None
        text += (_bare(line) if comment else line) + "\n"
        try:
            (key,) = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, ValueError):
            continue
        return length, key
    return None
