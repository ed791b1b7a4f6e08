"""Telephone samples by table, and numbered pieces of sound in their order."""

from collections.abc import Callable

import numpy as np
import pytest

from pipelines.lines.telephony import g711
from pipelines.lines.telephony.sequence import Sequence, number

EVERY = np.arange(-32_768, 32_768).astype("<i2")


@pytest.mark.parametrize(
    ("there", "back", "worst"),
    [(g711.to_mulaw, g711.from_mulaw, 644), (g711.to_alaw, g711.from_alaw, 512)],
)
def test_every_sample(
    there: Callable[[bytes], bytes], back: Callable[[bytes], bytes], worst: int
) -> None:
    """To the nearest code, and half of the largest step away at most (mu-law clips at 32,124)."""
    heard = np.frombuffer(back(there(EVERY.tobytes())), "<i2").astype(int)
    assert np.abs(heard - EVERY).max() <= worst
    codes = bytes(range(256))
    assert back(there(back(codes))) == back(codes)


def test_known_codes() -> None:
    assert g711.to_mulaw(bytes(4)) == b"\xff\xff"  # silence, as networks send it
    mulaw = np.frombuffer(g711.from_mulaw(b"\x00\x80\x7f\xff"), "<i2")
    assert mulaw.tolist() == [-32_124, 32_124, 0, 0]
    alaw = np.frombuffer(g711.from_alaw(b"\xd5\x55\xaa\x2a"), "<i2")
    assert alaw.tolist() == [8, -8, 32_256, -32_256]


@pytest.mark.parametrize(
    ("came", "heard"),
    [
        ([1, 2, 3], [1, 2, 3]),
        ([1, 1, 2, 2, 1], [1, 2]),  # what came twice
        ([1, 3, 2, 4], [1, 2, 3, 4]),
        ([1, 4, 3, 2, 5], [1, 2, 3, 4, 5]),
        ([1, 3, 4, 5, 6, 2, 7], [1, 3, 4, 5, 6, 7]),  # not waited for any longer
        ([1, 9_000, 2, 3], [1, 9_000, 2, 3]),  # a claim that nobody follows
        ([1, 9_000, 9_001, 9_003, 9_002], [1, 9_000, 9_001, 9_002, 9_003]),  # a jump
        ([1, 3], [1, 3]),  # at the end
    ],
)
def test_order(came: list[int], heard: list[int]) -> None:
    sequence, found = Sequence(), []
    for each in came:
        found += sequence.take(each, each.to_bytes(4, "big"))
    found += sequence.rest()
    assert [int.from_bytes(each, "big") for each in found] == heard


def test_numbers() -> None:
    assert [number(v) for v in ("12", 12, "0")] == [12, 12, 0]
    wrong: tuple[object, ...] = ("", "-1", "1.5", "٣", "9" * 16, -1, 1.0, True, None, [], 10**15)
    assert [number(v) for v in wrong] == [None] * len(wrong)
