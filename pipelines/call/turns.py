"""When a turn ends: the dialogue knows what was asked, so it says how long a pause means the end.

All waiting is counted in caller audio, not by a clock, so that a recording replayed faster than
real time ends its turns in the same places.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.turns.types import ProcessFrameResult
from pipecat.turns.user_start.vad_user_turn_start_strategy import VADUserTurnStartStrategy
from pipecat.turns.user_stop.base_user_turn_stop_strategy import BaseUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies

from agent.endpointing import Pause
from pipelines.audio import seconds
from pipelines.call.frames import FinishedFrame, ListenFrame, PauseOf, RecognisedFrame

_LATE = 1.0  # s that a final result may come after the longest pause: then the turn ends without it
_SLACK = 0.5  # s between a recogniser's deadline and our giving up


@dataclass(frozen=True, slots=True)
class EndOfTurn:
    """Why a turn ended, and the pauses within it, s: as in `TurnEnded`."""

    why: str
    pauses: tuple[float, ...]


class PauseStopStrategy(BaseUserTurnStopStrategy):
    """Ends the turn once the caller has paused for as long as the open question deserves.

    Args:
        final_within: seconds that the recogniser may take for a final result after a pause: a turn
            that ended before would lose what was heard.
        told: is told of each turn's end before it is.
    """

    def __init__(
        self, final_within: float = 0.0, told: Callable[[EndOfTurn], None] = lambda _: None
    ) -> None:
        super().__init__()
        self._final_within = final_within
        self._told = told
        self._late = 0.0  # s of silence from which this turn ends without a result
        self._pause: PauseOf = lambda *_: Pause(0.8, "pause")
        self._finished: float | None = None  # by the sound of the voice
        self._pauses: list[float] = []
        self._spoken = 0.0  # s of it that are sound
        self._longest = 0.8
        self._silence: float | None = None  # s since speech stopped; None while speaking
        self._heard: str | None = None  # the final result for the turn so far

    async def handle_user_turn_started(self) -> None:
        """Nothing has been heard of this turn yet."""
        self._silence = self._heard = self._finished = None
        self._pauses = []

    async def process_frame(self, frame: Frame) -> ProcessFrameResult:
        """Watches for speech, results and silence."""
        match frame:
            case ListenFrame():
                self._pause, self._longest = frame.pause, frame.longest_pause
            case VADUserStartedSpeakingFrame():
                if self._silence is not None:
                    self._pauses.append(round(max(0.0, self._silence - frame.start_secs), 3))
                self._silence = self._heard = self._finished = None
            case VADUserStoppedSpeakingFrame():
                self._silence = frame.stop_secs
                self._late = max(
                    self._longest + _LATE, frame.stop_secs + self._final_within + _SLACK
                )
            case RecognisedFrame() if frame.recognised.final:
                self._heard, self._spoken = frame.recognised.text, frame.spoken
                await self._end_if_due()
            case FinishedFrame():
                self._finished = frame.probability
                await self._end_if_due()
            case InputAudioRawFrame() if self._silence is not None:
                self._silence += seconds(frame.audio, frame.sample_rate)
                await self._end_if_due()
        return ProcessFrameResult.CONTINUE

    async def _end_if_due(self) -> None:
        if self._silence is None:
            return
        due = None
        if self._heard is not None:
            due = self._pause(self._heard, self._finished, self._spoken)
        if due is not None and self._silence >= due.seconds:
            why: str = due.why
        elif self._silence >= self._late:
            why = "late"
        else:
            return
        self._silence = None
        self._told(EndOfTurn(why, tuple(self._pauses)))
        await self.trigger_user_turn_stopped()


def strategies(
    final_within: float, told: Callable[[EndOfTurn], None] = lambda _: None
) -> UserTurnStrategies:
    """A turn starts with speech and ends with a pause; whether it interrupts, the dialogue says.

    The arguments as in `PauseStopStrategy`.
    """
    return UserTurnStrategies(
        start=[VADUserTurnStartStrategy(enable_interruptions=False)],
        stop=[PauseStopStrategy(final_within, told)],
    )
