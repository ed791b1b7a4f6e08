"""Frames into events: what passes on the pipeline, as the dialogue takes it."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from pipecat.frames.frames import (
    Frame,
    InputDTMFFrame,
    InterruptionFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frameworks.rtvi.frames import RTVIClientMessageFrame, RTVISendTextFrame

from agent.dialogue import Dialogue
from agent.events import (
    Event,
    Hypothesis,
    KeyPressed,
    LanguageChosen,
    SpeechEnded,
    SpeechStarted,
    Tick,
    TurnEnded,
    TurnStarted,
)
from agent.languages.scripts import in_pack_script
from pipelines.call.frames import RecognisedFrame, SilencedFrame, SpokenFrame
from pipelines.call.resources import LanguageScores, Resources
from pipelines.call.turns import EndOfTurn
from pipelines.call.typed import LONGEST, typed
from pipelines.engines.asr.engine import Recognised

_TICK_AGAIN = 0.5  # s between ticks for a deadline that a tick did not move


class FrameEvents:
    """One call's. `happen` takes the events, `leave` is called when the client hangs up.

    `idle` tells whether no event waits: a deadline is looked at only then.
    """

    def __init__(
        self,
        dialogue: Dialogue,
        resources: Resources,
        happen: Callable[[Event], None],
        idle: Callable[[], bool],
        leave: Callable[[], None],
    ) -> None:
        self.turn_ended = 0.0  # monotonic clock: how long we took, not what the caller waited
        self.silenced = asyncio.Event()  # the output has fallen silent
        self._dialogue = dialogue
        self._resources = resources
        self._happen = happen
        self._idle = idle
        self._leave = leave
        self._ticked = (-1.0, -1.0)  # (deadline, at)
        self._noticed = 0.0  # s that speech takes to be taken for it
        self._fell_silent: float | None = None  # when the caller last did; None while they speak
        self._end = EndOfTurn("", ())

    def end_of_turn(self, end: EndOfTurn) -> None:
        """A turn is about to end."""
        self._end = end

    def take(self, frame: Frame) -> None:
        """A frame passes; what it means to the dialogue happens."""
        at = self._resources.clock.seconds
        match frame:
            case VADUserStartedSpeakingFrame():
                self._noticed = frame.start_secs
                self._fell_silent = None
            case VADUserStoppedSpeakingFrame():
                self._fell_silent = at - frame.stop_secs
            case UserStartedSpeakingFrame():
                self._happen(TurnStarted(at, self._noticed))
            case RecognisedFrame(recognised=recognised):
                self._happen(self._hypothesis(at, recognised))
            case UserStoppedSpeakingFrame():
                self.turn_ended = time.monotonic()
                since = at if self._fell_silent is None else self._fell_silent
                paused, end = round(max(0.0, at - since), 3), self._end
                self._happen(TurnEnded(at, paused, why=end.why, pauses=end.pauses))
            case InputDTMFFrame():
                self._happen(KeyPressed(at, frame.button.value))
            case SpokenFrame(utterance=utterance, began=True):
                self._happen(SpeechStarted(at, utterance.number))
            case SpokenFrame(utterance=utterance, heard=heard, interrupted=interrupted):
                played = round(frame.played, 3)
                self._happen(SpeechEnded(at, utterance.number, heard, interrupted, played))
            case SilencedFrame():
                self.silenced.set()
            case InterruptionFrame():  # not ours: somebody else silenced us
                for speak in self._dialogue.conversation.saying:
                    self._happen(SpeechEnded(at, speak.utterance, "", True))
            case RTVISendTextFrame():
                self._typed(at, frame.text)
            case RTVIClientMessageFrame():
                self._client_message(at, frame.type, frame.data)

    def _client_message(self, at: float, kind: str, data: Any) -> None:
        data = data if isinstance(data, dict) else {}
        if kind == "say" and isinstance(data.get("text"), str):
            self._typed(at, data["text"])
        elif kind == "language" and data.get("language") in self._resources.packs:
            self._happen(LanguageChosen(at, data["language"]))
        elif kind == "hang-up":
            self._leave()

    def _hypothesis(self, at: float, heard: Recognised) -> Hypothesis:
        scores: LanguageScores = ()
        if heard.final and heard.text:
            scores = self._resources.language_scores(heard.text, heard.language, heard.languages)
        maybe = (heard.language, *(code for code, _ in scores[:1]))
        return Hypothesis(
            at,
            in_pack_script(heard.text, *maybe),
            heard.language,
            round(heard.language_confidence, 3),
            round(heard.confidence, 3),
            heard.final,
            tuple(
                (in_pack_script(word.text, *maybe), round(word.confidence, 3))
                for word in heard.words
            ),
            scores,
            heard.rejected,
        )

    def _typed(self, at: float, text: str) -> None:
        language = self._dialogue.conversation.language
        scores = self._resources.language_scores(text[:LONGEST], "", ())
        for event in typed(at, text, language, scores):
            self._happen(event)

    def tick(self) -> None:
        """The caller's audio went on: the dialogue is woken if it wants to be."""
        at = self._resources.clock.seconds
        deadline = self._dialogue.deadline
        if deadline is None or at < deadline or not self._idle():
            return
        if self._ticked[0] == deadline and at < self._ticked[1] + _TICK_AGAIN:
            return
        self._ticked = (deadline, at)
        self._happen(Tick(at))
