"""What the caller did in a recorded call, and what they were reacting to: from its log.

Rules:
* A caller reacts to what the agent said last: `offset` counts from where its last utterance had
  ended, or, of a barge-in, had begun. Where it had said nothing since, from the end of what the
  caller did before.
* `count` is how many utterances had begun (and ended) since the caller did something last: an agent
  that says the same in more sentences or longer is waited for all the same.
* Keys that are pressed while a turn is spoken belong to it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from agent.actions import Action, Listen
from agent.events import (
    CallEnded,
    Event,
    Hypothesis,
    KeyPressed,
    LanguageChosen,
    SpeechEnded,
    SpeechStarted,
    TurnEnded,
    TurnStarted,
)

After: TypeAlias = Literal["previous", "started", "ended"]

UNASKED = 5.0  # s until a caller hangs up who in the recorded call was hung up on


@dataclass
class AgentSpeech:
    """What the agent has said since the caller did something last; utterances by their numbers."""

    begun: set[int] = field(default_factory=set)
    ended: int = 0  # of these

    def end(self, utterance: int) -> None:
        """It has been said, or was interrupted."""
        self.ended += utterance in self.begun

    def forget(self) -> None:
        """The caller does something now."""
        self.begun, self.ended = set(), 0


@dataclass(frozen=True, slots=True)
class CallerTurn:
    """Something that the caller did: a turn, keys, a language chosen, the receiver put down.

    `start` and `end` are seconds of the recorded channel, `keys` what was pressed when; `typed` is
    a turn in writing, `chosen` a language. `question` was open, "" none.
    """

    start: float
    end: float
    after: After = "previous"
    count: int = 0
    offset: float = 0.0
    question: str = ""
    keys: tuple[tuple[float, str], ...] = ()
    typed: str = ""
    chosen: str = ""
    hangs_up: bool = False


def caller_turns(entries: Iterable[Event | Action], lasted: float) -> list[CallerTurn]:
    """In their order, the last of them hanging up. The caller's channel lasted so many seconds."""
    told = _Told()
    for entry in entries:
        told.take(entry)
    if not (told.turns and told.turns[-1].hangs_up):
        told.add(CallerTurn(lasted, lasted, hangs_up=True))
    return told.turns


class _Told:
    """What was told so far."""

    def __init__(self) -> None:
        self.turns: list[CallerTurn] = []
        self._question = ""
        self._speech = AgentSpeech()
        self._speaking: float | None = None  # since when the agent is
        self._ended = 0.0  # when its last utterance did
        self._open: CallerTurn | None = None  # a turn being spoken
        self._heard = ""

    def take(self, entry: Event | Action) -> None:
        match entry:
            case Listen(question=question):
                self._question = question
            case SpeechStarted(at=at, utterance=utterance):
                self._speaking = at
                self._speech.begun.add(utterance)
            case SpeechEnded(at=at, utterance=utterance):
                self._speaking, self._ended = None, at
                self._speech.end(utterance)
            case TurnStarted(at=at, noticed=noticed):
                start = max(0.0, round(at - noticed, 3))
                self._open, self._heard = self._placed(CallerTurn(start, start)), ""
            case Hypothesis(text=text):
                self._heard = text
            case TurnEnded(at=at, paused=paused) if self._open:
                self._close(self._open, max(self._open.start, round(at - paused, 3)), at)
            case KeyPressed(at=at, key=key):
                self._press(at, key)
            case LanguageChosen(at=at, language=language):
                self.add(CallerTurn(at, at, chosen=language))
            case CallEnded(at=at, reason=reason):
                self._end(at, reason)

    def add(self, turn: CallerTurn) -> None:
        """What came at once, and reacts to what came before it."""
        self.turns.append(self._placed(turn))

    def _placed(self, turn: CallerTurn) -> CallerTurn:
        before, speech = self.turns[-1].end if self.turns else 0.0, self._speech
        after: After = "previous"
        count, since = 0, before
        if self._speaking is not None and speech.begun:
            after, count, since = "started", len(speech.begun), self._speaking
        elif self._speaking is None and speech.ended:
            after, count, since = "ended", speech.ended, max(self._ended, before)
        speech.forget()
        offset = max(0.0, round(turn.start - since, 3))
        return replace(turn, after=after, count=count, offset=offset, question=self._question)

    def _close(self, turn: CallerTurn, end: float, at: float) -> None:
        self._open = None
        written = turn.start == at and self._heard
        self.turns.append(replace(turn, end=end, typed=self._heard if written else ""))

    def _press(self, at: float, key: str) -> None:
        if self._open:
            self._open = replace(self._open, keys=(*self._open.keys, (at, key)))
        else:
            self.add(CallerTurn(at, at, keys=((at, key),)))

    def _end(self, at: float, reason: str) -> None:
        if self._open:
            self._close(self._open, at, at)
        self.add(CallerTurn(at, at, hangs_up=True))
        if reason not in ("line closed", "caller hung up", "interrupted"):
            self.turns[-1] = replace(self.turns[-1], after="ended", offset=UNASKED)
