"""From INVITE to the first sound of the greeting, in the telephone's recording."""

import asyncio
from collections.abc import AsyncIterator
from statistics import median

from pipelines.bench.row import Row
from tests.pbx.bench.place import BRIDGES, Place
from tests.pbx.sip_phone import SipPhone

_CALLS = 25


async def rows(place: Place) -> AsyncIterator[Row]:
    """See the module."""
    echo = [await _answered("4000") for _ in range(_CALLS)]
    with place.waxtaan():
        await _first_sound("8000")  # a first call finds cold caches
        for name, number in BRIDGES.items():
            values = [await _first_sound(number) for _ in range(_CALLS)]
            yield Row(
                f"INVITE to first sound of the greeting, {name}",
                values,
                "ms",
                median(echo),
                "PBX's own answer",
                "p95 300",
            )


async def _answered(number: str) -> float:
    async with SipPhone() as phone:
        await phone.call(number)
        return 1000 * (phone.began - phone.invited)


async def _first_sound(number: str) -> float:
    async with SipPhone() as phone:
        await phone.call(number)
        await phone.sound(-1.0)
        began, _ = phone.sounds()[0]
        await phone.hang_up()
        await asyncio.sleep(0.3)
        return 1000 * (phone.began + began - phone.invited)
