"""From a caller's first sound to silence, in the telephone's recording."""

import asyncio
from collections.abc import AsyncIterator

from pipelines.bench.row import Row
from tests.pbx.bench.place import BRIDGES, Place
from tests.pbx.sip_phone import RATE, STEP, SipPhone

_CALLS = 5
_INTERRUPTIONS = ("cancel", "stop", "no wait", "yes cancel", "cancel that")  # in each call
_TALKED_OVER = 1.2  # s of the agent's speech before the caller interrupts
_AUDIBLE = 0.02  # of full scale
_SILENCE = 0.3  # s


async def rows(place: Place) -> AsyncIterator[Row]:
    """See the module."""
    question, *interruptions = await place.speech("what can you do", *_INTERRUPTIONS)
    with place.waxtaan():
        for name, number in BRIDGES.items():
            values: list[float] = []
            for _ in range(_CALLS):
                async with SipPhone() as phone:
                    await phone.call(number)
                    for interruption in interruptions:
                        values += await _interrupted(phone, question, interruption)
                    await phone.hang_up()
                    await asyncio.sleep(0.3)
            yield Row(f"barge-in on the telephone, {name}", values, "ms", wanted="p95 400")


async def _interrupted(phone: SipPhone, question: bytes, interruption: bytes) -> list[float]:
    """ms, once; [] where the agent had stopped by itself."""
    await phone.quiet(0.8)
    asked = phone.now
    phone.say(question)
    began = await phone.sound(asked + len(question) / 2 / RATE)
    await asyncio.sleep(max(0.0, began + _TALKED_OVER - phone.now))
    step = len(phone.departures)
    phone.say(interruption)
    await phone.quiet(_SILENCE, after=phone.now)
    spoke = phone.departures[_first_loud(phone.said, step)]
    talking = [(a, b) for a, b in phone.sounds() if a < spoke < b]
    return [1000 * (talking[0][1] - spoke)] if talking else []


def _first_loud(said: bytearray, start: int) -> int:
    import numpy as np

    samples = np.abs(np.frombuffer(bytes(said[start * STEP * 2 :]), "<i2").astype(float)) / 32768
    return start + int(np.argmax(samples > _AUDIBLE)) // STEP
