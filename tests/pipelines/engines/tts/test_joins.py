"""Pieces of sound put together: no click, nothing lost, nothing doubled."""

from collections.abc import AsyncIterator

import numpy as np
import pytest

from pipelines.engines.tts.joins import (
    FADE,
    SLACK,
    Joiner,
    Samples,
    chunked,
    faded,
    floats,
    overlap,
    pcm,
)

RATE = 24_000
AFTER, BEFORE = overlap(RATE)


def voice(seconds: float = 1.0, pitch: float = 110.0, loud: float = 0.3) -> Samples:
    at = np.arange(int(seconds * RATE)) / RATE
    wave = sum(np.sin(2 * np.pi * pitch * k * at) / k for k in (1, 2, 3))
    return (loud * np.asarray(wave)).astype(np.float32)


def cut(sound: Samples, at: int, late: int = 0) -> tuple[Samples, Samples]:
    """The two pieces around a sample, the second begun `late` samples off in its pitch."""
    return sound[: at + AFTER], sound[at - BEFORE + late :]


def joined(*pieces: Samples) -> Samples:
    joiner = Joiner(RATE)
    ready = [joiner.add(piece) for piece in pieces]
    return np.concatenate([*ready, joiner.finish()])


@pytest.mark.parametrize("late", [0, 60, -100])
def test_a_wave_that_was_cut_is_whole_again(late: int) -> None:
    whole = voice()
    again = joined(*cut(whole, 12_000, late))
    assert abs(len(again) - len(whole)) <= SLACK * RATE + abs(late)
    steps, expected = np.abs(np.diff(again)).max(), np.abs(np.diff(whole)).max()
    assert steps <= 1.1 * expected


def test_the_second_begins_as_loud_as_the_first_ends() -> None:
    first, second = cut(voice(pitch=100), 12_000)
    again = joined(first, second * np.float32(0.8))
    frames = np.sqrt((again[: len(again) // 480 * 480].reshape(-1, 480) ** 2).mean(axis=1))
    assert np.abs(np.diff(frames)).max() < 0.05 * frames.max()


def test_pieces_that_are_too_short_to_be_faded_are_kept() -> None:
    tiny = voice(0.01)
    assert len(joined(voice(0.5), tiny)) == 12_000 + len(tiny)
    assert len(joined(tiny)) == len(tiny)
    assert len(joined()) == 0


def test_silence_at_the_end_goes_and_the_sound_fades_out() -> None:
    sound = np.concatenate((voice(0.5), np.zeros(RATE, dtype=np.float32)))
    kept = faded(sound, RATE)
    assert 0.5 <= len(kept) / RATE <= 0.55
    assert abs(kept[-1]) < 0.001
    assert len(faded(np.zeros(RATE, dtype=np.float32), RATE)) <= 0.04 * RATE


@pytest.mark.parametrize("size", [100, 5_000, 100_000])
async def test_a_stream_is_joined_at_its_beginning_only(size: int) -> None:
    first, second = cut(voice(pitch=100), 12_000)

    async def coming() -> AsyncIterator[bytes]:
        sound = pcm(second)
        for start in range(0, len(sound), size):
            yield sound[start : start + size]

    joiner = Joiner(RATE)
    ready = pcm(joiner.add(first))
    rest = b"".join([chunk async for chunk in joiner.stream(coming())])
    again = floats(ready + rest)
    assert abs(len(again) - RATE) <= SLACK * RATE
    assert np.abs(np.diff(again)).max() <= 1.1 * np.abs(np.diff(voice())).max()


async def test_a_stream_of_nothing_ends_with_what_was_there() -> None:
    async def nothing() -> AsyncIterator[bytes]:
        return
        yield b""

    joiner = Joiner(RATE)
    first = voice(0.5)
    ready = joiner.add(first)
    assert len(ready) == len(first) - FADE * RATE
    rest = b"".join([chunk async for chunk in joiner.stream(nothing())])
    assert len(rest) == 2 * FADE * RATE


def test_sound_is_cut_without_loss() -> None:
    sound = pcm(voice(0.5))
    pieces = list(chunked(sound, RATE, 60))
    assert b"".join(pieces) == sound
    assert max(map(len, pieces)) == 2 * RATE * 60 // 1000
