"""Many calls at once on this machine, PBX, telephones and all: is anybody kept waiting?"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from pipelines.bench.row import Row
from tests.pbx.bench.place import Place
from tests.pbx.sip_phone import RATE, SipPhone

_CALLS = 20
_BETWEEN = 0.12  # s after a key
_PIN = "4821"  # of the demonstration's customer
# What a caller says or types, turn by turn: a balance with number and PIN, and once more.
_SCRIPT = (
    ("what is my balance", ""),
    ("", "1"),  # yes, that
    ("", "1"),  # of the number that calls
    ("", _PIN),
    ("what is my balance", ""),
    ("cancel", ""),
)
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
    sentences = [said for said, _ in _SCRIPT if said]
    speech = dict(zip(sentences, await place.speech(*sentences), strict=True))
    waits = {}
    for many in (1, _CALLS):
        waits[many] = Waits()
        with place.waxtaan(max_calls=str(many)):
            await asyncio.gather(
                *(_call(n, _SPREAD * n / many, speech, waits[many]) for n in range(many))
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


async def _call(n: int, after: float, speech: Mapping[str, bytes], waits: Waits) -> None:
    await asyncio.sleep(after)
    async with SipPhone(user=f"77000{n:04}", seed=n) as phone:
        try:
            await phone.call("2000")
            await phone.sound(-1.0)
            waits.greeting.append(phone.began + phone.sounds()[0][0] - phone.invited)
            for said, keys in _SCRIPT:
                await phone.quiet(0.8, patience=_PATIENCE)
                kind = waits.keys if keys else waits.speech
                kind.append(await _answered(phone, speech.get(said, b""), keys))
        except (TimeoutError, AssertionError):
            waits.lost += 1


async def _answered(phone: SipPhone, pcm: bytes, keys: str) -> float:
    """Say something or press keys; seconds from its end to the agent's first sound."""
    asked = phone.now
    if pcm:
        phone.say(pcm)
        asked += len(pcm) / 2 / RATE
    else:
        await phone.press(keys, pause=_BETWEEN)
        asked = phone.now - _BETWEEN
    return await phone.sound(asked, patience=_PATIENCE) - asked
