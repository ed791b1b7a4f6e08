"""A manifest: a CSV or JSON lines, a line a recording, with paths relative to it.

| column | |
|---|---|
| audio | a sound with both sides; or |
| caller, agent | a sound of each, or of one alone |
| transcript | a transcript; beside a sound, or alone |
| id | what the recording is called; else as its first file |
| language | e.g. fr |
| caller_channel | left or right, of a sound with two channels |
| caller_segments | when the caller speaks in a mixed sound: [[start, end], ...], seconds |
| speakers | who is who in the transcript: {"Awa": "agent"}, or Awa=agent; Moussa=caller |
| any other | kept as a label: intent, outcome, escalated ... |
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePath
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from pipelines.importing import names
from pipelines.importing.shapes import CannotImportError, Channel, Foreign, Problem, Segment, Sound
from pipelines.importing.tables import Row, Table
from pipelines.importing.transcripts import COLUMNS as OF_TRANSCRIPTS
from pipelines.importing.transcripts import Conversation, language_code
from pipelines.store.transcript import Speaker

COLUMNS = {
    "audio": ("audio", "audio_file", "audio_path", "recording", "file", "filename", "path", "wav"),
    "caller": ("caller", "caller_audio", "customer", "customer_audio"),
    "agent": ("agent", "agent_audio", "representative", "operator"),
    "transcript": ("transcript", "transcript_file", "transcript_path"),
    "id": ("id", "call_id", "conversation_id", "call", "conversation"),
    "language": ("language", "lang", "locale"),
    "caller_channel": ("caller_channel",),
    "caller_segments": ("caller_segments", "diarisation", "diarization"),
    "speakers": ("speakers",),
}
KNOWN = frozenset(name for others in COLUMNS.values() for name in others)

_Moment = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_SEGMENTS: TypeAdapter[tuple[Segment, ...]] = TypeAdapter(tuple[tuple[_Moment, _Moment], ...])
_SPEAKERS = TypeAdapter(dict[str, Speaker])

Transcribed = Callable[[Path, str, Mapping[str, Speaker]], list[Conversation]]


def is_manifest(table: Table) -> bool:
    """Whether its columns are a manifest's; a transcript says who speaks, a manifest does not."""
    files = {name for ours in ("audio", "caller", "agent", "transcript") for name in COLUMNS[ours]}
    return bool(table.columns & files) and not table.columns & {*OF_TRANSCRIPTS["speaker"]}


def rows(
    table: Table, folder: Path, language: str, transcribed: Transcribed
) -> Iterator[tuple[Row, Foreign | Problem]]:
    """A manifest's recordings, or why one is left out. Problems' `where` are the lines."""
    for row in table.rows:
        where = f"line {row.line}"
        try:
            yield row, _Reader(row, folder, language, transcribed).foreign()
        except CannotImportError as error:
            inner = error.problem
            place = f"{where}, {inner.where}" if inner.where else where
            yield row, Problem(kind=inner.kind, told=inner.told, where=place)


class _Reader:
    def __init__(self, row: Row, folder: Path, language: str, transcribed: Transcribed) -> None:
        self._folder = folder
        self._transcribed = transcribed
        self._used: set[str] = set()
        self._cells = {ours: self._take(row, others) for ours, others in COLUMNS.items()}
        self._labels = {n: text for n, text in row.cells.items() if n not in self._used}
        self._language = language_code(self._cells["language"]) or language

    def foreign(self) -> Foreign:
        """The row as a recording. Raises CannotImportError."""
        cells = self._cells
        files = {ours: self._file(cells[ours]) for ours in ("audio", "caller", "agent")}
        paths = dict(filter(None, files.values()))
        said = Conversation("")
        if transcript := self._file(cells["transcript"]):
            said = self._conversation(transcript)
            paths[transcript[0]] = transcript[1]
        if files["audio"] and (files["caller"] or files["agent"]):
            raise CannotImportError("ambiguous", "names audio, and caller or agent: either or")
        if not paths:
            raise CannotImportError("missing", "names no file: audio, caller, agent or transcript")
        sounds = {ours: Sound(path[1], path[0]) for ours, path in files.items() if path}
        return Foreign(
            name=cells["id"] or PurePath(next(iter(paths))).stem,
            originals=paths,
            caller=sounds.get("caller"),
            agent=sounds.get("agent"),
            both=sounds.get("audio"),
            caller_channel=self._channel(),
            caller_segments=self._segments(),
            utterances=tuple(said.utterances),
            language=self._language,
            labels=self._labels,
            problems=tuple(said.problems),
        )

    def _take(self, row: Row, others: tuple[str, ...]) -> str:
        for name in others:
            if text := row.cells.get(name):
                self._used.add(name)
                return text
        return ""

    def _file(self, named: str) -> tuple[str, Path] | None:
        if not named:
            return None
        path = self._folder / named
        try:
            there = path.is_file()
        except (OSError, ValueError):  # no name that the disk can have
            there = False
        if not there:
            raise CannotImportError(
                "missing", f"{named[:200]!r} is not there, seen from the manifest"
            )
        return (path.name if PurePath(named).is_absolute() else named), path

    def _conversation(self, transcript: tuple[str, Path]) -> Conversation:
        told, path = transcript
        speakers = self._speakers()
        try:
            found = self._transcribed(path, self._language, speakers)
        except CannotImportError as error:
            raise _in(told, error.problem) from error
        if len(found) > 1:
            found = [each for each in found if each.id == self._cells["id"]]
            if not found:
                told = f"{told} has several conversations, and none has the id of this line"
                raise CannotImportError("missing", told)
        if reason := found[0].left_out:
            raise _in(told, reason)
        found[0].problems[:] = [_in(told, each).problem for each in found[0].problems]
        return found[0]

    def _channel(self) -> Channel | None:
        match self._cells["caller_channel"].casefold():
            case "":
                return None
            case "left" | "0":
                return "left"
            case "right" | "1":
                return "right"
        raise CannotImportError("line", "caller_channel: left or right")

    def _segments(self) -> tuple[Segment, ...] | None:
        if not (text := self._cells["caller_segments"]):
            return None
        try:
            return _SEGMENTS.validate_json(text)
        except ValidationError as error:
            told = "caller_segments: expected [[start, end], ...] in seconds"
            raise CannotImportError("line", told) from error

    def _speakers(self) -> dict[str, Speaker]:
        text = self._cells["speakers"]
        if not text.startswith("{"):
            pairs = (each.partition("=") for each in text.split(";") if each.strip())
            text = json.dumps({name.strip(): who.strip() for name, _, who in pairs})
        try:
            said = json.loads(text)
            return _SPEAKERS.validate_python(
                {str(name).casefold(): names.speaker(str(who)) for name, who in said.items()}
            )
        except (ValueError, AttributeError) as error:
            told = 'speakers: expected {"name": "caller" or "agent", ...}'
            raise CannotImportError("line", told) from error


def _in(told: str, problem: Problem) -> CannotImportError:
    """A transcript's problem, with the transcript's name."""
    where = f"{told}, {problem.where}" if problem.where else told
    return CannotImportError(problem.kind, problem.told, where)
