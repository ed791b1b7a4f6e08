"""A call's two channels, measured: who spoke when, who waited how long, who cut in on whom.

Both are cut into blocks of 10 ms. A block is speech where it is louder than `_AUDIBLE`, than the
channel's own background and than what is very soft beside its loud passages; pauses shorter than
`_JOINED` lie within an utterance. This tells energy from silence, not people from noise: behind
loud or changing noise its figures are too high.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import soundfile

from pipelines.audio import levels
from pipelines.errors import EngineError

STEP = 0.01  # s
Spans: TypeAlias = tuple[tuple[float, float], ...]  # s: from, to
Levels: TypeAlias = npt.NDArray[np.float64]

_AUDIBLE = -50.0  # dB below full scale
_ABOVE_BACKGROUND = 8.0  # dB
_BELOW_LOUD = 35.0  # dB
SILENT = -100.0  # dB: what a line or a file fills in
_STEADY = 0.9  # of a channel with a background that is louder than that
_JOINED = 0.25  # s: the closed lips of a "p" and a comma are shorter
_SHORTEST = 0.06  # s: clicks
_FADE = 25.0  # dB below its loudest: what is softer is a word's fading end, or breath and room
_SOFTEST = 40.0  # dB below its loudest, which no word fades further than
_FADES = 2.0, 3  # dB in so many blocks: a word fades, breath and room stay as they are
_DEAD = 3.0  # s in which nobody speaks, as Amazon's Contact Lens counts them
_LONGEST_WAIT = 10.0  # s: what comes later is no answer to what was said
_AGAIN = 0.8  # s after the agent's first sound in which somebody goes on who had not finished
_CUT_IN = 0.3  # s that both have to speak before one cut in on the other
_SOFT_BEGINNING = 0.5  # s before a turn is noticed
_PIECE = 60  # s read at once


@dataclass(frozen=True, slots=True)
class Channels:
    """Two channels as levels (dB a block) and as the spans in which there is speech."""

    caller: Levels
    agent: Levels
    caller_speaks: Spans
    agent_speaks: Spans

    @property
    def seconds(self) -> float:
        """The longer one's."""
        return max(len(self.caller), len(self.agent)) * STEP


@dataclass(frozen=True, slots=True)
class SoundFigures:
    """Of one call; times in seconds.

    `waits` are from the caller's last sound to the agent's first; `stops` from the caller's first
    sound over the agent's to the agent's silence; `cut_in` counts the agent's beginnings while the
    caller speaks, `too_early` its beginnings in a pause after which the caller went on.
    """

    seconds: float
    waits: tuple[float, ...]
    stops: tuple[float, ...]
    talk_over: float
    dead_air: float
    caller_talks: float
    agent_talks: float
    cut_in: int
    too_early: int


def read_channels(caller: Path, agent: Path) -> Channels:
    """Both files of a recording.

    Raises:
        EngineError: one is no sound file.
    """
    heard, said = read_levels(caller), read_levels(agent)
    return Channels(heard, said, speech(heard), speech(said))


def read_levels(path: Path) -> Levels:
    """A mono file's level in each 10 ms, in dB below full scale."""
    try:
        with soundfile.SoundFile(path) as file:
            size = file.samplerate * _PIECE
            pieces = [
                levels(piece[:, 0].astype("<i2").tobytes(), file.samplerate, STEP)
                for piece in file.blocks(size, dtype="int16", always_2d=True)
            ]
    except (soundfile.SoundFileError, OSError) as error:
        raise EngineError(f"{path}: cannot be read as sound: {error}") from error
    return np.concatenate(pieces) if pieces else np.empty(0)


def speech(levels_: Levels) -> Spans:
    """The spans in which somebody speaks."""
    sounding = levels_[levels_ > SILENT]
    if not len(sounding):
        return ()
    loud = float(np.percentile(sounding, 95))
    behind = background(levels_)
    above = min(behind + _ABOVE_BACKGROUND, (behind + loud) / 2)
    found = spans(levels_ > max(_AUDIBLE, loud - _BELOW_LOUD, above))
    edged = (edges(levels_, _block(a), _block(b), behind) for a, b in found)
    return tuple((round(first * STEP, 2), round(last * STEP, 2)) for first, last in edged)


def background(levels_: Levels) -> float:
    """In dB; a channel whose pauses are silent has none."""
    sounding = levels_[levels_ > SILENT]
    if len(sounding) <= _STEADY * len(levels_):
        return SILENT
    return float(np.percentile(sounding, 10))


def edges(levels_: Levels, first: int, last: int, behind: float) -> tuple[int, int]:
    """The blocks within which a sound between two of them is heard: from, to.

    That is its loud part and, before and behind it, what rises or fades; not breath or room.
    `behind` is the channel's background in dB.
    """
    inside = levels_[first:last]
    loud = np.flatnonzero(inside > inside.max() - _FADE)
    softest = max(_AUDIBLE, inside.max() - _SOFTEST, behind + _ABOVE_BACKGROUND)
    start, end = first + int(loud[0]), first + int(loud[-1])
    fall, blocks = _FADES

    def fades(at: int, nearer: int) -> bool:
        return bool(softest < levels_[at] < levels_[nearer] - fall)

    while end + 1 < len(levels_) and fades(end + 1, max(end + 1 - blocks, start)):
        end += 1
    while start > 0 and fades(start - 1, min(start - 1 + blocks, end)):
        start -= 1
    return start, end + 1


def spans(is_loud: npt.NDArray[np.bool_]) -> Spans:
    """Blocks as spans, in seconds: short pauses lie within one, clicks are none."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], is_loud.astype(np.int8), [0]))))
    joined: list[list[int]] = []
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if joined and (start - joined[-1][1]) * STEP < _JOINED:
            joined[-1][1] = end
        else:
            joined.append([start, end])
    return tuple(
        (round(a * STEP, 2), round(b * STEP, 2)) for a, b in joined if (b - a) * STEP >= _SHORTEST
    )


def measure(channels: Channels, turns: Sequence[tuple[float, float]] | None = None) -> SoundFigures:
    """`turns` are the caller's as the log has them (from, decided at), None where there is none."""
    caller, agent = channels.caller_speaks, channels.agent_speaks
    seconds = channels.seconds
    both = list(_both(caller, agent))
    talked = sum(b - a for a, b in caller), sum(b - a for a, b in agent)
    if turns is None:
        waited = [wait for _, wait in waits(caller, agent)]
    else:
        waited = list(_answered(channels, turns))
    return SoundFigures(
        seconds=seconds,
        waits=tuple(waited),
        stops=tuple(_stops(caller, agent)),
        talk_over=round(sum(b - a for a, b in both), 2),
        dead_air=round(sum(b - a for a, b in _neither(caller, agent, seconds)), 2),
        caller_talks=round(talked[0], 2),
        agent_talks=round(talked[1], 2),
        cut_in=sum(
            any(a < start and min(b, end) - start >= _CUT_IN for a, b in caller)
            for start, end in agent
        ),
        too_early=sum(_goes_on(start, end, caller) for start, end in agent),
    )


def _both(one: Spans, other: Spans) -> Iterator[tuple[float, float]]:
    for a, b in one:
        for c, d in other:
            if max(a, c) < min(b, d):
                yield max(a, c), min(b, d)


def _neither(one: Spans, other: Spans, seconds: float) -> Iterator[tuple[float, float]]:
    """Between two sounds; before the first and after the last nobody waits for anybody."""
    ordered = sorted((*one, *other))
    until = ordered[0][1] if ordered else seconds
    for start, end in ordered:
        if start - until > _DEAD:
            yield until, start
        until = max(until, end)


def waits(caller: Spans, agent: Spans) -> Iterator[tuple[float, float]]:
    """By the channels alone: the caller stops (when), and the next to be heard is the agent."""
    for number, (_, end) in enumerate(caller):
        goes_on = caller[number + 1][0] if number + 1 < len(caller) else float("inf")
        answer = next((start for start, _ in agent if start >= end), None)
        over = any(start < end < stop for start, stop in agent)
        if answer is not None and not over and answer < goes_on and answer - end < _LONGEST_WAIT:
            yield end, round(answer - end, 2)


def _answered(channels: Channels, turns: Sequence[tuple[float, float]]) -> Iterator[float]:
    """By the log's turns: each one's last sound, and the agent's first after it was decided."""
    behind = background(channels.caller)
    for number, (began, decided) in enumerate(turns):
        from_, to = _block(began - _SOFT_BEGINNING), _block(decided)
        heard = channels.caller[from_:to]
        if not len(heard) or heard.max() < _AUDIBLE:
            continue
        last = edges(channels.caller, from_, to, behind)[1] * STEP
        until = turns[number + 1][0] if number + 1 < len(turns) else decided + _LONGEST_WAIT
        said = channels.agent[_block(decided) : _block(until)]
        sounds = np.flatnonzero(said > _AUDIBLE)
        if len(sounds):
            yield round(max(0.0, _block(decided) * STEP + float(sounds[0]) * STEP - last), 2)


def _block(at: float) -> int:
    return max(0, round(at / STEP))


def _stops(caller: Spans, agent: Spans) -> Iterator[float]:
    """The caller begins while the agent speaks, and the agent falls silent before they do."""
    for start, end in caller:
        for began, stopped in agent:
            if began < start < stopped <= end:
                yield round(stopped - start, 2)


def _goes_on(start: float, end: float, caller: Spans) -> bool:
    """The agent begins soon after the caller stopped, and the caller goes on at once."""
    stopped = max((b for _, b in caller if b <= start), default=None)
    again = min((a for a, _ in caller if a > start), default=None)
    if stopped is None or again is None:
        return False
    return start - stopped < _LONGEST_WAIT / 5 and again - start < min(_AGAIN, end - start)


def outline(levels_: Levels, points: int) -> bytes:
    """A waveform to be drawn: the loudest of each of `points` pieces, 0 (-60 dB) to 255 (0 dB)."""
    if not len(levels_):
        return bytes(points)
    loudest = np.maximum.reduceat(levels_, starts(len(levels_), points))
    return bytes(np.clip((loudest + 60) / 60 * 255, 0, 255).astype(np.uint8))


def starts(length: int, pieces: int) -> npt.NDArray[np.int64]:
    """Where each of at most so many pieces begins: evenly, so that each is drawn at its time."""
    pieces = min(pieces, length)
    return np.arange(pieces, dtype=np.int64) * length // pieces
