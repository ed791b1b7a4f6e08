"""A caller made of sounds on a time axis, through the pipeline as it is, on virtual time.

What is said when is known to the sample, so both tracks tell how long each answer took, whether a
caller was cut off, and when the agent fell silent. What the room adds (noise, the agent's own voice
from a loudspeaker) is mixed into what the microphone hears.
"""

import asyncio
import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from agent.actions import Action
from agent.events import Event
from pipelines.assistant import Assistant
from pipelines.audio import levels
from pipelines.call.call import Call
from pipelines.call.caller import Caller
from pipelines.engines.asr.engine import SAMPLE_RATE
from pipelines.replay.caller_channel import CallerChannel
from pipelines.replay.caller_turns import After, CallerTurn
from pipelines.replay.recorded_call import read_recorded_call
from pipelines.replay.recorded_connection import RecordedConnection
from pipelines.replay.room import Room
from pipelines.replay.virtual_time import VirtualTimeLoop
from pipelines.store.recorded import in_folder

_APART = 1.0  # s of silence between turns on the tape: a turn takes its soft beginning from there
_BETWEEN_KEYS = 0.2  # s
_AUDIBLE = -50.0  # dBFS; what is softer is no sound
_JOINED = 0.25  # s of silence within one stretch of sound, as between words


@dataclass(frozen=True, slots=True)
class Sounding:
    """A stretch of sound, seconds of the call."""

    start: float
    end: float


@dataclass
class Timeline:
    """What a caller does. `rate` is that of its sounds in Hz, 16-bit mono."""

    rate: int = SAMPLE_RATE
    tape: bytearray = field(default_factory=bytearray)
    turns: list[CallerTurn] = field(default_factory=list)

    def say(
        self,
        *parts: bytes | float,
        after: After = "ended",
        offset: float = 0.6,
    ) -> Self:
        """Sounds, with seconds of silence between them.

        Args:
            parts: sounds, and pauses in seconds.
            after: from when `offset` counts: the agent has "ended" what it had to say, has
                "started" to, or the "previous" turn is over.
            offset: seconds.
        """
        sound = b"".join(part if isinstance(part, bytes) else self._silence(part) for part in parts)
        self.tape += self._silence(_APART)
        start = self._at
        self.tape += sound
        end = self._at
        count = 0 if after == "previous" else 1
        self.turns.append(CallerTurn(start, end, after, count, offset))
        return self

    def press(self, keys: str, after: After = "ended", offset: float = 0.6) -> Self:
        """Keys, one every 0.2 s."""
        self.tape += self._silence(_APART)
        start = self._at
        self.tape += self._silence(_BETWEEN_KEYS * len(keys))
        pressed = tuple((start + n * _BETWEEN_KEYS, key) for n, key in enumerate(keys))
        count = 0 if after == "previous" else 1
        self.turns.append(CallerTurn(start, self._at, after, count, offset, keys=pressed))
        return self

    def hang_up(self, after: After = "ended", offset: float = 1.0) -> Self:
        """The last that is done; without it the caller listens for five seconds more."""
        self.tape += self._silence(_APART)
        count = 0 if after == "previous" else 1
        self.turns.append(CallerTurn(self._at, self._at, after, count, offset, hangs_up=True))
        return self

    @property
    def _at(self) -> float:
        return round(len(self.tape) / 2 / self.rate, 6)

    def _silence(self, seconds: float) -> bytes:
        return bytes(round(seconds * self.rate) * 2)


@dataclass(frozen=True, slots=True)
class Tracks:
    """Both sides of a call that a timeline made, seconds of the call.

    `said` is where the sound of each spoken turn of the caller was, from its first to its last;
    `agent` where the agent was heard; `entries` is the log.
    """

    said: tuple[Sounding, ...]
    agent: tuple[Sounding, ...]
    entries: Sequence[Event | Action]

    def answered(self, turn: int) -> float:
        """Seconds from a turn's last sound to the agent's next; infinite where none came."""
        end = self.said[turn].end
        return round(
            next((s.start for s in self.agent if s.start >= end - _JOINED), math.inf) - end, 3
        )

    def cut_off(self, turn: int) -> bool:
        """Whether the agent began to speak before the turn's last sound."""
        said = self.said[turn]
        return any(said.start < s.start < said.end for s in self.agent)

    def silent_after(self, turn: int) -> float | None:
        """Seconds from a turn's first sound until the agent was silent; None if it was."""
        start = self.said[turn].start
        return next((s.end - start for s in self.agent if s.start < start < s.end), None)


async def play(
    assistant: Assistant, timeline: Timeline, language: str, room: Room | None = None
) -> Tracks:
    """One call, on a `VirtualTimeLoop`, with an assistant that takes no others meanwhile."""
    loop = asyncio.get_running_loop()
    if not isinstance(loop, VirtualTimeLoop):
        raise TypeError("a timeline is played on a VirtualTimeLoop")
    if not (timeline.turns and timeline.turns[-1].hangs_up):
        timeline.hang_up("previous", 5.0)
    caller = CallerChannel(bytes(timeline.tape), timeline.rate, timeline.turns)
    narrow = timeline.rate < SAMPLE_RATE
    line = RecordedConnection(
        caller,
        channel="telephone" if narrow else "web",
        band="telephone" if narrow else "wide",
        agent_rate=8000 if narrow else 24_000,
        room=room,
    )
    with tempfile.TemporaryDirectory(prefix="timeline-") as place:
        before = assistant.settings
        assistant.settings = before.model_copy(update={"calls": Path(place), "record": True})
        try:
            call = Call(assistant, line, Caller(None, language), line.told)
            with loop.virtual():
                await call.run()
        finally:
            assistant.settings = before
        made = in_folder(Path(place) / call.id)
        logged = read_recorded_call(made, language, None)
        assert made.agent is not None
        agent = made.agent.read_bytes()[44:]
    said = tuple(
        _placed(timeline, played.turn, played.at)
        for played in caller.played
        if played.turn.start < played.turn.end and not played.turn.keys
    )
    return Tracks(said, tuple(soundings(agent, logged.agent_rate)), logged.entries)


def _placed(timeline: Timeline, turn: CallerTurn, at: float) -> Sounding:
    first, last = (round(t * timeline.rate) * 2 for t in (turn.start, turn.end))
    sound = bytes(timeline.tape[first:last])
    heard = soundings(sound, timeline.rate, below=25.0)
    return Sounding(round(at + heard[0].start, 3), round(at + heard[-1].end, 3))


def soundings(pcm: bytes, rate: int, below: float | None = None) -> list[Sounding]:
    """Where there is sound: above -50 dBFS, or at most `below` dB softer than its loudest."""
    step = 0.01
    level = levels(pcm, rate, step)
    floor = _AUDIBLE if below is None else max(_AUDIBLE, float(level.max(initial=-120)) - below)
    found: list[Sounding] = []
    for number, each in enumerate(level.tolist()):
        if each <= floor:
            continue
        start, end = round(number * step, 3), round((number + 1) * step, 3)
        if found and start - found[-1].end < _JOINED:
            found[-1] = Sounding(found[-1].start, end)
        else:
            found.append(Sounding(start, end))
    return found
