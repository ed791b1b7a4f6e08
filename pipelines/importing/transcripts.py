"""Transcripts made elsewhere: CSV, TSV, JSON lines (WebVTT is in `webvtt.py`).

A line an utterance, with the columns speaker and text and, where they are known, start and end in
seconds, language, and a conversation's id where a file has several. Other tools' names for these
columns are known as well (`COLUMNS`).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.importing import names
from pipelines.importing.shapes import CannotImportError, Problem
from pipelines.importing.tables import Row, Table, read_table
from pipelines.store.transcript import Speaker, Utterance

COLUMNS = {  # ours, and what others call it, the surest first
    "speaker": ("speaker", "role", "channel", "side", "participant", "party", "who", "author"),
    "text": ("text", "utterance", "content", "transcript", "message", "sentence"),
    "start": ("start", "start_time", "starttime", "start_seconds", "begin", "from", "offset"),
    "end": ("end", "end_time", "endtime", "end_seconds", "stop", "to"),
    "language": ("language", "lang", "locale"),
    "conversation": (
        *("conversation", "conversation_id", "call", "call_id", "callid", "dialogue"),
        *("dialogue_id", "dialog_id", "session", "session_id", "id"),
    ),
}
KNOWN = frozenset(name for others in COLUMNS.values() for name in others)

_CLOCK = re.compile(r"^(?:(\d{1,5}):)?(\d{1,5}):(\d{1,5}(?:[.,]\d{1,9})?)$")
_NAMES_TOLD = 5


@dataclass(slots=True)
class Conversation:
    """One conversation of a file. `id` is "" where the file has no column for it.

    `left_out` says why there are no utterances.
    """

    id: str
    utterances: list[Utterance] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    left_out: Problem | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Something said, as a stranger wrote it down."""

    speaker: str
    text: str
    where: str
    start: str = ""
    end: str = ""
    language: str = ""


def is_transcript(table: Table) -> bool:
    """Whether its columns are a transcript's."""
    columns = table.columns
    return bool(columns & {*COLUMNS["speaker"]}) and bool(columns & {*COLUMNS["text"]})


def read_lines(path: Path, language: str, speakers: Mapping[str, Speaker]) -> list[Conversation]:
    """The conversations of a CSV or of JSON lines, in order.

    `language` is for lines that name none; `speakers` says who names are that do not say it.

    Raises:
        CannotImportError: it is no transcript.
    """
    return from_table(read_table(path, KNOWN), language, speakers)


def from_table(table: Table, language: str, speakers: Mapping[str, Speaker]) -> list[Conversation]:
    """The same, of a table that has been read."""
    if not is_transcript(table):
        raise CannotImportError("unreadable", "no transcript: it has no columns speaker and text")
    use = {ours: _column(table, ours) for ours in COLUMNS}
    by_id: dict[str, list[Line]] = {}
    for row in table.rows:
        by_id.setdefault(_cell(row, use["conversation"]), []).append(
            Line(
                _cell(row, use["speaker"]),
                _cell(row, use["text"]),
                f"line {row.line}",
                *(_cell(row, use[ours]) for ours in ("start", "end", "language")),
            )
        )
    found = [conversation(id, lines, language, speakers) for id, lines in by_id.items()]
    if found:
        found[0].problems[:0] = table.problems
    return found


def conversation(
    id: str, lines: Iterable[Line], language: str, speakers: Mapping[str, Speaker]
) -> Conversation:
    """What was said in one conversation; all of it or nothing, where a speaker is unknown."""
    found, unknown = Conversation(id), dict[str, str]()
    for line in lines:
        if not line.text:
            continue
        who = speakers.get(line.speaker.casefold()) or names.speaker(line.speaker)
        if who is None:
            unknown.setdefault(line.speaker[:40], line.where)
        else:
            found.utterances.append(_utterance(who, line, language, found.problems))
    if unknown:
        return Conversation(id, problems=found.problems, left_out=_who(unknown))
    if not found.utterances:
        found.left_out = Problem(kind="empty", told="no utterances")
    return found


def _utterance(who: Speaker, line: Line, language: str, problems: list[Problem]) -> Utterance:
    times: list[float | None] = []
    for text in (line.start, line.end):
        times.append(seconds(text) if text else None)
        if text and times[-1] is None:
            told = "a time that is neither seconds nor h:mm:ss; left without"
            problems.append(Problem(kind="times", told=told, where=line.where))
    said_in = language_code(line.language) or language
    return Utterance(speaker=who, text=line.text, start=times[0], end=times[1], language=said_in)


def seconds(text: str) -> float | None:
    """`12.5`, `12,5`, `02:12.5` or `1:02:12` as seconds; None if it is no such thing."""
    if clock := _CLOCK.match(text.strip()):
        hours, minutes, rest = clock.groups()
        return int(hours or 0) * 3600 + int(minutes) * 60 + float(rest.replace(",", "."))
    if re.fullmatch(r"\d{1,9}(?:[.,]\d{1,18})?", text.strip()):
        return float(text.replace(",", "."))
    return None


def language_code(text: str) -> str:
    """Lower-case BCP 47, as far as its form tells: `fr_FR` is `fr-fr`; "" if it is none."""
    code = text.strip().lower().replace("_", "-")
    return code if re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{1,8})*", code) else ""


def _column(table: Table, ours: str) -> str:
    """What the table calls a column of ours; "" if it has none."""
    there = [name for name in COLUMNS[ours] if name in table.columns]
    if ours == "conversation" and there[:1] == ["id"]:
        # Where each line has an id of its own, it is the line's, and the file is one conversation.
        values = [row.cells.get("id", "") for row in table.rows]
        if len(set(values)) == len(values) > 1:
            return ""
    return there[0] if there else ""


def _cell(row: Row, column: str) -> str:
    return row.cells.get(column, "")


def _who(unknown: Mapping[str, str]) -> Problem:
    told = ", ".join(repr(name) for name in list(unknown)[:_NAMES_TOLD])
    if len(unknown) > _NAMES_TOLD:
        told += f" and {len(unknown) - _NAMES_TOLD} more"
    told = (
        f"{told}: neither caller nor agent by name; say who is who in a manifest's column "
        'speakers, e.g. {"Awa": "agent", "Moussa": "caller"}'
    )
    return Problem(kind="speaker", told=told, where=next(iter(unknown.values())))
