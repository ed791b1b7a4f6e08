"""The frames of our own that travel the pipeline, between the dialogue's processor and the rest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pipecat.frames.frames import ControlFrame, DataFrame, SystemFrame

from agent.commands import Pace
from agent.endpointing import Pause
from pipelines.engines.asr.engine import ANYTHING, Expected, Recognised


@dataclass
class Utterance:
    """One sentence on its way out. `seconds` grows while it is synthesised."""

    number: int
    text: str
    language: str
    fixed: bool
    secret: bool
    pace: Pace = "normal"
    seconds: float = 0.0


@dataclass
class SpeakFrame(DataFrame):
    """Say this, after what is already being said."""

    utterance: Utterance = field(kw_only=True)


@dataclass
class UtteranceBeginsFrame(ControlFrame):
    """Stands in front of an utterance's audio."""

    utterance: Utterance = field(kw_only=True)


@dataclass
class UtteranceEndsFrame(ControlFrame):
    """Stands behind an utterance's audio. `failed` if there was none to be had."""

    utterance: Utterance = field(kw_only=True)
    failed: str = ""


@dataclass
class SpokenFrame(SystemFrame):
    """Upstream, from the far end of the output: an utterance began or ended for the caller."""

    utterance: Utterance = field(kw_only=True)
    began: bool = field(kw_only=True)
    heard: str = ""
    interrupted: bool = False


@dataclass
class SilencedFrame(SystemFrame):
    """Upstream, from the far end of the output: an interruption has passed through all of it."""


@dataclass
class RecognisedFrame(SystemFrame):
    """What the recogniser made of the turn so far.

    pipecat's transcription frames carry the same for its clients; as data frames they may be
    overtaken by the end of the turn, a system frame, that they bring about. This one may not.
    """

    recognised: Recognised = field(kw_only=True)


@dataclass
class FinishedFrame(SystemFrame):
    """How probable it is, by the sound of the voice, that the turn so far is finished."""

    probability: float = field(kw_only=True)


@dataclass
class ListenFrame(SystemFrame):
    """Upstream, to the recogniser and the turn strategies: what the open question expects.

    `pause(text, finished)` is what silence ends a turn of which `text` was heard, and which is
    `finished` by the sound of the voice with that probability, None where nothing judges it;
    `expected` is for the recogniser.
    """

    language: str = field(kw_only=True)
    phrases: Sequence[str] = field(kw_only=True)
    pause: Callable[[str, float | None], Pause] = field(kw_only=True)
    longest_pause: float = field(kw_only=True)
    expected: Expected = field(kw_only=True, default=ANYTHING)
