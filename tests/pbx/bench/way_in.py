"""From the telephone's microphone to the engine's input: what a bridge adds to a PBX.

The telephone sends bursts of 20 ms; Waxtaan notes when each gets to its ears (probe.py), both on
the machine's monotonic clock.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import median

import numpy as np

from pipelines.bench.row import Row
from tests.pbx.bench.place import Place
from tests.pbx.sip_phone import RATE, STEP, SipPhone

_CALLS = 3
_BURSTS = 30
_APART = 0.25  # s
_ECHO = {False: "4000", True: "4001"}
_WAYS = (
    ("AudioSocket", "3001", False, "p95 5"),
    ("chan_websocket", "3000", False, "p95 30"),
    ("AudioSocket, jitter buffer", "2000", True, ""),
    ("chan_websocket, jitter buffer", "8000", True, ""),
)
_TONE = np.sin(2 * np.pi * 1000 * np.arange(STEP) / RATE) * 16_000
BURST = bytes(_TONE.astype("<i2").tobytes())


async def rows(place: Place) -> AsyncIterator[Row]:
    """See the module."""
    echoes = {buffered: await _echo(number) for buffered, number in _ECHO.items()}
    probe = place.folder / "probe"
    probe.touch()
    with place.waxtaan("tests.pbx.probe", probe=str(probe)):
        for name, number, buffered, wanted in _WAYS:
            values = [v for _ in range(_CALLS) for v in await _call(number, probe)]
            yield Row(
                f"telephone to engine input, {name}",
                values,
                "ms",
                median(echoes[buffered]),
                "half of PBX's echo",
                wanted,
            )


async def _bursts(phone: SipPhone) -> list[float]:
    """Send them; when each left, on the machine's clock."""
    left = []
    for _ in range(_BURSTS):
        place = len(phone.departures)
        phone.say(BURST)
        await asyncio.sleep(_APART)
        sent = next(n for n in range(place, len(phone.departures)) if _loud(phone.said, n))
        left.append(phone.began + phone.departures[sent])
    return left


def _loud(said: bytearray, step: int) -> bool:
    return any(said[step * STEP * 2 : (step + 1) * STEP * 2])


async def _call(number: str, probe: Path) -> list[float]:
    before = len(_noted(probe))
    async with SipPhone() as phone:
        await phone.call(number)
        await phone.quiet(0.6)
        left = await _bursts(phone)
        await phone.hang_up()
    await asyncio.sleep(0.5)
    return _between(left, _noted(probe)[before:])


def _noted(probe: Path) -> list[float]:
    return [float(line) for line in probe.read_text().split()]


async def _echo(number: str) -> list[float]:
    async with SipPhone() as phone:
        await phone.call(number)
        await asyncio.sleep(0.5)
        left = await _bursts(phone)
        came = [phone.began + began for began, _ in phone.sounds()]
        await phone.hang_up()
    return [value / 2 for value in _between(left, came)]


def _between(left: list[float], came: list[float]) -> list[float]:
    """ms from each burst's leaving to its coming, as far as it came before the next one left."""
    found = []
    for at in left:
        after = [each - at for each in came if 0 <= each - at < _APART]
        found += [1000 * min(after)] if after else []
    return found
