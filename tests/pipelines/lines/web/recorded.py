"""What a recorded call must hold, whoever made it."""

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from agent.actions import Action
from agent.events import Event, SpeechEnded, SpeechStarted, TurnEnded, TurnStarted
from agent.log import read
from pipelines.audio import levels
from tests.pipelines.lines.web.served import replayed

_SPEECH = -35.0  # dB below full scale: the embedded voice is well above
_SILENCE = -60.0
_FADE = 0.3  # s at the edges of what was measured as speech


class Channel:
    """One side of the call as it was recorded."""

    def __init__(self, path: Path) -> None:
        samples, self.rate = soundfile.read(path, dtype="int16")
        self.seconds = len(samples) / self.rate
        self._levels: npt.NDArray[np.float64] = levels(samples.tobytes(), self.rate)

    def loudest(self, start: float, end: float) -> float:
        """The level of the loudest 10 ms in between, dB below full scale."""
        return float(self._levels[max(0, round(start * 100)) : round(end * 100)].max())


def recorded_well(folder: Path, *, secret: str, spoken: int) -> None:
    """Both channels, and a log that replays and holds no secret; the first turns were spoken."""
    text = (folder / "log.jsonl").read_text(encoding="utf-8")
    assert secret not in text
    assert json.loads(text.splitlines()[0])["id"] == folder.name
    assert replayed(folder / "log.jsonl") == []

    caller, agent = Channel(folder / "caller.wav"), Channel(folder / "agent.wav")
    assert abs(caller.seconds - agent.seconds) < 0.2
    events = list(read(text.splitlines(keepends=True)))
    turns = _turns(events)
    assert len(turns) >= spoken
    quiet_since = 0.5
    for start, end in turns[:spoken]:
        assert caller.loudest(quiet_since, start - _FADE) < _SILENCE
        assert caller.loudest(start - _FADE, end) > _SPEECH
        quiet_since = end + _FADE
    heard = _heard(events)
    assert len(heard) > 2
    for start, end in heard:
        assert agent.loudest(start, end + _FADE) > _SPEECH


def _turns(events: Iterable[Event | Action]) -> list[tuple[float, float]]:
    started, turns = 0.0, []
    for event in events:
        match event:
            case TurnStarted():
                started = event.at
            case TurnEnded():
                turns.append((started, event.at))
    return turns


def _heard(events: Iterable[Event | Action]) -> list[tuple[float, float]]:
    """When the agent was heard to the end."""
    started: dict[int, float] = {}
    spans = []
    for event in events:
        match event:
            case SpeechStarted():
                started[event.utterance] = event.at
            case SpeechEnded(interrupted=False):
                spans.append((started[event.utterance], event.at))
    return spans
