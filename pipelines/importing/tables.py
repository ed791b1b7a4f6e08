"""CSV, TSV and JSON lines, as the strangers that wrote them: rows of named texts."""

import codecs
import csv
import io
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.importing.shapes import CannotImportError, Problem

_DELIMITERS = ",;\t|"
_LONGEST = 10_000_000  # letters of a cell; csv's own limit is 131,072
_TOLD = 20  # broken lines, of one file


@dataclass(frozen=True, slots=True)
class Row:
    """A line: its number, and what it says by column, in lower case; nothing that is empty."""

    line: int
    cells: Mapping[str, str]


@dataclass(slots=True)
class Table:
    """Rows, the columns of any of them, and the lines that could not be read."""

    rows: list[Row] = field(default_factory=list)
    columns: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    missed: int = 0

    def add(self, line: int, named: Iterable[tuple[str, Any]]) -> None:
        """A line's columns and what they say."""
        cells = {name: text for name, value in named if name and (text := _text(value))}
        self.columns.update(cells)
        self.rows.append(Row(line, cells))

    def miss(self, line: int, why: str) -> None:
        """A line is left out; the first ones are told."""
        self.missed += 1
        if self.missed <= _TOLD:
            told = f"{why}; the line is left out"
            self.problems.append(Problem(kind="line", told=told, where=f"line {line}"))


def read_table(path: Path, known: Collection[str]) -> Table:
    """A table; `known` are columns' names, by which the delimiter is told.

    Raises:
        CannotImportError: it is no text.
    """
    text, problems = read_text(path)
    table = Table(problems=problems)
    if path.suffix.lower() == ".jsonl":
        _json_lines(text, table)
    else:
        _separated(text, known, table)
    if table.missed > _TOLD:
        told = f"{table.missed - _TOLD} more lines are left out"
        table.problems.append(Problem(kind="line", told=told))
    return table


def read_text(path: Path) -> tuple[str, list[Problem]]:
    """A file's text without a byte order mark, and what is wrong with its encoding.

    Raises:
        CannotImportError: it is missing, empty or no text.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CannotImportError("missing", f"cannot be opened: {error.strerror}") from error
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace"), []
    if b"\0" in data:
        raise CannotImportError("unreadable", "no text: it has bytes of zero")
    if not data.strip():
        raise CannotImportError("empty", "nothing is in it")
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        told = f"not UTF-8 (byte {error.start}); read as Windows-1252"
        problem = Problem(kind="encoding", told=told)
        return data.decode("windows-1252", errors="replace"), [problem]


def _separated(text: str, known: Collection[str], table: Table) -> None:
    csv.field_size_limit(_LONGEST)
    lines = list(io.StringIO(text, newline=""))

    def header(delimiter: str) -> list[str]:
        try:
            return [_name(cell) for cell in next(csv.reader(lines, delimiter=delimiter), [])]
        except csv.Error:
            return []

    delimiter = max(_DELIMITERS, key=lambda each: len(set(header(each)) & set(known)))
    columns = header(delimiter)
    for line, cells in _records(lines, delimiter, table):
        if len(cells) > len(columns):
            table.miss(line, f"{len(cells)} cells, the header names {len(columns)}")
        elif any(cells):
            table.add(line, zip(columns, cells, strict=False))


def _records(lines: list[str], delimiter: str, table: Table) -> Iterator[tuple[int, list[str]]]:
    """The lines after the header, each with its number; ends where csv can go no further."""
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        next(reader, None)
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        table.miss(reader.line_num, f"no CSV from here on ({error})")


def _json_lines(text: str, table: Table) -> None:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
        except (ValueError, RecursionError) as error:  # also a number of too many digits
            table.miss(number, f"no JSON ({getattr(error, 'msg', type(error).__name__)})")
            continue
        if isinstance(data, dict):
            table.add(number, ((_name(name), value) for name, value in data.items()))
        else:
            table.miss(number, "no JSON object")


def _name(column: str) -> str:
    return column.strip().lstrip("\ufeff").casefold().replace(" ", "_").replace("-", "_")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict | list | bool):
        return json.dumps(value, ensure_ascii=False)
    # Half a surrogate pair is valid JSON, and no text that can be written.
    return str(value).strip().encode("utf-8", "replace").decode()
