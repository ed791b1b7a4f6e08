"""What readers of foreign files return, and what is kept of where a recording came from.

A reader takes a file and gives `Foreign` recordings: which sound is whose, what was said, what is
known besides. It opens no sound: `convert.py` does, finds what is wrong with it, and writes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from pipelines.store.transcript import Utterance

Kind: TypeAlias = Literal[
    "missing",  # a file that was named is not there
    "unreadable",  # neither sound nor transcript by what it holds, or a codec that nothing reads
    "empty",  # no samples, no utterances
    "header length",  # the header says another length than the file has
    "truncated",  # ends amid a frame, or before what it announced
    "damaged",  # samples that are no numbers
    "rate",  # outside 8 to 48 kHz
    "channels",  # more than two, or two where one side is expected
    "mixed",  # both sides in one channel, and nothing says who speaks when
    "silent",  # a channel, or both
    "clipping",
    "dc offset",
    "swapped",  # a guess: caller and agent the wrong way round
    "short",
    "lengths",  # of a pair, differing
    "one side",  # only the agent's
    "ambiguous",  # more files than one for the same side or transcript
    "speaker",  # a name in a transcript that is neither caller nor agent
    "times",  # of a transcript: backwards, beyond the sound
    "line",  # of a transcript or manifest: cannot be read
    "encoding",  # a text that is not UTF-8
    "already there",  # imported before, in another way
    "disk",  # could not be written
]

Channel: TypeAlias = Literal["left", "right"]
Segment: TypeAlias = tuple[float, float]  # seconds: start, end


class Problem(BaseModel):
    """Something wrong with a file: what, with figures, and what to do; no words that were said.

    `where` is the file as it was given, and the place in it where there is one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    told: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.told}" if self.where else self.told


class CannotImportError(ValueError):
    """A file, or a row of a manifest, has to be left out: `problem` says why."""

    def __init__(self, kind: Kind, told: str, where: str = "") -> None:
        super().__init__(told)
        self.problem = Problem(kind=kind, told=told, where=where)


@dataclass(frozen=True, slots=True)
class Sound:
    """A file of sound, and since when in the call.

    `file` is where it lies, or its bytes where it lay inside another file; `name` is how it is
    told to people. `start` is the seconds of the call at which it begins.
    """

    file: Path | bytes
    name: str
    start: float = 0.0


@dataclass(frozen=True, slots=True)
class Foreign:
    """A conversation recorded elsewhere.

    `caller` and `agent` are files with one side each; `both` is one with two channels, or with one
    channel that mixes both sides, of which `caller_segments` says when the caller speaks.
    `originals` are all files that it was made from, by the name under which they were given: the
    recording's id is made of `name` and of their contents. `labels` is what a manifest knows
    besides, such as the intent. `problems` are those that readers found; they go on.
    """

    name: str
    originals: Mapping[str, Path] = field(default_factory=dict)
    caller: Sound | None = None
    agent: Sound | None = None
    both: Sound | None = None
    caller_channel: Channel | None = None
    caller_segments: tuple[Segment, ...] | None = None
    utterances: tuple[Utterance, ...] = ()
    language: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


class Original(BaseModel):
    """A file that a recording was made from, as it was found; None for what a text does not have.

    `name` is as it was given on the command line or in a manifest.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    sha256: str
    bytes: int
    container: str | None = None
    codec: str | None = None
    rate: int | None = None
    channels: int | None = None
    seconds: float | None = None


class Source(BaseModel):
    """`source.json`: where an imported recording came from, and what was wrong with it.

    `caller_channel` is the channel that was taken for the caller's where there were two; `swapped`
    says that the sides were exchanged by wish.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    importer: str
    name: str
    originals: tuple[Original, ...]
    language: str = ""
    caller_channel: Channel | None = None
    swapped: bool = False
    caller_segments: tuple[Segment, ...] | None = None
    labels: dict[str, str] = {}
    problems: tuple[Problem, ...] = ()
