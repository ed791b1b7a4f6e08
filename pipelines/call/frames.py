"""The frames of our own that travel the pipeline, between the dialogue's processor and the rest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from pipecat.frames.frames import ControlFrame, DataFrame, SystemFrame

from agent.commands import Pace
from agent.endpointing import Pause
from pipelines.engines.asr.engine import ANYTHING, Expected, Recognised

PauseOf: TypeAlias = Callable[[str, float | None, float], Pause]


@dataclass
class Utterance:
    """One sentence on its way out, from second `since` of it on.

    `seconds` is how long it lasts from its start; it grows while it is synthesised.
    """

    number: int
    text: str
    language: str
    fixed: bool
    secret: bool
    pace: Pace = "normal"
    since: float = 0.0
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
    played: float = 0.0  # s of it from its start, if interrupted


@dataclass
class SilencedFrame(SystemFrame):
    """Upstream, from the far end of the output: an interruption has passed through all of it."""


@dataclass
class RecognisedFrame(SystemFrame):
    """What the recogniser made of the turn so far, of which `spoken` seconds are sound.

    pipecat's transcription frames carry the same for its clients; as data frames they may be
    overtaken by the end of the turn, a system frame, that they bring about. This one may not.
    """

    recognised: Recognised = field(kw_only=True)
    spoken: float = 1.0


@dataclass
class FinishedFrame(SystemFrame):
    """How probable it is, by the sound of the voice, that the turn so far is finished."""

    probability: float = field(kw_only=True)


@dataclass
class ListenFrame(SystemFrame):
    """Upstream, to the recogniser and the turn strategies: what the open question expects.

    `pause` takes the text that was heard of a turn, how probably it is finished by the sound of the
    voice (None where nothing judges it) and how many seconds of it are sound, and tells what
    silence ends it; `expected` is for the recogniser.
    """

    language: str = field(kw_only=True)
    phrases: Sequence[str] = field(kw_only=True)
    pause: PauseOf = field(kw_only=True)
    longest_pause: float = field(kw_only=True)
    expected: Expected = field(kw_only=True, default=ANYTHING)
