"""Many calls at once on this machine, PBX, telephones and all: is anybody kept waiting?"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from pipelines.bench.row import Row
from tests.telephone.bench.place import Place
from tests.telephone.sip_phone import RATE, SipPhone

_CALLS = 20
_ROUNDS = 2
_PATIENCE = 15.0  # s for an answer
_SPREAD = 5.0  # s over which they call


@dataclass
class Waits:
    """Seconds that callers waited for a first sound."""

    greeting: list[float] = field(default_factory=list)
    speech: list[float] = field(default_factory=list)
    keys: list[float] = field(default_factory=list)
    lost: int = 0  # turns without an answer, calls that ended


async def rows(place: Place) -> AsyncIterator[Row]:
    """See the module."""
    question, cancel = await place.speech("what is my balance", "cancel")
    waits = {}
    for many in (1, _CALLS):
        waits[many] = Waits()
        with place.waxtaan(max_calls=str(many)):
            await asyncio.gather(
                *(
                    _call(n, _SPREAD * n / many, (question, cancel), waits[many])
                    for n in range(many)
                )
            )
    one, all_ = waits[1], waits[_CALLS]
    for what, alone, together in (
        ("INVITE to greeting", one.greeting, all_.greeting),
        ("first sound after speech", one.speech, all_.speech),
        ("first sound after a key", one.keys, all_.keys),
    ):
        base = sorted(alone)[len(alone) // 2]
        yield Row(f"{_CALLS} calls, {what}", together, "s", base, "one call", "p95 1.5")
    yield Row(f"{_CALLS} calls, turns without an answer", [all_.lost], "", wanted="0")


async def _call(n: int, after: float, speech: tuple[bytes, bytes], waits: Waits) -> None:
    await asyncio.sleep(after)
    question, cancel = speech
    async with SipPhone(user=f"77000{n:04}", seed=n) as phone:
        try:
            await phone.call("2000")
            await phone.sound(-1.0)
            waits.greeting.append(phone.began + phone.sounds()[0][0] - phone.invited)
            for _ in range(_ROUNDS):
                await phone.quiet(0.8, patience=_PATIENCE)
                waits.speech.append(await _answered(phone, question))
                await phone.quiet(0.8, patience=_PATIENCE)
                waits.keys.append(await _answered(phone, key="1"))
                await phone.quiet(0.8, patience=_PATIENCE)
                waits.speech.append(await _answered(phone, cancel))
        except (TimeoutError, AssertionError):
            waits.lost += 1


async def _answered(phone: SipPhone, pcm: bytes = b"", key: str = "") -> float:
    """Say something or press a key; seconds from its end to the agent's first sound."""
    asked = phone.now
    if pcm:
        phone.say(pcm)
        asked += len(pcm) / 2 / RATE
    else:
        await phone.press(key, pause=0.0)
        asked = phone.now
    return await phone.sound(asked, patience=_PATIENCE) - asked
