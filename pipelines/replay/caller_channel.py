"""The caller of a recorded call, 20 ms at a time: no clock, no pipeline.

Of a call with a log each turn is played once today's agent is where the recorded one was: it has
said as much and listens (or, of a barge-in, has begun to say as much), and the caller's reaction
time has passed. Between turns the recorded pause is played, cut short or with silence at its end.
Without a log, or where `aligned` is False, everything is played at its recorded time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipelines.replay.caller_turns import AgentSpeech, CallerTurn

STEP = 0.02  # s
_LEAD = 0.3  # s of the pause before a turn that belong to it: its beginning may be soft
_IDLE = 3.0  # s for which an agent listens that was expected to say more, before the caller goes on
_LONGEST = 60.0  # s after which the caller goes on whatever the agent does


@dataclass
class AgentState:
    """Today's agent, as the messages for those who watch a call tell it."""

    speech: AgentSpeech = field(default_factory=AgentSpeech)
    listening: bool = False  # nothing is being said, nor still to be

    def told(self, message: dict[str, object]) -> None:
        """One of the messages of `pipelines/call/messages.py`."""
        match message:
            case {"type": "speaking", "utterance": int(utterance)}:
                self.speech.begun.add(utterance)
            case {"type": "said", "who": "agent", "final": True, "utterance": int(utterance)}:
                self.speech.end(utterance)
            case {"type": "state", "listening": bool(listening)}:
                self.listening = listening


@dataclass(frozen=True, slots=True)
class Step:
    """What comes from the caller within one step."""

    pcm: bytes
    keys: tuple[str, ...] = ()
    typed: str = ""
    chosen: str = ""


@dataclass(frozen=True, slots=True)
class Played:
    """When, in seconds of the replayed call, a turn began: its sound, not the pause before."""

    turn: CallerTurn
    at: float


@dataclass
class CallerChannel:
    """`pcm` at `rate` Hz; `turns` as `caller_turns` has them, () without a log."""

    pcm: bytes
    rate: int
    turns: Sequence[CallerTurn] = ()
    aligned: bool = True
    played: list[Played] = field(default_factory=list)

    _steps: int = 0
    _place: float = 0.0  # in the recording, s
    _turn: CallerTurn | None = None  # being played
    _since: float = 0.0  # when the last one had been played
    _met: float | None = None  # when what the next one waits for had happened
    _idle: float | None = None  # since when the agent listens

    @property
    def at(self) -> float:
        """Seconds since the call began."""
        return self._steps * STEP

    def step(self, agent: AgentState) -> Step | None:
        """The next 20 ms; None where the caller hangs up."""
        begins = self._turn is None and self._begin(agent)
        turn = self._turn
        if turn.hangs_up if turn else not self.turns and self._over:
            return None
        if turn is None:
            pcm = self._silence if self._pause_is_over else self._take()
            self._steps += 1
            return Step(pcm)
        keys, place = turn.keys, self._place
        pcm = self._take()
        self._steps += 1
        if turn.start < turn.end:
            keys = tuple((at, key) for at, key in keys if place <= at < self._place)
        if self._place >= turn.end:
            self._turn, self._met, self._idle = None, None, None
            self._since = self.at - (self._place - turn.end)
        pressed = tuple(key for _, key in keys)
        return Step(pcm, pressed, *((turn.typed, turn.chosen) if begins else ()))

    @property
    def _silence(self) -> bytes:
        return bytes(round(STEP * self.rate) * 2)

    @property
    def _over(self) -> bool:
        return round(self._place * self.rate) * 2 >= len(self.pcm)

    @property
    def _pause_is_over(self) -> bool:
        following = self._following
        return self.aligned and following is not None and self._place >= following.start - _LEAD

    @property
    def _following(self) -> CallerTurn | None:
        return self.turns[len(self.played)] if len(self.played) < len(self.turns) else None

    def _take(self) -> bytes:
        start = round(self._place * self.rate) * 2
        self._place = round(self._place + STEP, 6)
        return self.pcm[start : start + len(self._silence)].ljust(len(self._silence), b"\0")

    def _begin(self, agent: AgentState) -> bool:
        """Begin with the next turn, if it is time for it."""
        turn, now = self._following, self.at
        if turn is None:
            return False
        spoken = turn.start < turn.end
        due = self._due(turn, now, agent) if self.aligned else turn.start
        if due is None or now < due - (_LEAD if spoken and self.aligned else STEP / 2):
            return False
        if self.aligned:
            before = self.played[-1].turn.end if self.played else 0.0
            self._place = max(before, turn.start - max(0.0, due - now))
        self._turn = turn
        agent.speech.forget()
        onset = now + max(0.0, turn.start - self._place)
        self.played.append(Played(turn, round(onset, 3)))
        return True

    def _due(self, turn: CallerTurn, now: float, agent: AgentState) -> float | None:
        """When the turn begins, as far as that is known."""
        if turn.after == "previous":
            return self._since + turn.offset
        if self._met is None and _has_happened(turn, agent):
            self._met = now - STEP  # it happened while the last step was on its way
        if self._met is not None:
            return self._met + turn.offset
        self._idle = (now if self._idle is None else self._idle) if agent.listening else None
        tired = self._idle is not None and now - self._idle >= _IDLE
        return now if tired or now - self._since >= _LONGEST else None


def _has_happened(turn: CallerTurn, agent: AgentState) -> bool:
    if turn.after == "started":
        return len(agent.speech.begun) >= turn.count
    return agent.listening and agent.speech.ended >= turn.count
