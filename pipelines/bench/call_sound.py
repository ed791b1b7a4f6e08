"""Waits, stops and talk-over of two-channel calls, measured against a truth that is known.

Calls are composed of recordings of people (`recordings.py`): commands are the caller, telephone
prompts the agent, in pauses and overlaps that are drawn by lot. They pass a telephone (300-3400 Hz,
G.711) with noise behind the caller. The truth is what was composed: where in its clean clip, in
the telephone's band, the sound of a speaker begins and ends. Whether that is where people say that
it does, a real call tells whose waits were read off its waveforms (`_CALLER_TO_AGENT`).
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pipelines.audio import levels
from pipelines.bench.asr_accuracy import telephone
from pipelines.bench.recordings import Recording, Sound, pcm, recordings, without_silence
from pipelines.bench.row import Row
from pipelines.engines.asr.engine import SAMPLE_RATE
from pipelines.quality.sound import (
    STEP,
    Channels,
    SoundFigures,
    background,
    edges,
    measure,
    read_channels,
    spans,
    speech,
    waits,
)
from pipelines.settings import Settings

_CALLS = 20
_TURNS = 6  # of a call
_NOISES = (None, 20, 10, 5)  # dB between the caller and the noise behind them
_NEAR = 0.25  # s: a wait that was measured further from the truth is another
_LOUD = -20.0  # dB: the loud passages of a clip
_HUSH = 1e-4  # a telephone line's own noise
_WANTED = "0.02 s"
_BY_EYE = Path("call-pairs")
# Of garage-40 there: where one speaker ends and the other begins (s), read off both waveforms
# before anything was measured. `edges` was tuned on the agent's answers alone.
_CALLER_TO_AGENT = (
    *((42.69, 44.88), (56.01, 56.97), (64.29, 65.59), (89.39, 90.44), (139.38, 140.58)),
    *((200.82, 201.63), (215.09, 215.755), (220.19, 221.0), (232.06, 232.67), (238.77, 239.39)),
    (243.37, 243.94),
)
_AGENT_TO_CALLER = (
    *((5.84, 6.855), (50.8, 51.79), (58.04, 59.48), (73.68, 75.91), (118.48, 119.79)),
    *((165.66, 166.645), (211.93, 212.8), (217.55, 218.2), (228.35, 229.61), (234.36, 235.365)),
    (242.05, 242.49),
)


@dataclass
class _Composed:
    """Both channels at 16 kHz, and the truth of them."""

    caller: list[tuple[float, Sound]] = field(default_factory=list)
    agent: list[tuple[float, Sound]] = field(default_factory=list)
    waits: list[tuple[float, float]] = field(default_factory=list)  # (caller's last sound, wait)
    stops: list[tuple[float, float]] = field(default_factory=list)  # (caller's first sound, stop)
    seconds: float = 0.0


def run(settings: Settings) -> Iterator[Row]:
    """Needs `WAXTAAN_DATA`."""
    yield from _by_eye(settings.data / _BY_EYE)
    found = recordings(settings.data, "report", 200)
    callers = [each for name, group in found.items() if "commands" in name for each in group]
    agents = [each for name, group in found.items() if "prompts" in name for each in group]
    if not callers or not agents:
        yield Row("waits of composed calls", [], "s", note=f"no recordings under {settings.data}")
        return
    calls = [_compose(number, callers, agents) for number in range(_CALLS)]
    for noise in _NOISES:
        yield from _rows(calls, noise)


def _by_eye(folder: Path) -> Iterator[Row]:
    """A call of two people, in both directions."""
    files = folder / "garage-40-caller.wav", folder / "garage-40-agent.wav"
    if not all(each.is_file() for each in files):
        yield Row("waits read off a call's waveforms", [], "s", note=f"no call under {folder}")
        return
    channels = read_channels(*files)
    caller, agent = channels.caller_speaks, channels.agent_speaks
    for name, truth, found in (
        ("caller to agent, tuned on it", _CALLER_TO_AGENT, waits(caller, agent)),
        ("agent to caller", _AGENT_TO_CALLER, waits(agent, caller)),
    ):
        errors = _match([(ended, began - ended) for ended, began in truth], list(found))
        told = f"{len(truth) - len(errors)} of {len(truth)} not found"
        yield Row(
            f"wait read off a waveform, {name}: error", errors, "s", wanted=_WANTED, note=told
        )


def _rows(calls: Sequence[_Composed], noise: int | None) -> Iterator[Row]:
    name = "no noise" if noise is None else f"{noise} dB over noise"
    errors: list[float] = []
    plain: list[float] = []
    stops: list[float] = []
    lost = added = 0
    for number, call in enumerate(calls):
        channels = _channels(call, noise, number)
        found, fixed = _waits(channels), _waits(_fixed(channels))
        matched = _match(call.waits, found)
        errors += matched
        plain += _match(call.waits, fixed)
        lost += len(call.waits) - len(matched)
        added += len(found) - len(matched)
        figures: SoundFigures = measure(channels)
        truth = [stop for _, stop in call.stops]
        if len(figures.stops) == len(truth):
            stops += [abs(a - b) for a, b in zip(figures.stops, truth, strict=True)]
    told = f"{lost} of {lost + len(errors)} not found, {added} that are none"
    middle = float(np.median(plain)) if plain else None
    fixed_name = f"fixed -50 dB, {len(plain)} found"
    yield Row(f"wait, {name}: error", errors, "s", middle, fixed_name, _WANTED, told)
    of = sum(len(call.stops) for call in calls)
    told = f"in calls in which each was found; {of} in all"
    yield Row(f"barge-in to silence, {name}: error", stops, "s", wanted=_WANTED, note=told)


def _compose(number: int, callers: Sequence[Recording], agents: Sequence[Recording]) -> _Composed:
    lot = random.Random(number)
    call, at = _Composed(), 0.5
    for turn in range(_TURNS):
        prompt = _clip(lot.choice(agents))
        said = _clip(lot.choice(callers))
        begins, ends = _edges(said)
        if turn == _TURNS // 2 and len(prompt) > 2.5 * SAMPLE_RATE:  # the caller cuts in
            starts, took = at + lot.uniform(1.0, 1.4), lot.uniform(0.1, 0.3)
            until = starts + begins + took
            prompt = prompt[: int((until - at) * SAMPLE_RATE)]
            if ends - begins > took + 0.2 and _edges(prompt)[1] > len(prompt) / SAMPLE_RATE - 0.03:
                call.stops.append((starts + begins, took))
        else:
            starts = at + len(prompt) / SAMPLE_RATE + lot.uniform(0.3, 1.5)
        call.agent.append((at, prompt))
        call.caller.append((starts, said))
        wait = lot.lognormvariate(-0.4, 0.5)
        at = max(starts + ends, at + len(prompt) / SAMPLE_RATE) + wait
        call.waits.append((starts + ends, at - (starts + ends)))
    last = _clip(lot.choice(agents))
    call.agent.append((at, last))
    call.waits = [(since, wait + _first(call, since + wait)) for since, wait in call.waits]
    call.seconds = at + len(last) / SAMPLE_RATE + 0.5
    return call


def _clip(recording: Recording) -> Sound:
    """One's loudness is about the same all through a call, whoever it was composed of."""
    sound = without_silence(recording.path)
    loud = np.percentile(levels(pcm(sound), SAMPLE_RATE, STEP), 95)
    louder: Sound = sound * 10 ** ((_LOUD - loud) / 20)
    return louder


def _first(call: _Composed, at: float) -> float:
    """How far into the agent's clip that begins at `at` its first sound is."""
    clip = next(sound for start, sound in call.agent if abs(start - at) < 1e-6)
    return _edges(clip)[0]


def _edges(sound: Sound) -> tuple[float, float]:
    """Where its first and its last sound are, in seconds; what no telephone carries is none."""
    loud = levels(pcm(telephone(sound)), SAMPLE_RATE, STEP)
    if not len(loud):
        return 0.0, 0.0
    first, last = edges(loud, 0, len(loud), background(loud))
    return first * STEP, last * STEP


def _channels(call: _Composed, noise: int | None, seed: int) -> Channels:
    random_ = np.random.default_rng(seed)
    both = []
    for pieces, behind in ((call.caller, noise), (call.agent, None)):
        line = random_.normal(0, _HUSH, int(call.seconds * SAMPLE_RATE))
        for start, sound in pieces:
            place = int(start * SAMPLE_RATE)
            line[place : place + len(sound)] += sound[: len(line) - place]
        if behind is not None:
            loud = np.sqrt(np.mean(np.concatenate([sound for _, sound in pieces]) ** 2))
            line += random_.normal(0, loud / 10 ** (behind / 20), len(line))
        both.append(levels(pcm(telephone(line)), SAMPLE_RATE, STEP))
    heard, said_ = both
    return Channels(heard, said_, speech(heard), speech(said_))


def _fixed(channels: Channels) -> Channels:
    """What a fixed threshold makes of the same channels."""

    caller, agent = (spans(each > -50) for each in (channels.caller, channels.agent))
    return Channels(channels.caller, channels.agent, caller, agent)


def _waits(channels: Channels) -> list[tuple[float, float]]:

    return list(waits(channels.caller_speaks, channels.agent_speaks))


def _match(
    truth: Sequence[tuple[float, float]], found: Sequence[tuple[float, float]]
) -> list[float]:
    """How far each found wait is from the true one of the same place."""
    errors = []
    for since, wait in truth:
        near = [each for each in found if abs(each[0] - since) < _NEAR]
        if near:
            errors.append(abs(min(near, key=lambda e: abs(e[0] - since))[1] - wait))
    return errors
