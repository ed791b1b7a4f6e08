"""Which file is read by what: the one place where a further kind is registered."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from pipelines.importing.shapes import Foreign
from pipelines.importing.transcripts import Conversation, read_lines
from pipelines.importing.vcon_files import is_vcon, read_vcon_file
from pipelines.importing.webvtt import read_webvtt
from pipelines.store.transcript import Speaker

# A file, and the language of what names none. Raises CannotImportError; problems name places in
# the file.
Reader: TypeAlias = Callable[[Path, str], list[Foreign]]
Recognises: TypeAlias = Callable[[Path], bool]
TranscriptReader: TypeAlias = Callable[[Path, str, Mapping[str, Speaker]], list[Conversation]]

# Files that hold whole conversations, first match first: (whether it is one, its reader).
CONTAINERS: tuple[tuple[Recognises, Reader], ...] = ((is_vcon, read_vcon_file),)

TRANSCRIPTS: dict[str, TranscriptReader] = {  # by suffix
    ".csv": read_lines,
    ".tsv": read_lines,
    ".jsonl": read_lines,
    ".vtt": read_webvtt,
    ".srt": read_webvtt,
}
TABLES = frozenset({".csv", ".tsv", ".jsonl"})


def read_transcript(
    path: Path, language: str, speakers: Mapping[str, Speaker]
) -> list[Conversation]:
    """The conversations of a transcript of any kind; raises CannotImportError."""
    return TRANSCRIPTS.get(path.suffix.lower(), read_lines)(path, language, speakers)
