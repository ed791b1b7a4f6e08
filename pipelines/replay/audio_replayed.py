"""What became of a recorded call that was to be replayed with its sound."""

from dataclasses import dataclass
from pathlib import Path

from pipelines.store.replay_note import Divergence


@dataclass(frozen=True, slots=True)
class AudioReplayed:
    """One call. `left_out` is why it was not replayed, "" if it was and `folder` has its recording.

    `seconds` is how long the call was on the line, `divergence` from where on it is not the
    recorded one any more, `unanswered` how many of its questions to the back office had no answer.
    `at_recorded_times`: there is no log, so the caller spoke then whatever the agent did.
    """

    id: str
    folder: Path | None = None
    seconds: float = 0.0
    divergence: Divergence | None = None
    unanswered: int = 0
    at_recorded_times: bool = False
    left_out: str = ""
