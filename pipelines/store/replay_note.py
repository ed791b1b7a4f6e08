"""What a replay says of the recording that it wrote: `replay.json`, beside its log."""

from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

REPLAY = "replay.json"
Depth: TypeAlias = Literal["decisions", "text", "audio", "live"]


class Divergence(BaseModel):
    """Where a replay left its recording: today's agent asks `now` where `then` was answered.

    `turn` counts what the caller did, from 1; `at` is in seconds of the replayed call.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    turn: int
    at: float
    then: str
    now: str


class ReplayNote(BaseModel):
    """`continued` tells by whom the call went on once it had left its recording, "" by nobody.

    `language` is what the recording is in, as its import was told; "" where it was not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    depth: Depth
    version: str = ""
    diverged: Divergence | None = None
    continued: str = ""
    language: str = ""
