"""What was said in a recording that is no log of ours: `transcript.jsonl`, a line an utterance."""

from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Speaker: TypeAlias = Literal["caller", "agent"]


class TranscriptError(ValueError):
    """A line cannot be read: says which and why."""


class Utterance(BaseModel):
    """Something said in one go. `agent` is whoever answered: a program, or a person at a desk.

    `start` and `end` are seconds since the recording began, None where they are not known;
    `language` is a lower-case BCP 47 code, "" where it is not known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    speaker: Speaker
    text: str
    start: float | None = Field(default=None, ge=0)
    end: float | None = Field(default=None, ge=0)
    language: str = ""


def lines(utterances: Iterable[Utterance]) -> str:
    """The file's content."""
    return "".join(each.model_dump_json(exclude_defaults=True) + "\n" for each in utterances)


def read_transcript(text: Iterable[str]) -> Iterator[Utterance]:
    """From the file's lines, in order.

    Raises:
        TranscriptError: a line is none.
    """
    for number, each in enumerate(text, start=1):
        if not each.strip():
            continue
        try:
            yield Utterance.model_validate_json(each)
        except ValidationError as error:
            found = error.errors()[0]
            where = ".".join(map(str, found["loc"]))
            raise TranscriptError(f"line {number}: {where} {found['msg']}".strip()) from error
