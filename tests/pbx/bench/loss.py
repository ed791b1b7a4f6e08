"""A bad network: what the recogniser makes of people's sentences that came over it.

Recordings of people (asterisk-sounds, speech-to-phrase) are played into telephones; what Waxtaan
recorded of the caller is cut at the same places and recognised from a closed list, once with a
perfect network and once with 5 % loss and 40 +-30 ms, both ways.
"""

import asyncio
import wave
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import numpy as np
import numpy.typing as npt

from pipelines.bench.asr_accuracy import Clip, clip_sets
from pipelines.bench.row import Row
from pipelines.engines.asr.pocketsphinx import Pocketsphinx
from pipelines.sound_files import read_sound
from tests.pbx.bench.place import BRIDGES, Place
from tests.pbx.sip_phone import PERFECT, RATE, Network, SipPhone, narrow

BAD = Network(loss=0.05, delay=0.04, jitter=0.03)
_SETS = ("service prompts (asterisk-sounds)", "house commands (speech-to-phrase)")
_CALLS = 5  # at once
_ROUNDS = 2  # over the bad network, which loses others each time
_APART = 0.8  # s of silence between clips
_AROUND = 0.3  # s left around a clip when it is cut out
_LATE = 1.0  # s that it may be from where it was said
_FRAME = 0.02  # s, of the levels that two recordings are laid over each other by


@dataclass(frozen=True, slots=True)
class Placed:
    """A clip and from when to when it was said, in seconds of the telephone's recording."""

    clip: Clip
    began: float
    ended: float


@dataclass(frozen=True, slots=True)
class Said:
    """A call: what was said in it, what came of it, and whether it stayed up to the end."""

    said: bytes  # 8 kHz
    placed: Sequence[Placed]
    kept: bool
    heard: bytes  # 16 kHz


async def rows(place: Place) -> AsyncIterator[Row]:
    """See the module."""
    sets = [s for s in clip_sets(_data()) if s.language == "en" and s.name in _SETS]
    clips = [clip for s in sets for clip in s.clips if clip.sentence]
    sentences = list(dict.fromkeys(clip.sentence for clip in clips))
    if not clips:
        yield Row("recognised over a bad network", [], "%", note="no recordings: WAXTAAN_DATA")
        return
    for name, number in BRIDGES.items():
        good = await _said(place, number, clips, PERFECT)
        rounds = [await _said(place, number, clips, BAD, n) for n in range(_ROUNDS)]
        async with place.ears() as ears:
            before = await _right(good, sentences, ears)
            after = [await _right(calls, sentences, ears) for calls in rounds]
        bad = [call for calls in rounds for call in calls]
        yield Row(
            f"recognised, 5 % loss, 40 +-30 ms, {name}",
            [mean(after)],
            "%",
            before,
            "perfect network",
            "at most 10 points lower",
            f"{_ROUNDS} x {len(clips)} clips",
        )
        dropped = sum(not call.kept for call in bad)
        yield Row(f"dropped calls on it, {name}", [dropped], f"of {len(bad)}", wanted="0")
        drifts = [_drift(call) for call in bad]
        yield Row(f"drift in a call on it, {name}", drifts, "ms", wanted="none")


def _data() -> Path:
    import os

    return Path(os.environ.get("WAXTAAN_DATA", "data"))


async def _said(
    place: Place, number: str, clips: Sequence[Clip], network: Network, chance: int = 0
) -> list[Said]:
    """Say them in several calls at once."""
    with place.waxtaan(max_calls=str(_CALLS)) as waxtaan:
        phones = [
            SipPhone(user=f"77000{n:04}", network=network, seed=n + _CALLS * chance)
            for n in range(_CALLS)
        ]
        spoken = await asyncio.gather(
            *(_call(phone, number, clips[n::_CALLS]) for n, phone in enumerate(phones))
        )
        await asyncio.sleep(0.5)
        heard = {}
        for call in waxtaan.calls:
            caller = next(getattr(entry, "caller", "") for entry in waxtaan.entries(call))
            with wave.open(str(call / "caller.wav")) as file:
                heard[caller] = file.readframes(file.getnframes())
    return [
        Said(bytes(phone.said), placed, kept, heard[phone.user])
        for phone, (placed, kept) in zip(phones, spoken, strict=True)
    ]


async def _call(phone: SipPhone, number: str, clips: Sequence[Clip]) -> tuple[list[Placed], bool]:
    placed = []
    async with phone:
        await phone.call(number)
        await asyncio.sleep(1.0)
        for clip in clips:
            pcm = narrow(read_sound(clip.path, 16_000))
            began = len(phone.said) / 2 / RATE
            phone.say(pcm)
            length = len(pcm) / 2 / RATE
            placed.append(Placed(clip, began, began + length))
            await asyncio.sleep(length + _APART)
        kept = not phone.over.is_set()
        await phone.hang_up()
    return placed, kept


async def _right(calls: Sequence[Said], sentences: Sequence[str], ears: Pocketsphinx) -> float:
    """Percent of the clips that were recognised."""
    right = total = 0
    for call in calls:
        for each in call.placed:
            pcm = _found(each, call)
            stream = await ears.open("en", "telephone", lambda _: None)
            stream.expect("en", sentences)
            stream.begin()
            stream.hear(pcm)
            found = await stream.finish()
            await stream.close()
            right += found.text.lower() == each.clip.sentence.lower()
            total += 1
    return 100 * right / total


def _found(placed: Placed, call: Said) -> bytes:
    """A clip in what was heard: what a network lost and silence filled in has moved it."""
    said = _part(call.said, RATE, placed.began, placed.ended)
    from_ = max(0.0, placed.began - _LATE)
    around = _part(call.heard, 16_000, from_, placed.ended + _LATE)
    start = from_ + offset(said, around)
    return _part(call.heard, 16_000, start - _AROUND, start + placed.ended - placed.began + _AROUND)


def _part(pcm: bytes, rate: int, start: float, end: float) -> bytes:
    return pcm[max(0, round(start * rate)) * 2 : round(end * rate) * 2]


def offset(said: bytes, heard: bytes) -> float:
    """How much later, in seconds, what is said at 8 kHz comes in what is heard at 16 kHz."""
    ours, theirs = _envelope(said, RATE), _envelope(heard, 16_000)
    match = np.correlate(theirs - theirs.mean(), ours - ours.mean(), "full")
    return (int(np.argmax(match)) - (len(ours) - 1)) * _FRAME


def _envelope(pcm: bytes, rate: int) -> npt.NDArray[np.float64]:
    size = round(rate * _FRAME)
    samples = np.frombuffer(pcm, "<i2").astype(np.float64)
    blocks = samples[: len(samples) // size * size].reshape(-1, size)
    found: npt.NDArray[np.float64] = np.log10(np.sqrt((blocks**2).mean(axis=1)) + 30)
    return found


def _drift(call: Said) -> float:
    """By how much, in ms, the second half of a call came later than the first."""
    half = len(call.said) // 4 * 2
    first = offset(call.said[:half], call.heard)
    second = offset(call.said[half:], call.heard) - half / 2 / RATE
    return round(1000 * (second - first))
